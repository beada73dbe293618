//! What has happened so far, shared by all connections.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use crate::ledger::Ledger;
use crate::message::Message;

/// Counters of a whole run.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    acked: AtomicU64,
    readings: AtomicU64,
    refused: AtomicU64,
    connects: AtomicU64,
    connected: AtomicU64,
    last_trouble: Mutex<Option<String>>,
    ledger: Option<Ledger>,
}

impl Tally {
    /// Counts from zero; acknowledged messages go into `ledger` as well.
    pub(crate) fn new(ledger: Option<Ledger>) -> Self {
        Self {
            ledger,
            ..Self::default()
        }
    }

    /// The broker acknowledged `message`.
    pub(crate) fn acked(&self, message: &Message) {
        if let Some(ledger) = &self.ledger
            && let Err(error) = ledger.record(message)
        {
            self.trouble(format!("cannot write the ledger: {error}"));
        }
        self.readings.fetch_add(message.readings.into(), Relaxed);
        self.acked.fetch_add(1, Relaxed);
    }

    /// The broker refused a message for good.
    pub(crate) fn refused(&self, reason: &str) {
        self.trouble(format!("the broker refused a message: {reason}"));
        self.refused.fetch_add(1, Relaxed);
    }

    /// A connection stands.
    pub(crate) fn connected(&self) {
        self.connects.fetch_add(1, Relaxed);
        self.connected.fetch_add(1, Relaxed);
    }

    /// A connection that stood is gone.
    pub(crate) fn disconnected(&self) {
        self.connected.fetch_sub(1, Relaxed);
    }

    /// Notes what went wrong last, for people.
    pub(crate) fn trouble(&self, what: String) {
        *self
            .last_trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(what);
    }

    /// Takes what went wrong since the last call.
    pub(crate) fn take_trouble(&self) -> Option<String> {
        self.last_trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// The figures of this moment; hands the ledger to the operating system.
    pub(crate) fn snapshot(&self) -> Snapshot {
        if let Some(ledger) = &self.ledger
            && let Err(error) = ledger.flush()
        {
            self.trouble(format!("cannot write the ledger: {error}"));
        }
        Snapshot {
            acked: self.acked.load(Relaxed),
            readings: self.readings.load(Relaxed),
            refused: self.refused.load(Relaxed),
            connects: self.connects.load(Relaxed),
            connected: self.connected.load(Relaxed),
        }
    }
}

/// Figures of one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Snapshot {
    /// Messages acknowledged.
    pub(crate) acked: u64,
    /// Good readings in them.
    pub(crate) readings: u64,
    /// Messages refused.
    pub(crate) refused: u64,
    /// Connections made, repeated ones included.
    pub(crate) connects: u64,
    /// Connections that stand.
    pub(crate) connected: u64,
}
