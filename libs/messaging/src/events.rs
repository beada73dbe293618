//! `SENS_EVENTS`: outcomes of committed batches, for live streams, waiting callers and caches.

use async_nats::jetstream::Message;
use bytes::Bytes;
use sens_schema::event::{BatchEvent, ChangeEvent};
use sens_schema::subject;

use crate::feed::Feed;
use crate::{Error, Messaging, event_bodies};

/// One event with its place in the stream.
#[derive(Debug, Clone)]
pub struct FeedItem {
    /// Sequence in `SENS_EVENTS`; a feed opened from the next one continues without gap or double.
    pub sequence: u64,
    /// What was committed.
    pub event: BatchEvent<'static>,
}

/// What those who keep something in memory have to know.
#[derive(Debug, Clone)]
pub enum News {
    /// A batch was committed.
    Batch(FeedItem),
    /// What may be kept in memory has changed.
    Change {
        /// Sequence in `SENS_EVENTS`.
        sequence: u64,
        /// What has changed.
        event: ChangeEvent,
    },
}

/// Changes and, where they are wanted, batches, in one order. Reopens its consumer by itself after a disconnect.
pub struct NewsFeed {
    feed: Feed,
}

/// Events in order, from a chosen place on. Reopens its consumer by itself after a disconnect.
pub struct EventFeed {
    feed: Feed,
}

impl Messaging {
    /// What tells of a committed batch, in order: one body, or several where it is more than fits into a message.
    ///
    /// # Errors
    /// When an event cannot be written as JSON.
    pub fn event_bodies(&self, event: &BatchEvent<'_>) -> Result<Vec<Bytes>, Error> {
        let most = event_bodies::largest(self.client.max_payload());
        Ok(event_bodies::bodies(event, most)?)
    }

    /// Publishes one of them and waits until JetStream holds it; gives its sequence.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away: publish again before the batch is acknowledged.
    pub async fn publish_event_body(&self, body: Bytes) -> Result<u64, Error> {
        let failed = |error: &dyn std::fmt::Display| {
            Error::jetstream("publish an event", &error.to_string())
        };
        let ack = self
            .jetstream
            .publish(subject::EVENT_BATCH, body)
            .await
            .map_err(|error| failed(&error))?;
        ack.await
            .map(|ack| ack.sequence)
            .map_err(|error| failed(&error))
    }

    /// Publishes what tells of a committed batch; gives the sequence of the last of its events.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away.
    pub async fn publish_event(&self, event: &BatchEvent<'_>) -> Result<u64, Error> {
        let mut sequence = 0;
        for body in self.event_bodies(event)? {
            sequence = self.publish_event_body(body).await?;
        }
        Ok(sequence)
    }

    /// Opens a feed from the given sequence on, or from now on. A sequence that has aged out starts at the oldest event.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the stream is missing or the server is away.
    pub async fn events(&self, from: Option<u64>) -> Result<EventFeed, Error> {
        let feed = Feed::open(self, &[subject::EVENT_BATCH], from, "follow SENS_EVENTS").await?;
        Ok(EventFeed { feed })
    }

    /// Opens the changes, with the batches or without, from the given sequence on, or from now on.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the stream is missing or the server is away.
    pub async fn news(&self, from: Option<u64>, batches: bool) -> Result<NewsFeed, Error> {
        let subjects: &[&str] = if batches {
            &[subject::EVENT_CHANGE, subject::EVENT_BATCH]
        } else {
            &[subject::EVENT_CHANGE]
        };
        let feed = Feed::open(self, subjects, from, "follow SENS_EVENTS").await?;
        Ok(NewsFeed { feed })
    }

    /// Sequence of the newest event.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the stream is missing or the server is away.
    pub async fn last_event_sequence(&self) -> Result<u64, Error> {
        let stream = self
            .jetstream
            .get_stream(subject::EVENTS_STREAM)
            .await
            .map_err(|error| Error::jetstream("describe SENS_EVENTS", &error))?;
        Ok(stream.cached_info().state.last_sequence)
    }
}

impl EventFeed {
    /// The next event. An event that cannot be read (written by a newer version) is passed over with a warning.
    ///
    /// # Errors
    /// [`Error::Subscription`] when the feed broke for good: open a new one from the last sequence.
    pub async fn next(&mut self) -> Result<FeedItem, Error> {
        let read = |sequence, message: &Message| {
            serde_json::from_slice(&message.payload).map(|event| FeedItem { sequence, event })
        };
        self.feed.next_read(read).await
    }
}

impl NewsFeed {
    /// What comes next. Cancelling it loses nothing. What cannot be read (written by a newer version) is passed over with a
    /// warning.
    ///
    /// # Errors
    /// [`Error::Subscription`] when the feed broke for good: open a new one after the last sequence.
    pub async fn next(&mut self) -> Result<News, Error> {
        let read = |sequence, message: &Message| {
            let body = &message.payload;
            if message.subject.as_str() == subject::EVENT_CHANGE {
                serde_json::from_slice(body).map(|event| News::Change { sequence, event })
            } else {
                serde_json::from_slice(body).map(|event| News::Batch(FeedItem { sequence, event }))
            }
        };
        self.feed.next_read(read).await
    }
}
