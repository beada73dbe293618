//! Reading `SENS_EVENTS` in order, whatever its messages say.

use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::{DeliverPolicy, pull};
use futures_util::StreamExt;
use sens_schema::subject;

use crate::{Error, Messaging};

/// Messages of some subjects in order, from a chosen place on. Reopens its consumer by itself after a disconnect.
pub(crate) struct Feed {
    stream: pull::Ordered,
}

impl Feed {
    /// Opens the messages of these subjects from the given sequence on, or from now on; `what` names it in an error.
    pub(crate) async fn open(
        messaging: &Messaging,
        subjects: &[&str],
        from: Option<u64>,
        what: &str,
    ) -> Result<Self, Error> {
        let failed = |error: &dyn std::fmt::Display| Error::jetstream(what, &error.to_string());
        let stream = messaging
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
                filter_subjects: subjects.iter().map(ToString::to_string).collect(),
                ..pull::OrderedConfig::default()
            })
            .await
            .map_err(|error| failed(&error))?;
        let stream = consumer.messages().await.map_err(|error| failed(&error))?;
        Ok(Self { stream })
    }

    /// What `read` makes of the next message and its sequence. A message that cannot be read (written by a newer version) is
    /// passed over with a warning.
    pub(crate) async fn next_read<T>(
        &mut self,
        read: impl Fn(u64, &Message) -> serde_json::Result<T>,
    ) -> Result<T, Error> {
        loop {
            let (sequence, message) = self.next().await?;
            match read(sequence, &message) {
                Ok(item) => return Ok(item),
                Err(error) => {
                    tracing::warn!(sequence, %error, "an unreadable event was passed over");
                }
            }
        }
    }

    /// The next message and its sequence.
    async fn next(&mut self) -> Result<(u64, Message), Error> {
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
        Ok((sequence, message))
    }
}
