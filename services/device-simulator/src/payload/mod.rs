//! Payloads as devices write them.

pub(crate) mod flat;
pub(crate) mod malformed;
pub(crate) mod senml;
pub(crate) mod v1;

use chrono::{DateTime, SecondsFormat};
use sens_schema::{Micros, Serial, provision};
use serde::Serialize;

/// One value a device has measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sample {
    pub(crate) metric: &'static str,
    /// Unit as `SenML` and the catalogue write it.
    pub(crate) unit: &'static str,
    pub(crate) value: f64,
    /// The device's time; `None` when it does not say.
    pub(crate) at: Option<Micros>,
}

/// Unix seconds with their fraction.
pub(crate) fn seconds(at: Micros) -> f64 {
    at as f64 / 1e6
}

/// RFC 3339 in UTC.
pub(crate) fn rfc3339(at: Micros) -> String {
    DateTime::from_timestamp_micros(at)
        .map(|time| time.to_rfc3339_opts(SecondsFormat::Micros, true))
        .unwrap_or_default()
}

/// `device_startup` with the right token.
pub(crate) fn startup(secret: &str, serial: &Serial, firmware: &str, at: Micros) -> Vec<u8> {
    #[derive(Serialize)]
    struct Startup<'a> {
        event_type: &'static str,
        serial: &'a str,
        provision_token: String,
        firmware: &'a str,
        timestamp: f64,
    }
    json(&Startup {
        event_type: "device_startup",
        serial: serial.as_str(),
        provision_token: provision::token(secret.as_bytes(), serial),
        firmware,
        timestamp: seconds(at),
    })
}

/// Presence.
pub(crate) fn status(online: bool) -> Vec<u8> {
    format!("{{\"online\":{online}}}").into_bytes()
}

/// Compact JSON. The types of this module have text keys and finite numbers, so that writing
/// them cannot fail.
pub(crate) fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}
