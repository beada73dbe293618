//! One message on its way to the broker.

use std::sync::Arc;

use bytes::Bytes;

/// What a message is, for the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// Flat legacy events.
    Flat,
    /// A SENS v1 batch.
    V1,
    /// A SenML pack.
    Senml,
    /// A `device_startup`.
    Startup,
    /// Presence.
    Status,
    /// An answer to a command.
    Answer,
    /// Bad on purpose.
    Malformed,
    /// The bytes of the message before.
    Duplicate,
    /// A line of a file.
    File,
}

/// One message on its way to the broker.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) topic: Arc<str>,
    pub(crate) payload: Bytes,
    pub(crate) retain: bool,
    pub(crate) kind: Kind,
    /// Good readings in the payload, as far as known.
    pub(crate) readings: u32,
}
