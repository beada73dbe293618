//! What devices have sent and seen acknowledged, beside what the platform holds.

use std::collections::HashMap;
use std::io::BufRead;

use anyhow::{Context, Result, anyhow};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// Names a payload on a topic.
pub(crate) type Name = [u8; 32];

/// The name of a payload on a topic; the database makes the same.
pub(crate) fn name(topic: &str, payload: &[u8]) -> Name {
    let mut hasher = Sha256::new();
    hasher.update(topic.as_bytes());
    hasher.update([0]);
    hasher.update(payload);
    hasher.finalize().into()
}

/// What the platform must have made of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// So many good readings.
    Readings(u64),
    /// An error, and no reading.
    Malformed,
    /// A startup or presence: neither reading nor error.
    Control,
}

/// What devices know of a payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    /// How often it was acknowledged.
    pub(crate) acknowledged: u64,
    pub(crate) meaning: Meaning,
    /// The beginning of it, for people.
    pub(crate) glimpse: String,
}

/// What the platform knows of a payload.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Stored {
    /// Raw records.
    pub(crate) arrivals: u64,
    /// Errors in them.
    pub(crate) errors: u64,
    /// Readings that are stored because of it.
    pub(crate) readings: u64,
    /// Those of them that carry no plausible time of their own: one for each arrival is right.
    pub(crate) timeless: u64,
}

/// All that was acknowledged.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
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
    pub(crate) fn add(&mut self, topic: &str, payload: &[u8], meaning: Meaning) {
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
    pub(crate) fn read(&mut self, file: impl BufRead) -> Result<()> {
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
    pub(crate) fn compare(&self, platform: &HashMap<Name, Stored>) -> Findings {
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

/// What a comparison found; the first columns are facts, the last are faults.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Findings {
    /// Acknowledged messages.
    pub(crate) acknowledged: u64,
    /// Raw records.
    pub(crate) arrivals: u64,
    /// Raw records beyond the acknowledged messages: sent again because an acknowledgement was lost.
    pub(crate) again: u64,
    /// Distinct readings that devices sent.
    pub(crate) readings: u64,
    /// Readings stored.
    pub(crate) stored: u64,
    /// Readings without a time of their own that were stored once for each arrival.
    pub(crate) timeless_again: u64,
    /// Malformed messages that devices sent.
    pub(crate) malformed: u64,
    /// Malformed messages that the platform says so of.
    pub(crate) failed: u64,
    /// Startups and presence that devices sent.
    pub(crate) control: u64,
    /// Acknowledged messages without a raw record, and sent readings that are not stored.
    pub(crate) missing: u64,
    /// Readings stored more than once.
    pub(crate) twice: u64,
    /// Payloads with another outcome than the devices expect.
    pub(crate) wrong: u64,
    /// Raw records of payloads that nobody sent.
    pub(crate) unknown: u64,
    /// The first faults in words.
    pub(crate) examples: Vec<String>,
}

impl Findings {
    /// Whether nothing is missing, twice, wrong or unknown.
    pub(crate) fn is_clean(&self) -> bool {
        self.missing + self.twice + self.wrong + self.unknown == 0
    }

    fn judge(&mut self, sent: &Sent, stored: Stored) {
        self.acknowledged += sent.acknowledged;
        self.arrivals += stored.arrivals;
        self.stored += stored.readings;
        // Presence is taken once for each worker and again by wills: only that it arrived is certain.
        let least = if sent.meaning == Meaning::Control {
            1
        } else {
            sent.acknowledged
        };
        self.again += stored.arrivals.saturating_sub(sent.acknowledged);
        if stored.arrivals < least {
            self.missing += least - stored.arrivals;
            self.say(format!(
                "missing: acknowledged {} times, arrived {} times: {}",
                sent.acknowledged, stored.arrivals, sent.glimpse
            ));
            return;
        }
        match sent.meaning {
            Meaning::Readings(readings) => self.judge_readings(sent, stored, readings),
            Meaning::Malformed => {
                self.malformed += sent.acknowledged;
                self.failed += stored.arrivals.min(stored.errors);
                if stored.readings > 0 || stored.errors < stored.arrivals {
                    self.wrong(sent, stored);
                }
            }
            Meaning::Control => {
                self.control += sent.acknowledged;
                if stored.readings > 0 || stored.errors > 0 {
                    self.wrong(sent, stored);
                }
            }
        }
    }

    fn judge_readings(&mut self, sent: &Sent, stored: Stored, readings: u64) {
        self.readings += readings;
        let most = if stored.timeless > 0 {
            readings * stored.arrivals
        } else {
            readings
        };
        if stored.errors > 0 {
            self.wrong(sent, stored);
        }
        if stored.readings < readings {
            self.missing += readings - stored.readings;
            self.say(format!(
                "missing: {readings} readings, stored {}: {}",
                stored.readings, sent.glimpse
            ));
        } else if stored.readings > most {
            self.twice += stored.readings - most;
            self.say(format!(
                "twice: {readings} readings, stored {}: {}",
                stored.readings, sent.glimpse
            ));
        } else {
            self.timeless_again += stored.readings - readings;
        }
    }

    fn wrong(&mut self, sent: &Sent, stored: Stored) {
        self.wrong += 1;
        self.say(format!(
            "wrong: {:?} became {stored:?}: {}",
            sent.meaning, sent.glimpse
        ));
    }

    fn say(&mut self, words: String) {
        if self.examples.len() < 20 {
            self.examples.push(words);
        }
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
