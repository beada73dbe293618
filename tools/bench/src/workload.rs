//! The messages that every measurement uses: distinct by device and time, so that each is a new row.

use chrono::{DateTime, SecondsFormat, Utc};
use sens_schema::Micros;

/// Devices that the messages come from.
pub(crate) const DEVICES: u64 = 500;

/// Time between two messages by the devices' clocks.
const STEP: Micros = 1000;

/// How long ago the first message was measured: all times are in the past for the first 21 million messages.
const AGE: Micros = 6 * 60 * 60 * 1_000_000;

/// The listed metrics with a range that readings stay in.
const METRICS: [(&str, f64, u64); 4] = [
    ("platform_extension_ticks", 0.0, 3000),
    ("platform_extension_mm", -100.0, 200),
    ("battery_charge", 0.0, 100),
    ("platform_height_mm", 0.0, 200),
];

/// What one message holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A SENS v1 batch of four readings in about 250 bytes.
    Narrow,
    /// A flat event: one reading.
    Single,
    /// A flat object of four values, for a peer that makes one row of it. The platform has no use for it.
    Wide,
}

impl Shape {
    /// Readings in one message.
    pub(crate) fn readings(self) -> u64 {
        match self {
            Self::Narrow | Self::Wide => 4,
            Self::Single => 1,
        }
    }
}

/// A stretch of messages, by their number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Workload {
    /// What each message holds.
    pub(crate) shape: Shape,
    /// When message 0 was measured.
    pub(crate) origin: Micros,
    /// The first number.
    pub(crate) first: u64,
    /// How many.
    pub(crate) count: u64,
}

/// Message 0 of a workload that begins now.
pub(crate) fn origin() -> Micros {
    let now = Utc::now().timestamp_micros();
    (now - AGE).div_euclid(STEP) * STEP
}

impl Workload {
    /// The numbers of its messages.
    pub(crate) fn numbers(&self) -> std::ops::Range<u64> {
        self.first..self.first + self.count
    }

    /// When the message was measured.
    pub(crate) fn recorded_at(&self, number: u64) -> Micros {
        self.origin + i64::try_from(number).unwrap_or_default() * STEP
    }

    /// The place in this workload of the message that was measured at this time.
    pub(crate) fn place_of(&self, recorded_at: Micros) -> Option<usize> {
        let number = u64::try_from((recorded_at - self.origin) / STEP).ok()?;
        let place = number.checked_sub(self.first)?;
        (place < self.count).then(|| usize::try_from(place).ok())?
    }

    /// The device it comes from, counted from 0.
    pub(crate) fn device(number: u64) -> u64 {
        number % DEVICES
    }

    /// Name and value of a reading in the message.
    pub(crate) fn reading(&self, number: u64, reading: u64) -> (&'static str, f64) {
        let which = match self.shape {
            Shape::Narrow | Shape::Wide => reading,
            Shape::Single => 2,
        };
        let (name, low, span) = METRICS[usize::try_from(which).unwrap_or_default() % METRICS.len()];
        // In quarters: exact as a double, and different from one message to the next.
        let quarters = (number.wrapping_mul(7) + reading) % (span * 4);
        (name, low + quarters as f64 / 4.0)
    }

    /// The topic it is published on.
    pub(crate) fn topic(&self, number: u64) -> String {
        match self.shape {
            Shape::Narrow => format!("sens/v1/{}/telemetry", serial(Self::device(number))),
            Shape::Single | Shape::Wide => sens_schema::topic::LEGACY_TELEMETRY.to_owned(),
        }
    }

    /// The payload.
    pub(crate) fn payload(&self, number: u64) -> String {
        let at = self.recorded_at(number);
        match self.shape {
            Shape::Narrow => {
                let time = DateTime::from_timestamp_micros(at)
                    .unwrap_or_default()
                    .to_rfc3339_opts(SecondsFormat::Millis, true);
                let readings: Vec<String> = (0..self.shape.readings())
                    .map(|reading| {
                        let (name, value) = self.reading(number, reading);
                        format!(r#"{{"metric":"{name}","value":{value:.2}}}"#)
                    })
                    .collect();
                format!(
                    r#"{{"v":1,"seq":{},"sent_at":"{time}","readings":[{}]}}"#,
                    number / DEVICES + 1,
                    readings.join(",")
                )
            }
            Shape::Single => {
                let (name, value) = self.reading(number, 0);
                let device = Self::device(number) + 1;
                let (seconds, millis) = (at / 1_000_000, at % 1_000_000 / 1000);
                format!(
                    r#"{{"device_id":{device},"event_type":"{name}","value":{value},"timestamp":{seconds}.{millis:03}}}"#
                )
            }
            Shape::Wide => {
                let device = serial(Self::device(number));
                let (seconds, millis) = (at / 1_000_000, at % 1_000_000 / 1000);
                let values: Vec<String> = (0..self.shape.readings())
                    .map(|reading| {
                        let (name, value) = self.reading(number, reading);
                        format!(r#""{name}":{value:.2}"#)
                    })
                    .collect();
                format!(
                    r#"{{"device_id":"{device}","seq":{},"kind":"measurement of the platform","firmware":"1.0.0","timestamp":{seconds}.{millis:03},{}}}"#,
                    number / DEVICES + 1,
                    values.join(",")
                )
            }
        }
    }
}

/// The serial of a device of the narrow messages.
pub(crate) fn serial(device: u64) -> String {
    format!("BENCH-{device:04}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use sens_schema::{Catalogue, ClockPolicy, DecodeContext, Position, Topic, decode};

    use super::*;

    fn workload(shape: Shape) -> Workload {
        Workload {
            shape,
            origin: origin(),
            first: 700,
            count: 2000,
        }
    }

    #[test]
    fn every_message_decodes_to_new_readings() {
        for shape in [Shape::Narrow, Shape::Single] {
            let workload = workload(shape);
            let mut seen = HashSet::new();
            for number in workload.numbers() {
                let topic = Topic::parse(&workload.topic(number));
                let payload = workload.payload(number);
                let decoded = decode(
                    payload.as_bytes(),
                    &DecodeContext {
                        topic: &topic,
                        received_at: Utc::now().timestamp_micros(),
                        content_type: None,
                        truncated: false,
                        full_length: payload.len() as u64,
                        position: Position {
                            epoch: 1,
                            seq: number,
                        },
                        catalogue: &Catalogue::builtin(),
                        clock: ClockPolicy::default(),
                    },
                );
                assert_eq!(decoded.errors, [], "{payload}");
                assert_eq!(decoded.readings.len() as u64, shape.readings(), "{payload}");
                for (reading, place) in decoded.readings.iter().zip(0..) {
                    assert_eq!(reading.recorded_at, workload.recorded_at(number));
                    let (name, value) = workload.reading(number, place);
                    assert_eq!(&*reading.metric, name);
                    assert_eq!(reading.value, sens_schema::Value::Number(value));
                    assert!(seen.insert((
                        reading.device.serial().to_string(),
                        reading.metric.clone(),
                        reading.recorded_at
                    )));
                }
            }
        }
    }

    #[test]
    fn a_narrow_message_has_about_250_bytes() {
        let workload = workload(Shape::Narrow);
        for number in workload.numbers() {
            let length = workload.payload(number).len();
            assert!((235..=260).contains(&length), "{length} bytes");
        }
    }

    #[test]
    fn a_time_finds_its_message() {
        let workload = workload(Shape::Single);
        assert_eq!(workload.place_of(workload.recorded_at(700)), Some(0));
        assert_eq!(workload.place_of(workload.recorded_at(2699)), Some(1999));
        assert_eq!(workload.place_of(workload.recorded_at(2700)), None);
        assert_eq!(workload.place_of(workload.recorded_at(699)), None);
    }
}
