//! Changes told on `SENS_EVENTS` besides committed batches: steps of commands, presence of devices.

use async_nats::HeaderMap;
use async_nats::jetstream::consumer::{DeliverPolicy, pull};
use bytes::Bytes;
use futures_util::StreamExt;
use sens_schema::command::CommandEvent;
use sens_schema::event::PresenceEvent;
use sens_schema::subject;
use serde::Serialize;

use crate::publisher::publish_to;
use crate::{Error, Messaging};

/// What has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A command took a step.
    Command(CommandEvent),
    /// A device came, went or fell silent.
    Presence(PresenceEvent),
}

/// A change with its place in the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeItem {
    /// Sequence in `SENS_EVENTS`.
    pub sequence: u64,
    /// What has changed.
    pub change: Change,
}

/// Changes in order, from a chosen place on.
pub struct ChangeFeed {
    stream: pull::Ordered,
}

impl Messaging {
    /// Tells a step of a command to whoever follows the events.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away.
    pub async fn tell_command(&self, event: &CommandEvent) -> Result<(), Error> {
        self.tell(subject::EVENT_COMMAND, event).await
    }

    /// Tells a change of presence to whoever follows the events.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away.
    pub async fn tell_presence(&self, event: &PresenceEvent) -> Result<(), Error> {
        self.tell(subject::EVENT_PRESENCE, event).await
    }

    async fn tell(&self, subject: &str, event: &impl Serialize) -> Result<(), Error> {
        let body = Bytes::from(serde_json::to_vec(event)?);
        publish_to(self, subject.to_owned(), HeaderMap::new(), body)
            .await
            .map(drop)
            .map_err(|error| Error::jetstream("tell a change", &error))
    }

    /// Opens the changes from the given sequence on, or from now on.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the stream is missing or the server is away.
    pub async fn changes(&self, from: Option<u64>) -> Result<ChangeFeed, Error> {
        let failed = |error: &dyn std::fmt::Display| {
            Error::jetstream("follow the changes of SENS_EVENTS", &error.to_string())
        };
        let stream = self
            .jetstream
            .get_stream(subject::EVENTS_STREAM)
            .await
            .map_err(|error| failed(&error))?;
        let deliver_policy = match from {
            Some(start_sequence) => DeliverPolicy::ByStartSequence {
                start_sequence: start_sequence.max(1),
            },
            None => DeliverPolicy::New,
        };
        let consumer = stream
            .create_consumer(pull::OrderedConfig {
                deliver_policy,
                filter_subjects: vec![
                    subject::EVENT_COMMAND.to_owned(),
                    subject::EVENT_PRESENCE.to_owned(),
                ],
                ..pull::OrderedConfig::default()
            })
            .await
            .map_err(|error| failed(&error))?;
        let stream = consumer.messages().await.map_err(|error| failed(&error))?;
        Ok(ChangeFeed { stream })
    }
}

impl ChangeFeed {
    /// The next change. One that cannot be read (written by a newer version) is passed over with a warning.
    ///
    /// # Errors
    /// [`Error::Subscription`] when the feed broke for good: open a new one after the last sequence.
    pub async fn next(&mut self) -> Result<ChangeItem, Error> {
        loop {
            let ended = |reason: String| Error::Subscription {
                stream: subject::EVENTS_STREAM,
                reason,
            };
            let message = match self.stream.next().await {
                Some(Ok(message)) => message,
                Some(Err(error)) => return Err(ended(error.to_string())),
                None => return Err(ended("the server closed it".to_owned())),
            };
            let sequence = message
                .info()
                .map_err(|error| ended(error.to_string()))?
                .stream_sequence;
            let change = if message.subject.as_str() == subject::EVENT_COMMAND {
                serde_json::from_slice(&message.payload).map(Change::Command)
            } else {
                serde_json::from_slice(&message.payload).map(Change::Presence)
            };
            match change {
                Ok(change) => return Ok(ChangeItem { sequence, change }),
                Err(error) => {
                    tracing::warn!(sequence, %error, "an unreadable change was passed over");
                }
            }
        }
    }
}
