//! Publishing to `SENS_RAW`: every `Ok` means that JetStream holds the message durably.

mod batch;
mod reply;
mod room;
mod single;

use bytes::Bytes;
use sens_schema::envelope::Envelope;

use crate::{ConnectionState, Messaging};

pub(crate) use single::{publish_one, publish_to};

/// From how many waiting messages on an atomic batch is cheaper than single messages: the server syncs ten files for a batch
/// of any size, and one for each single message.
const BATCH_FROM: usize = 12;
/// The server's limit for one atomic batch (ADR-50).
const BATCH_MAX_MESSAGES: usize = 1000;
/// Bytes in one atomic batch: keeps the server's staging memory and our retry small.
const BATCH_MAX_BYTES: usize = 4 * 1024 * 1024;

/// One payload on its way to the stream.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Everything about the payload except its bytes.
    pub envelope: Envelope,
    /// The bytes, untouched.
    pub payload: Bytes,
}

/// Why JetStream does not hold a message. Publishing it again is always right.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PublishError {
    /// The stream is at its byte limit; what is stored must be committed first.
    #[error("stream SENS_RAW is full: {0}")]
    Full(String),
    /// The server refused for another reason.
    #[error("JetStream refused the message: {0}")]
    Refused(String),
    /// It is larger than the server takes.
    #[error("NATS does not take a message of this size: {0}; raise its max_payload")]
    TooLarge(String),
    /// No answer: the server is away, or the answer was lost.
    #[error("JetStream did not answer: {0}")]
    Unanswered(String),
}

/// Publishes payloads to the raw stream. Cheap to clone.
#[derive(Clone)]
pub struct RawPublisher {
    messaging: Messaging,
}

impl Messaging {
    /// A publisher of raw payloads on this connection.
    pub fn publisher(&self) -> RawPublisher {
        RawPublisher {
            messaging: self.clone(),
        }
    }
}

impl RawPublisher {
    /// Publishes the messages in order and gives for each its stream sequence once it is durable.
    ///
    /// What has queued up goes together as atomic batches; a few go singly and at once. A batch that the server refuses
    /// is tried message by message, so that one bad message costs only itself. While the connection is down nothing is
    /// published: the client would keep every attempt and send all of them once it is back.
    pub async fn publish(&self, messages: &[Outgoing]) -> Vec<Result<u64, PublishError>> {
        if self.messaging.state() == ConnectionState::Down {
            let away = PublishError::Unanswered("not connected to NATS".to_owned());
            return messages.iter().map(|_| Err(away.clone())).collect();
        }
        let mut results = Vec::with_capacity(messages.len());
        for chunk in chunks(messages) {
            if chunk.len() < BATCH_FROM || !room::all_fit(&self.messaging, chunk) {
                results.extend(single::publish_each(&self.messaging, chunk).await);
                continue;
            }
            let batch = batch::publish_atomic(&self.messaging, chunk);
            let batch = single::while_connected(&self.messaging, batch).await;
            match batch.and_then(std::convert::identity) {
                Ok(sequences) => results.extend(sequences.map(Ok)),
                Err(PublishError::Refused(reason) | PublishError::TooLarge(reason)) => {
                    tracing::warn!(%reason, messages = chunk.len(), "atomic batch refused, publishing singly");
                    results.extend(single::publish_each(&self.messaging, chunk).await);
                }
                Err(error) => results.extend(chunk.iter().map(|_| Err(error.clone()))),
            }
        }
        results
    }
}

impl RawPublisher {
    /// Publishes the messages under an id that names exactly them: those that were published under it within the last
    /// minutes are not published again, and have their sequence of then.
    pub async fn publish_once(
        &self,
        messages: &[Outgoing],
        id: &str,
    ) -> Vec<Result<u64, PublishError>> {
        if self.messaging.state() == ConnectionState::Down {
            let away = PublishError::Unanswered("not connected to NATS".to_owned());
            return messages.iter().map(|_| Err(away.clone())).collect();
        }
        single::publish_each_as(&self.messaging, messages, Some(id)).await
    }
}

/// Splits by the limits of one batch.
fn chunks(messages: &[Outgoing]) -> impl Iterator<Item = &[Outgoing]> {
    let mut rest = messages;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut bytes = 0;
        let mut count = 0;
        for message in rest.iter().take(BATCH_MAX_MESSAGES) {
            bytes += message.payload.len();
            if count > 0 && bytes > BATCH_MAX_BYTES {
                break;
            }
            count += 1;
        }
        let (chunk, after) = rest.split_at(count);
        rest = after;
        Some(chunk)
    })
}

#[cfg(test)]
mod tests {
    use sens_schema::envelope::{Envelope, Source};

    use super::*;

    fn outgoing(size: usize) -> Outgoing {
        let envelope = Envelope {
            topic: "http".to_owned(),
            source: Source::Http,
            received_at: 0,
            content_type: None,
            traceparent: None,
            truncated: None,
            wait: false,
        };
        Outgoing {
            envelope,
            payload: Bytes::from(vec![0; size]),
        }
    }

    #[test]
    fn chunks_respect_count_and_bytes_and_lose_nothing() {
        let small: Vec<_> = (0..2500).map(|_| outgoing(10)).collect();
        assert_eq!(
            chunks(&small).map(<[_]>::len).collect::<Vec<_>>(),
            [1000, 1000, 500]
        );
        let large: Vec<_> = (0..10).map(|_| outgoing(BATCH_MAX_BYTES - 1)).collect();
        assert_eq!(chunks(&large).map(<[_]>::len).collect::<Vec<_>>(), [1; 10]);
        assert_eq!(chunks(&[]).count(), 0);
    }
}
