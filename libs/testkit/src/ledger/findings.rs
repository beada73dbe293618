//! What comparing the devices' ledger with the platform's brings to light.

use super::{Meaning, Sent, Stored};

/// What a comparison found; the first columns are facts, the last are faults.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Findings {
    /// Acknowledged messages.
    pub acknowledged: u64,
    /// Raw records.
    pub arrivals: u64,
    /// Raw records beyond the acknowledged messages: sent again because an acknowledgement was lost.
    pub again: u64,
    /// Distinct readings that devices sent.
    pub readings: u64,
    /// Readings stored.
    pub stored: u64,
    /// Readings without a time of their own that were stored once for each arrival.
    pub timeless_again: u64,
    /// Malformed messages that devices sent.
    pub malformed: u64,
    /// Malformed messages that the platform says so of.
    pub failed: u64,
    /// Startups and presence that devices sent.
    pub control: u64,
    /// Acknowledged messages without a raw record, and sent readings that are not stored.
    pub missing: u64,
    /// Readings stored more than once.
    pub twice: u64,
    /// Payloads with another outcome than the devices expect.
    pub wrong: u64,
    /// Raw records of payloads that nobody sent.
    pub unknown: u64,
    /// The first faults in words.
    pub examples: Vec<String>,
}

impl Findings {
    /// Whether nothing is missing, twice, wrong or unknown.
    pub fn is_clean(&self) -> bool {
        self.missing + self.twice + self.wrong + self.unknown == 0
    }

    pub(super) fn judge(&mut self, sent: &Sent, stored: Stored) {
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

    pub(super) fn say(&mut self, words: String) {
        if self.examples.len() < 20 {
            self.examples.push(words);
        }
    }
}
