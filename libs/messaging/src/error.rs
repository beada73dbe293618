//! What can go wrong between a service and JetStream.

/// A failed request to NATS or JetStream. Every one of them may be tried again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server could not be reached or refused the connection.
    #[error(
        "cannot connect to NATS at {url}: {reason}; check SENS_NATS__URL and that the server runs"
    )]
    Connect {
        /// The address that was tried, without credentials.
        url: String,
        /// What the client library said.
        reason: String,
    },
    /// A file named in the configuration could not be used.
    #[error("cannot use {path} named by {variable}: {reason}")]
    File {
        /// The configuration variable that names the file.
        variable: &'static str,
        /// The path.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// JetStream refused or did not answer a request.
    #[error("JetStream cannot {action}: {reason}")]
    JetStream {
        /// What was asked for, as verb and object.
        action: String,
        /// What the server or the client library said.
        reason: String,
    },
    /// The subscription broke; open it again.
    #[error("the subscription to {stream} ended: {reason}")]
    Subscription {
        /// The stream that was read.
        stream: &'static str,
        /// What the client library said.
        reason: String,
    },
    /// An event could not be written as JSON.
    #[error("cannot encode an event: {0}")]
    Encode(#[from] serde_json::Error),
}

impl Error {
    pub(crate) fn jetstream(action: impl Into<String>, reason: &impl std::fmt::Display) -> Self {
        Self::JetStream {
            action: action.into(),
            reason: reason.to_string(),
        }
    }
}
