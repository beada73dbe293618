//! What a payload comes to: readings, startups and errors.

use std::fmt;
use std::sync::Arc;

use crate::reason::Reason;
use crate::serial::Serial;
use crate::time::Micros;
use crate::value::Value;

/// The device a reading speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeviceRef {
    /// By its serial (never one of the form `legacy-<n>`: that is [`DeviceRef::Legacy`]).
    Serial(Serial),
    /// By its legacy number.
    Legacy(i64),
}

impl DeviceRef {
    /// The serial under which the device is registered.
    pub fn serial(&self) -> Serial {
        match self {
            Self::Serial(serial) => serial.clone(),
            Self::Legacy(id) => Serial::legacy(*id),
        }
    }
}

impl From<Serial> for DeviceRef {
    fn from(serial: Serial) -> Self {
        serial
            .legacy_id()
            .map_or_else(|| Self::Serial(serial.clone()), Self::Legacy)
    }
}

impl fmt::Display for DeviceRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Serial(serial) => write!(formatter, "{serial}"),
            Self::Legacy(id) => write!(formatter, "legacy-{id}"),
        }
    }
}

/// How far the time of a reading is to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quality {
    /// The device's own time.
    Ok,
    /// The device's own time, sent as milli-, micro- or nanoseconds where seconds were due.
    Scaled,
    /// The device sent no time: the time of arrival was used (or one relative to it).
    ArrivalTime,
    /// The device's time is not plausible: the time of arrival was used, the claim stands in `device_time`.
    ImplausibleClock,
}

impl Quality {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Scaled => "scaled",
            Self::ArrivalTime => "arrival_time",
            Self::ImplausibleClock => "implausible_clock",
        }
    }

    /// Whether `recorded_at` comes from the device, so that it is the same when the payload comes again.
    pub fn has_own_time(self) -> bool {
        matches!(self, Self::Ok | Self::Scaled)
    }
}

/// One value of one metric at one instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The device it speaks of.
    pub device: DeviceRef,
    /// Name of the metric; shared with the catalogue when listed.
    pub metric: Arc<str>,
    /// Whether the metric is in the catalogue.
    pub listed: bool,
    /// The value, in the catalogue's unit when listed.
    pub value: Value,
    /// Whether the value is a boolean (then it is the number 0 or 1).
    pub boolean: bool,
    /// Unit as sent, only for metrics that are not listed.
    pub unit: Option<Arc<str>>,
    /// When it was measured, as far as is known; see `quality`.
    pub recorded_at: Micros,
    /// What the device claimed, where the claim was not used and can be represented.
    pub device_time: Option<Micros>,
    /// Sequence number of the device.
    pub device_seq: Option<i64>,
    /// How far `recorded_at` is to be trusted.
    pub quality: Quality,
    /// Tells readings of one device, metric and instant apart; see [`crate::dedup`].
    pub dedup: i64,
    /// Index of the item in the payload.
    pub item: u32,
}

/// One thing that is wrong with a payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemError {
    /// The device it concerns, where known.
    pub device: Option<DeviceRef>,
    /// The stable reason.
    pub reason: Reason,
    /// Words for people; one line without control characters.
    pub detail: String,
    /// JSON Pointer to what is wrong; empty for the whole payload. A missing field is pointed at where it
    /// should be.
    pub pointer: String,
    /// Index of the item in the payload.
    pub item: u32,
}

/// A `device_startup`. Its token is not yet verified: see [`crate::provision::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Startup {
    /// The serial the device claims.
    pub serial: Serial,
    /// Its proof.
    pub token: String,
    /// Version of its firmware.
    pub firmware: Option<String>,
    /// Its model.
    pub model: Option<String>,
    /// When it started; the time of arrival where its own is missing or not plausible.
    pub started_at: Micros,
    /// Index of the item in the payload.
    pub item: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_serials_are_legacy_devices() {
        let device = |text| DeviceRef::from(Serial::parse(text).unwrap());
        assert_eq!(device("legacy-7"), DeviceRef::Legacy(7));
        assert_eq!(device("legacy-7").serial().as_str(), "legacy-7");
        assert_eq!(device("AI-1").to_string(), "AI-1");
        assert_eq!(DeviceRef::Legacy(3).to_string(), "legacy-3");
    }
}
