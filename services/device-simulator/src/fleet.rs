//! Devices that behave: batteries run down and are charged, platforms extend in steps.

use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use sens_schema::{Micros, Serial, topic};

use crate::cli::Format;
use crate::clock;
use crate::message::{Kind, Message};
use crate::payload::{Sample, flat, malformed, senml, startup, status, v1};

const HOUR: f64 = 3_600e6;
/// A tick is a twentieth of a millimetre.
const TICKS_PER_MM: f64 = 20.0;
const FIRMWARE: [&str; 4] = ["1.9.4", "2.0.0", "2.0.0", "2.1.0"];

/// How often devices misbehave, each 0 to 1.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Faults {
    pub(crate) malformed: f64,
    pub(crate) duplicate: f64,
    pub(crate) clock: f64,
}

/// Who a device is on the wire.
#[derive(Debug, Clone)]
enum Identity {
    Legacy(i64),
    Serial(Serial),
}

/// One device.
#[derive(Debug)]
pub(crate) struct Device {
    identity: Identity,
    format: Format,
    telemetry: Arc<str>,
    firmware: &'static str,
    random: StdRng,
    battery: f64,
    charging: bool,
    /// Percent of battery per hour.
    drain: f64,
    extension: f64,
    target: f64,
    height: f64,
    seq: u64,
    clock: Option<Micros>,
    last: Option<Message>,
}

impl Device {
    /// Device number `index` of the fleet that `seed` names.
    pub(crate) fn new(index: u32, format: Format, seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed.rotate_left(32) ^ u64::from(index));
        let identity = if format == Format::Flat {
            Identity::Legacy(i64::from(index) + 1)
        } else {
            Identity::Serial(serial(index, seed))
        };
        let telemetry = match &identity {
            Identity::Legacy(_) => topic::LEGACY_TELEMETRY.into(),
            Identity::Serial(serial) => format!("sens/v1/{serial}/telemetry").into(),
        };
        Self {
            telemetry,
            identity,
            format,
            firmware: FIRMWARE[random.random_range(0..FIRMWARE.len())],
            battery: random.random_range(30.0..100.0),
            charging: false,
            drain: random.random_range(2.0..9.0),
            extension: random.random_range(0.0..100.0),
            target: random.random_range(0.0..140.0),
            height: random.random_range(40.0..160.0),
            seq: 0,
            clock: None,
            last: None,
            random,
        }
    }

    /// `device_startup` with the right token, from a device that has a serial.
    pub(crate) fn startup(&self, secret: &str, now: Micros) -> Option<Message> {
        let Identity::Serial(serial) = &self.identity else {
            return None;
        };
        Some(Message {
            topic: format!("sens/v1/{serial}/startup").into(),
            payload: startup(secret, serial, self.firmware, now).into(),
            retain: false,
            kind: Kind::Startup,
            readings: 0,
        })
    }

    /// Where its commands come, when it has a serial.
    pub(crate) fn command_topic(&self) -> Option<String> {
        match &self.identity {
            Identity::Legacy(_) => None,
            Identity::Serial(serial) => Some(topic::command(serial)),
        }
    }

    /// Presence, from a device that has a serial.
    pub(crate) fn status(&self, online: bool) -> Option<Message> {
        let Identity::Serial(serial) = &self.identity else {
            return None;
        };
        Some(Message {
            topic: format!("sens/v1/{serial}/status").into(),
            payload: status(online).into(),
            retain: true,
            kind: Kind::Status,
            readings: 0,
        })
    }

    /// What the device sends now.
    pub(crate) fn next(&mut self, now: Micros, faults: Faults) -> Message {
        if let Some(last) = self
            .last
            .as_ref()
            .filter(|_| self.random.random_bool(faults.duplicate))
        {
            return Message {
                kind: Kind::Duplicate,
                ..last.clone()
            };
        }
        let malformed = self.random.random_bool(faults.malformed);
        let message = if malformed {
            self.malformed(now)
        } else {
            self.telemetry(now, faults.clock)
        };
        self.last = Some(message.clone());
        message
    }

    fn message(&self, kind: Kind, readings: usize, payload: Vec<u8>) -> Message {
        Message {
            topic: Arc::clone(&self.telemetry),
            payload: payload.into(),
            retain: false,
            kind,
            readings: u32::try_from(readings).unwrap_or(u32::MAX),
        }
    }

    fn malformed(&mut self, now: Micros) -> Message {
        let id = match &self.identity {
            Identity::Legacy(id) => format!(",\"device_id\":{id}"),
            Identity::Serial(_) => String::new(),
        };
        let way = self.random.random_range(0..malformed::WAYS);
        let payload = malformed::render(way, &id, now, &mut self.random);
        self.message(Kind::Malformed, 0, payload)
    }

    fn telemetry(&mut self, now: Micros, wrong_clock: f64) -> Message {
        self.live(now);
        self.seq += 1;
        let now = if self.random.random_bool(wrong_clock) {
            clock::wrong(now, &mut self.random)
        } else {
            now
        };
        let samples = self.samples(now);
        let (kind, payload) = match (&self.identity, self.format) {
            (Identity::Legacy(id), _) => (Kind::Flat, flat::render(*id, &samples)),
            (Identity::Serial(serial), Format::Senml) => {
                (Kind::Senml, senml::render(serial.as_str(), now, &samples))
            }
            (Identity::Serial(_), _) => {
                (Kind::V1, v1::render(self.seq, now, self.firmware, &samples))
            }
        };
        self.message(kind, samples.len(), payload)
    }

    /// Lets the time since the last message pass.
    fn live(&mut self, now: Micros) {
        let hours = self
            .clock
            .map_or(0.0, |before| (now - before).max(0) as f64 / HOUR);
        self.clock = Some(now);
        if self.battery < 8.0 {
            self.charging = true;
        } else if self.battery > 97.0 {
            self.charging = false;
        }
        let change = if self.charging { 40.0 } else { -self.drain };
        self.battery = (self.battery + change * hours).clamp(0.0, 100.0);
        if (self.extension - self.target).abs() < 0.5 {
            let lowest = if self.in_ticks() { 0.0 } else { -145.0 };
            self.target = self.random.random_range(lowest..145.0);
        }
        if self.random.random_bool(0.6) {
            let step = self
                .random
                .random_range(0.4_f64..6.0)
                .min((self.target - self.extension).abs());
            self.extension += step.copysign(self.target - self.extension);
        }
        self.height = (self.height + self.random.random_range(-0.3..=0.3)).clamp(5.0, 195.0);
    }

    /// Every second legacy device counts ticks instead of millimetres.
    fn in_ticks(&self) -> bool {
        matches!(self.identity, Identity::Legacy(id) if id % 2 == 0)
    }

    fn samples(&mut self, now: Micros) -> Vec<Sample> {
        let at = self.stamp(now);
        let extension = if self.in_ticks() {
            let ticks = (self.extension * TICKS_PER_MM).round().clamp(0.0, 3000.0);
            Sample {
                metric: "platform_extension_ticks",
                unit: "tick",
                value: ticks,
                at,
            }
        } else {
            let value = hundredths((self.extension * TICKS_PER_MM).round() / TICKS_PER_MM);
            Sample {
                metric: "platform_extension_mm",
                unit: "mm",
                value,
                at,
            }
        };
        let battery = Sample {
            metric: "battery_charge",
            unit: "%",
            value: hundredths(self.battery),
            at,
        };
        let height = Sample {
            metric: "platform_height_mm",
            unit: "mm",
            value: hundredths(self.height),
            at,
        };
        if self.format != Format::Flat || self.random.random_bool(0.1) {
            return vec![extension, battery, height];
        }
        match self.random.random_range(0..10) {
            0..5 => vec![extension],
            5..8 => vec![battery],
            _ => vec![height],
        }
    }

    /// Mostly now; sometimes held back for a while, rarely without a time.
    fn stamp(&mut self, now: Micros) -> Option<Micros> {
        match self.random.random_range(0..100) {
            0 => None,
            1..3 => Some(now - self.random.random_range(1_000_000..600_000_000)),
            _ => Some(now),
        }
    }
}

/// Different for every device of a fleet.
fn serial(index: u32, seed: u64) -> Serial {
    // An odd factor permutes the numbers below 2^24, so that serials look arbitrary but differ.
    let number = u64::from(index)
        .wrapping_mul(10_368_889)
        .wrapping_add(seed.wrapping_mul(7_919));
    let text = format!("AI-{:06X}", number & 0x00FF_FFFF);
    Serial::parse(&text).unwrap_or_else(|_| Serial::legacy(i64::from(index)))
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use sens_schema::{Catalogue, ClockPolicy, DecodeContext, Position, Topic, decode, provision};

    use super::*;

    const NOW: Micros = 1_790_000_000_000_000;
    const FORMATS: [Format; 3] = [Format::Flat, Format::V1, Format::Senml];

    fn decoded(message: &Message) -> sens_schema::Decoded {
        let (catalogue, topic) = (Catalogue::builtin(), Topic::parse(&message.topic));
        decode(
            &message.payload,
            &DecodeContext {
                topic: &topic,
                received_at: NOW + 1_000_000,
                content_type: None,
                truncated: false,
                full_length: message.payload.len() as u64,
                position: Position { epoch: 1, seq: 1 },
                catalogue: &catalogue,
                clock: ClockPolicy::default(),
            },
        )
    }

    #[test]
    fn the_platform_takes_every_good_message_whole() {
        for clock in [0.0, 1.0] {
            takes_every_message_whole(Faults {
                clock,
                ..Faults::default()
            });
        }
    }

    fn takes_every_message_whole(faults: Faults) {
        let mut qualities = BTreeSet::new();
        for format in FORMATS {
            for index in 0..6 {
                let mut device = Device::new(index, format, 7);
                for step in 0..300 {
                    let message = device.next(NOW - 3_000_000 + step * 10_000, faults);
                    let decoded = decoded(&message);
                    let text = String::from_utf8_lossy(&message.payload);
                    assert!(decoded.errors.is_empty(), "{text}: {:?}", decoded.errors);
                    assert_eq!(decoded.readings.len(), message.readings as usize, "{text}");
                    assert!(
                        decoded.readings.iter().all(|reading| reading.listed),
                        "{text}"
                    );
                    qualities.extend(
                        decoded
                            .readings
                            .iter()
                            .map(|reading| reading.quality.as_str()),
                    );
                }
            }
        }
        assert_eq!(
            qualities.contains("implausible_clock"),
            faults.clock > 0.0,
            "{qualities:?}"
        );
        assert!(qualities.contains("ok"), "{qualities:?}");
    }

    #[test]
    fn every_malformed_message_gives_an_error_and_no_reading() {
        let faults = Faults {
            malformed: 1.0,
            ..Faults::default()
        };
        let mut reasons = BTreeSet::new();
        for format in FORMATS {
            let mut device = Device::new(1, format, 7);
            for _ in 0..200 {
                let message = device.next(NOW, faults);
                let decoded = decoded(&message);
                assert!(decoded.readings.is_empty(), "{:?}", message.payload);
                assert!(!decoded.errors.is_empty(), "{:?}", message.payload);
                reasons.extend(decoded.errors.iter().map(|error| error.reason.as_str()));
            }
        }
        assert!(reasons.len() >= 6, "{reasons:?}");
    }

    #[test]
    fn startup_tokens_are_right_and_presence_is_retained() {
        let device = Device::new(3, Format::V1, 7);
        let startup = device.startup("secret", NOW).unwrap();
        let decoded = decoded(&startup);
        let [startup] = decoded.startups.as_slice() else {
            panic!("{decoded:?}")
        };
        assert!(provision::verify(
            &[b"secret"],
            &startup.serial,
            &startup.token
        ));
        let status = device.status(false).unwrap();
        assert!(status.retain && status.topic.ends_with("/status"));
        assert_eq!(&status.payload[..], b"{\"online\":false}");
        assert!(
            Device::new(3, Format::Flat, 7)
                .startup("secret", NOW)
                .is_none()
        );
    }

    #[test]
    fn the_same_seed_plays_the_same_fleet() {
        let play = |seed| {
            let mut device = Device::new(2, Format::V1, seed);
            (0..20)
                .map(|i| device.next(NOW + i, Faults::default()).payload)
                .collect::<Vec<_>>()
        };
        assert_eq!(play(1), play(1));
        assert_ne!(play(1), play(2));
        let serials: BTreeSet<_> = (0..5000).map(|index| serial(index, 1)).collect();
        assert_eq!(serials.len(), 5000);
    }

    #[test]
    fn duplicates_repeat_the_bytes() {
        let mut device = Device::new(2, Format::Flat, 1);
        let first = device.next(NOW, Faults::default());
        let second = device.next(
            NOW + 1,
            Faults {
                duplicate: 1.0,
                ..Faults::default()
            },
        );
        assert_eq!(
            (second.kind, second.payload),
            (Kind::Duplicate, first.payload)
        );
    }

    #[test]
    fn batteries_run_down_and_are_charged() {
        let mut device = Device::new(1, Format::V1, 1);
        let mut seen = (f64::MAX, f64::MIN);
        for minute in 0..6000 {
            device.live(NOW + minute * 60_000_000);
            seen = (seen.0.min(device.battery), seen.1.max(device.battery));
        }
        assert!(seen.0 < 9.0 && seen.1 > 96.0, "{seen:?}");
    }
}
