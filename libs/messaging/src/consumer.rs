//! Reading `SENS_RAW`: deliveries that carry their own acknowledgement.

use std::time::Duration;

use async_nats::jetstream::consumer::pull;
use async_nats::jetstream::message::{AckKind, Acker};
use bytes::Bytes;
use futures_util::stream::ReadyChunks;
use futures_util::{FutureExt, StreamExt};
use sens_schema::envelope::Envelope;
use sens_schema::subject;

use crate::headers::from_headers;
use crate::{Error, Messaging};

/// How long one pull waits at the server before it is renewed.
const PULL_EXPIRES: Duration = Duration::from_secs(30);
/// The server proves at this pace that an idle pull is alive.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// Bytes fetched ahead: bounds memory whatever size the messages have.
const FETCH_BYTES: usize = 16 * 1024 * 1024;
/// Subject, headers and protocol around the largest payload.
const AROUND: usize = 128 * 1024;

/// One message of a stream. Dropping it without [`Delivery::ack`] means that it is delivered again.
pub struct Delivery {
    /// Position in the stream.
    pub sequence: u64,
    /// How often it was delivered, this time included.
    pub attempt: u64,
    /// What came with the payload.
    pub envelope: Envelope,
    /// The payload as it was received.
    pub payload: Bytes,
    acker: Acker,
}

impl Delivery {
    /// Tells JetStream that the message is committed. A lost acknowledgement only means one more delivery.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the connection is gone.
    pub async fn ack(&self) -> Result<(), Error> {
        self.acker
            .ack()
            .await
            .map_err(|error| Error::jetstream("acknowledge a message", &error))
    }

    /// Hands the message back, so that it is delivered to another worker at once.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the connection is gone.
    pub async fn give_back(&self) -> Result<(), Error> {
        self.acker
            .ack_with(AckKind::Nak(None))
            .await
            .map_err(|error| Error::jetstream("give a message back", &error))
    }

    /// Hands the message back to be delivered after a while.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the connection is gone.
    pub async fn postpone(&self, delay: Duration) -> Result<(), Error> {
        let later = AckKind::Nak(Some(delay));
        self.acker
            .ack_with(later)
            .await
            .map_err(|error| Error::jetstream("postpone a message", &error))
    }

    /// Tells JetStream that the message is still being worked on, so that it is not delivered to another worker.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the connection is gone.
    pub async fn in_progress(&self) -> Result<(), Error> {
        self.acker
            .ack_with(AckKind::Progress)
            .await
            .map_err(|error| Error::jetstream("report progress", &error))
    }
}

/// A shared durable consumer, as read by one worker.
pub struct RawConsumer {
    chunks: ReadyChunks<pull::Stream>,
    stream: &'static str,
}

impl Messaging {
    /// Opens the consumer for reading. At most `batch` deliveries come at once, and twice as many are fetched ahead.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the consumer is missing or the server is away.
    pub async fn consume_raw(&self, batch: usize) -> Result<RawConsumer, Error> {
        open(self, subject::RAW_STREAM, subject::RAW_CONSUMER, batch).await
    }
}

/// Opens a durable consumer that is there.
pub(crate) async fn open(
    messaging: &Messaging,
    stream: &'static str,
    name: &str,
    batch: usize,
) -> Result<RawConsumer, Error> {
    let consumer: async_nats::jetstream::consumer::Consumer<pull::Config> = messaging
        .jetstream
        .get_consumer_from_stream(name, stream)
        .await
        .map_err(|error| Error::jetstream(format!("open the consumer of {stream}"), &error))?;
    let messages = consumer
        .stream()
        .max_messages_per_batch(batch * 2)
        // Room for one message of any size: a smaller limit would never let it through.
        .max_bytes_per_batch(FETCH_BYTES.max(messaging.client.max_payload() + AROUND))
        .expires(PULL_EXPIRES)
        .heartbeat(HEARTBEAT)
        .messages()
        .await
        .map_err(|error| Error::jetstream(format!("pull from {stream}"), &error))?;
    Ok(RawConsumer {
        chunks: messages.ready_chunks(batch),
        stream,
    })
}

impl RawConsumer {
    /// What has arrived already, without waiting: to be given back before the consumer is dropped.
    pub fn ready(mut self) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        while let Some(Some(chunk)) = self.chunks.next().now_or_never() {
            deliveries.extend(chunk.into_iter().flatten().filter_map(delivery));
        }
        deliveries
    }

    /// Waits until at least one message is there, then gives all that have arrived, up to the batch size.
    ///
    /// # Errors
    /// [`Error::Subscription`] when the subscription ended for good: open it again. Messages that arrived together with
    /// a passing fault are still given.
    pub async fn next(&mut self) -> Result<Vec<Delivery>, Error> {
        loop {
            // Not cooperative: the scheduler's budget of 128 polls would end every chunk there.
            let Some(chunk) = tokio::task::coop::unconstrained(self.chunks.next()).await else {
                return Err(ended(self.stream, "the server closed it"));
            };
            let mut deliveries = Vec::with_capacity(chunk.len());
            let mut failure = None;
            for item in chunk {
                match item {
                    Ok(message) => deliveries.extend(delivery(message)),
                    Err(error) => failure = Some(error),
                }
            }
            if !deliveries.is_empty() {
                return Ok(deliveries);
            }
            if let Some(error) = failure {
                return Err(ended(self.stream, &error.to_string()));
            }
        }
    }
}

fn ended(stream: &'static str, reason: &str) -> Error {
    Error::Subscription {
        stream,
        reason: reason.to_owned(),
    }
}

/// A message without JetStream's reply subject did not come from the consumer and has no position: nothing to keep.
fn delivery(message: async_nats::jetstream::Message) -> Option<Delivery> {
    let (sequence, attempt, published_at) = match message.info() {
        Ok(info) => {
            let micros =
                i64::try_from(info.published.unix_timestamp_nanos() / 1000).unwrap_or_default();
            (
                info.stream_sequence,
                u64::try_from(info.delivered).unwrap_or(1),
                micros,
            )
        }
        Err(error) => {
            tracing::error!(%error, "a message without JetStream information was left alone");
            return None;
        }
    };
    let (message, acker) = message.split();
    let envelope = from_headers(message.headers.as_ref(), published_at);
    Some(Delivery {
        sequence,
        attempt,
        envelope,
        payload: message.payload,
        acker,
    })
}
