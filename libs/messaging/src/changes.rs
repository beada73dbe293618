//! Changes told on `SENS_EVENTS` besides committed batches: steps of commands, presence of devices.

use async_nats::HeaderMap;
use async_nats::jetstream::Message;
use bytes::Bytes;
use sens_schema::command::CommandEvent;
use sens_schema::event::{ChangeEvent, PresenceEvent};
use sens_schema::subject;
use serde::Serialize;

use crate::feed::Feed;
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
    feed: Feed,
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

    /// Tells everybody who keeps something in memory what has changed.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away.
    pub async fn tell_change(&self, event: &ChangeEvent) -> Result<(), Error> {
        self.tell(subject::EVENT_CHANGE, event).await
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
        let subjects = [subject::EVENT_COMMAND, subject::EVENT_PRESENCE];
        let feed = Feed::open(self, &subjects, from, "follow the changes of SENS_EVENTS").await?;
        Ok(ChangeFeed { feed })
    }
}

impl ChangeFeed {
    /// The next change. One that cannot be read (written by a newer version) is passed over with a warning.
    ///
    /// # Errors
    /// [`Error::Subscription`] when the feed broke for good: open a new one after the last sequence.
    pub async fn next(&mut self) -> Result<ChangeItem, Error> {
        let read = |sequence, message: &Message| {
            let change = if message.subject.as_str() == subject::EVENT_COMMAND {
                serde_json::from_slice(&message.payload).map(Change::Command)
            } else {
                serde_json::from_slice(&message.payload).map(Change::Presence)
            };
            change.map(|change| ChangeItem { sequence, change })
        };
        self.feed.next_read(read).await
    }
}
