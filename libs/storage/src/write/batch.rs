//! What goes into a batch and what became of it.

use std::collections::HashSet;
use std::hash::Hash;

use sens_schema::envelope::Envelope;
use sens_schema::{Decoded, ItemError, Micros, Reading, Serial};

/// A decoded message waiting for its place in the store.
#[derive(Debug, Clone)]
pub struct PendingMessage {
    /// Position in the raw stream.
    pub sequence: u64,
    /// Whether the position may be committed already (delivered before, or older than this worker): asks the ledger.
    pub maybe_known: bool,
    /// What came with the payload.
    pub envelope: Envelope,
    /// The payload as it was received.
    pub payload: bytes::Bytes,
    /// What the decoder made of it. Startups have moved to `startups`, or to an error when their token was wrong.
    pub decoded: Decoded,
    /// Startups whose token is right.
    pub startups: Vec<VerifiedStartup>,
}

/// A device that proved to know the provisioning secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedStartup {
    /// The device.
    pub serial: Serial,
    /// Its firmware, where it said so.
    pub firmware: Option<String>,
    /// Its model, where it said so.
    pub model: Option<String>,
    /// When it started, by its own clock where plausible.
    pub started_at: Micros,
}

impl PendingMessage {
    /// How the message counts in the accounts: `parsed`, `failed` or `control`.
    pub fn outcome_name(&self) -> &'static str {
        if !self.decoded.errors.is_empty() {
            "failed"
        } else if !self.startups.is_empty() || self.decoded.control.is_some() {
            if self.decoded.readings.is_empty() {
                "control"
            } else {
                "parsed"
            }
        } else {
            "parsed"
        }
    }

    pub(crate) fn readings(&self) -> &[Reading] {
        &self.decoded.readings
    }

    pub(crate) fn errors(&self) -> &[ItemError] {
        &self.decoded.errors
    }
}

/// What became of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageOutcome {
    /// Position in the raw stream.
    pub sequence: u64,
    /// Its position was committed before: this delivery added nothing and counts nowhere.
    pub known_before: bool,
    /// For each reading of the message whether it is new; a `false` is a duplicate.
    pub stored: Vec<bool>,
    /// Readings refused by a rule.
    pub errors: usize,
}

impl MessageOutcome {
    /// Number of new readings.
    pub fn processed(&self) -> usize {
        self.stored.iter().filter(|stored| **stored).count()
    }

    /// Number of readings that were there already.
    pub fn duplicates(&self) -> usize {
        if self.known_before {
            0
        } else {
            self.stored.len() - self.processed()
        }
    }
}

/// What became of a batch, message by message in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchOutcome {
    /// In the order of the batch.
    pub messages: Vec<MessageOutcome>,
}

/// Place of a reading: stream sequence and item in the payload.
pub(super) type ItemKey = (u64, u32);

/// All keys of a batch except a few: nearly always everything in a batch is new, and then nothing is hashed.
#[derive(Debug, Default)]
pub(super) struct AllBut<K>(HashSet<K>);

impl<K: Eq + Hash + Copy> AllBut<K> {
    /// All except these.
    pub(super) fn new(excepted: HashSet<K>) -> Self {
        Self(excepted)
    }

    /// Whether the key is none of the exceptions.
    pub(super) fn contains(&self, key: K) -> bool {
        !self.0.contains(&key)
    }

    /// Excepts those of the `wanted` keys, all different, that are not among the `found`.
    pub(super) fn except_missing(
        &mut self,
        wanted: impl ExactSizeIterator<Item = K>,
        found: impl ExactSizeIterator<Item = K>,
    ) {
        if found.len() < wanted.len() {
            let found: HashSet<K> = found.collect();
            self.0.extend(wanted.filter(|key| !found.contains(key)));
        }
    }
}

pub(super) fn outcome(
    messages: &[PendingMessage],
    fresh: &AllBut<u64>,
    stored: &AllBut<ItemKey>,
) -> BatchOutcome {
    let messages = messages
        .iter()
        .map(|message| {
            let is_fresh = fresh.contains(message.sequence);
            MessageOutcome {
                sequence: message.sequence,
                known_before: !is_fresh,
                stored: message
                    .readings()
                    .iter()
                    .map(|reading| is_fresh && stored.contains((message.sequence, reading.item)))
                    .collect(),
                errors: message.errors().len(),
            }
        })
        .collect();
    BatchOutcome { messages }
}
