//! What devices have sent and seen acknowledged, beside what the platform holds.

mod accounts;
mod findings;
mod store;

use std::collections::HashMap;
use std::io::BufRead;

use anyhow::{Context, Result, anyhow};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

pub use accounts::{Accounts, Messages, Readings};
pub use findings::Findings;
pub use store::held;

/// Names a payload on a topic.
pub type Name = [u8; 32];

/// The name of a payload on a topic; the database makes the same.
pub fn name(topic: &str, payload: &[u8]) -> Name {
    let mut hasher = Sha256::new();
    hasher.update(topic.as_bytes());
    hasher.update([0]);
    hasher.update(payload);
    hasher.finalize().into()
}

/// What the platform must have made of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// So many good readings.
    Readings(u64),
    /// An error, and no reading.
    Malformed,
    /// A startup or presence: neither reading nor error.
    Control,
}

/// What devices know of a payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// How often it was acknowledged.
    pub acknowledged: u64,
    /// What the platform must make of it.
    pub meaning: Meaning,
    /// The beginning of it, for people.
    pub glimpse: String,
}

/// What the platform knows of a payload.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stored {
    /// Raw records.
    pub arrivals: u64,
    /// Errors in them.
    pub errors: u64,
    /// Readings that are stored because of it.
    pub readings: u64,
    /// Those of them that carry no plausible time of their own: one for each arrival is right.
    pub timeless: u64,
}

/// All that was acknowledged.
#[derive(Debug, Default)]
pub struct Ledger {
    sent: HashMap<Name, Sent>,
}

#[derive(Deserialize)]
struct Line {
    topic: String,
    kind: String,
    readings: u64,
    payload: Option<String>,
    payload_base64: Option<String>,
}

impl Ledger {
    /// Adds an acknowledged payload.
    pub fn add(&mut self, topic: &str, payload: &[u8], meaning: Meaning) {
        let sent = self
            .sent
            .entry(name(topic, payload))
            .or_insert_with(|| Sent {
                acknowledged: 0,
                meaning,
                glimpse: glimpse(topic, payload),
            });
        sent.acknowledged += 1;
    }

    /// Adds the lines of a simulator's ledger file.
    ///
    /// # Errors
    /// When a line is not what the simulator writes.
    pub fn read(&mut self, file: impl BufRead) -> Result<()> {
        for (number, line) in file.lines().enumerate() {
            let line: Line = serde_json::from_str(&line?)
                .with_context(|| format!("line {} of the simulator's ledger", number + 1))?;
            let payload = match (&line.payload, &line.payload_base64) {
                (Some(text), _) => text.clone().into_bytes(),
                (None, Some(text)) => BASE64_STANDARD.decode(text)?,
                (None, None) => {
                    return Err(anyhow!("line {} of the ledger has no payload", number + 1));
                }
            };
            let meaning = match (line.kind.as_str(), line.readings) {
                ("startup" | "status", _) => Meaning::Control,
                (_, 0) => Meaning::Malformed,
                (_, readings) => Meaning::Readings(readings),
            };
            self.add(&line.topic, &payload, meaning);
        }
        Ok(())
    }

    /// Compares it with what the platform holds.
    pub fn compare(&self, platform: &HashMap<Name, Stored>) -> Findings {
        let mut findings = Findings::default();
        for (name, sent) in &self.sent {
            findings.judge(sent, platform.get(name).copied().unwrap_or_default());
        }
        for (name, stored) in platform {
            if !self.sent.contains_key(name) {
                findings.unknown += stored.arrivals;
                findings.say(format!(
                    "unknown: {} in the platform, sent by nobody",
                    hex::encode(name)
                ));
            }
        }
        findings
    }
}

fn glimpse(topic: &str, payload: &[u8]) -> String {
    let text = String::from_utf8_lossy(&payload[..payload.len().min(160)]);
    format!("{topic} {text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(arrivals: u64, errors: u64, readings: u64, timeless: u64) -> Stored {
        Stored {
            arrivals,
            errors,
            readings,
            timeless,
        }
    }

    #[test]
    fn tells_what_is_missing_twice_wrong_and_unknown() {
        let readings = Meaning::Readings(3);
        // Acknowledgements, meaning, what the platform holds; missing, twice, wrong, timeless again.
        let table = [
            (1, readings, stored(1, 0, 3, 0), (0, 0, 0, 0)),
            (2, readings, stored(3, 0, 3, 0), (0, 0, 0, 0)),
            (2, readings, stored(1, 0, 3, 0), (1, 0, 0, 0)),
            (1, readings, stored(0, 0, 0, 0), (1, 0, 0, 0)),
            (1, readings, stored(1, 0, 2, 0), (1, 0, 0, 0)),
            (1, readings, stored(2, 0, 6, 0), (0, 3, 0, 0)),
            (1, readings, stored(2, 0, 6, 6), (0, 0, 0, 3)),
            (1, readings, stored(1, 0, 6, 6), (0, 3, 0, 0)),
            (1, readings, stored(1, 1, 3, 0), (0, 0, 1, 0)),
            (1, Meaning::Malformed, stored(1, 1, 0, 0), (0, 0, 0, 0)),
            (1, Meaning::Malformed, stored(2, 1, 0, 0), (0, 0, 1, 0)),
            (1, Meaning::Malformed, stored(1, 1, 1, 0), (0, 0, 1, 0)),
            (9, Meaning::Control, stored(1, 0, 0, 0), (0, 0, 0, 0)),
            (1, Meaning::Control, stored(0, 0, 0, 0), (1, 0, 0, 0)),
            (1, Meaning::Control, stored(1, 1, 0, 0), (0, 0, 1, 0)),
        ];
        for (acknowledged, meaning, held, expected) in table {
            let mut ledger = Ledger::default();
            for _ in 0..acknowledged {
                ledger.add("t", b"p", meaning);
            }
            let found = ledger.compare(&HashMap::from([(name("t", b"p"), held)]));
            let numbers = (
                found.missing,
                found.twice,
                found.wrong,
                found.timeless_again,
            );
            assert_eq!(numbers, expected, "{meaning:?} {held:?}");
            assert_eq!(found.is_clean(), found.examples.is_empty());
        }
        let found =
            Ledger::default().compare(&HashMap::from([(name("t", b"p"), stored(2, 0, 0, 0))]));
        assert_eq!((found.unknown, found.is_clean()), (2, false));
    }

    #[test]
    fn reads_what_the_simulator_writes() {
        let file = r#"{"topic":"t","kind":"flat","readings":1,"payload":"a","payload_base64":null}
{"topic":"t","kind":"duplicate","readings":1,"payload":"a","payload_base64":null}
{"topic":"t","kind":"malformed","readings":0,"payload":null,"payload_base64":"//4="}
{"topic":"s","kind":"status","readings":0,"payload":"{}","payload_base64":null}"#;
        let mut ledger = Ledger::default();
        ledger.read(file.as_bytes()).unwrap();
        let of = |topic, payload: &[u8]| {
            let sent = &ledger.sent[&name(topic, payload)];
            (sent.acknowledged, sent.meaning)
        };
        assert_eq!(of("t", b"a"), (2, Meaning::Readings(1)));
        assert_eq!(of("t", b"\xff\xfe"), (1, Meaning::Malformed));
        assert_eq!(of("s", b"{}"), (1, Meaning::Control));
        assert!(ledger.read(&b"{"[..]).is_err());
    }
}
