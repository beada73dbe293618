//! Taking what waits in the streams into a backup, and putting it back.

use async_nats::HeaderMap;
use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{RawMessageError, RawMessageErrorKind, Stream};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use sens_schema::{Micros, subject};

use crate::headers::from_headers;
use crate::{Error, Messaging, Outgoing, parked, sessions};

/// Sequences looked at by one call.
const WINDOW: u64 = 256;
/// Messages asked for, or published, at once.
const AT_ONCE: usize = 64;
/// Headers of JetStream itself, which speak of the first time a message was published.
const SERVER_HEADERS: &str = "Nats-";

/// A stream whose messages are not derived from the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeptStream {
    /// `SENS_PARKED`: messages over their device's quota.
    Parked,
    /// `SENS_RAW`: messages that are not committed yet.
    Raw,
    /// `SENS_DLQ`: messages the database refused.
    DeadLetters,
    /// `SENS_SESSIONS`: the workers' sessions at the broker.
    Sessions,
}

impl KeptStream {
    /// Name of the stream.
    pub fn name(self) -> &'static str {
        match self {
            Self::Parked => parked::STREAM,
            Self::Raw => subject::RAW_STREAM,
            Self::DeadLetters => subject::DLQ_STREAM,
            Self::Sessions => sessions::STREAM,
        }
    }

    fn wildcard(self) -> &'static str {
        match self {
            Self::Parked => parked::WILDCARD,
            Self::Raw => subject::RAW_WILDCARD,
            Self::DeadLetters => subject::DLQ_WILDCARD,
            Self::Sessions => sessions::WILDCARD,
        }
    }
}

/// Where a stream stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// When it was made.
    pub created_at: Micros,
    /// First sequence still stored.
    pub first: u64,
    /// Sequence of the newest message ever stored.
    pub last: u64,
    /// Messages stored.
    pub messages: u64,
}

/// A message as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptMessage {
    /// Its sequence in the stream.
    pub sequence: u64,
    /// Its subject.
    pub subject: String,
    /// Its headers, without those of the server.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub payload: Bytes,
}

impl Messaging {
    /// Where the stream stands now; nothing when it was never made.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away or refuses.
    pub async fn extent(&self, kept: KeptStream) -> Result<Option<Extent>, Error> {
        let action = || format!("describe stream {}", kept.name());
        let stream = match self.jetstream.get_stream(kept.name()).await {
            Ok(stream) => stream,
            Err(error) if error.to_string().contains("stream not found") => return Ok(None),
            Err(error) => return Err(Error::jetstream(action(), &error)),
        };
        let info = stream.cached_info();
        Ok(Some(Extent {
            created_at: i64::try_from(info.created.unix_timestamp_nanos() / 1000)
                .unwrap_or_default(),
            first: info.state.first_sequence,
            last: info.state.last_sequence,
            messages: info.state.messages,
        }))
    }

    /// The next messages from the sequence `from` on, none of them above `last`, in order. Empty when there are no more.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the stream is missing or the server is away.
    pub async fn kept_messages(
        &self,
        kept: KeptStream,
        from: u64,
        last: u64,
    ) -> Result<Vec<KeptMessage>, Error> {
        let stream = self
            .jetstream
            .get_stream_no_info(kept.name())
            .await
            .map_err(|error| Error::jetstream(format!("find stream {}", kept.name()), &error))?;
        let mut from = from.max(1);
        while from <= last {
            let to = last.min(from.saturating_add(WINDOW - 1));
            let found: Vec<Option<KeptMessage>> = futures_util::stream::iter(from..=to)
                .map(|sequence| get(&stream, kept, sequence))
                .buffered(AT_ONCE)
                .try_collect()
                .await?;
            let found: Vec<KeptMessage> = found.into_iter().flatten().collect();
            if !found.is_empty() {
                return Ok(found);
            }
            // Nothing in the window: on to the next message, however far away.
            let next = stream.get_first_raw_message_by_subject(kept.wildcard(), to + 1);
            match next.await {
                Ok(message) => from = message.sequence,
                Err(error) if is_absent(&error) => break,
                Err(error) => return Err(unreadable(kept, &error)),
            }
        }
        Ok(Vec::new())
    }

    /// Publishes kept messages again; returns once JetStream holds all of them. A session that is known already stays
    /// as it is: what its worker said since is newer.
    ///
    /// # Errors
    /// [`Error::JetStream`] when one was not taken. Those before it may have been: repeating is safe.
    pub async fn put_back(&self, kept: KeptStream, messages: &[KeptMessage]) -> Result<(), Error> {
        if kept == KeptStream::Raw {
            return self.put_back_raw(messages).await;
        }
        let requests: Vec<_> = messages
            .iter()
            .map(|message| self.put_one_back(kept, message))
            .collect();
        futures_util::stream::iter(requests)
            .buffered(AT_ONCE)
            .try_collect::<Vec<()>>()
            .await
            .map(drop)
    }

    async fn put_back_raw(&self, messages: &[KeptMessage]) -> Result<(), Error> {
        let outgoing: Vec<Outgoing> = messages
            .iter()
            .map(|message| {
                let mut envelope = from_headers(Some(&headers(message)), 0);
                // Whoever waited has gone.
                envelope.wait = false;
                Outgoing {
                    envelope,
                    payload: message.payload.clone(),
                }
            })
            .collect();
        for result in self.publisher().publish(&outgoing).await {
            result.map_err(|error| Error::jetstream("put a message back into SENS_RAW", &error))?;
        }
        Ok(())
    }

    async fn put_one_back(&self, kept: KeptStream, message: &KeptMessage) -> Result<(), Error> {
        let failed = |error: &dyn std::fmt::Display| {
            Error::jetstream(format!("put a message back into {}", kept.name()), &error)
        };
        let mut publish = PublishMessage::build()
            .headers(headers(message))
            .payload(message.payload.clone());
        if kept == KeptStream::Sessions {
            publish = publish.expected_last_subject_sequence(0);
        }
        let sent = self
            .jetstream
            .send_publish(message.subject.clone(), publish)
            .await
            .map_err(|error| failed(&error))?;
        match sent.await {
            Ok(_) => Ok(()),
            Err(error)
                if kept == KeptStream::Sessions
                    && error.to_string().contains("wrong last sequence") =>
            {
                Ok(())
            }
            Err(error) => Err(failed(&error)),
        }
    }

    /// How many telemetry workers wait for messages of the raw stream.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the stream or the consumer is missing or the server is away.
    pub async fn raw_readers(&self) -> Result<usize, Error> {
        let consumer: PullConsumer = self
            .jetstream
            .get_consumer_from_stream(subject::RAW_CONSUMER, subject::RAW_STREAM)
            .await
            .map_err(|error| Error::jetstream("describe the raw consumer", &error))?;
        Ok(consumer.cached_info().num_waiting)
    }

    /// Has everything that lies in the raw stream delivered once more, what was acknowledged included: for a database
    /// that was put back to an earlier moment. Its ledger knows what it has.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the stream is missing or the server is away.
    pub async fn redeliver_raw(&self) -> Result<(), Error> {
        let stream = self
            .jetstream
            .get_stream_no_info(subject::RAW_STREAM)
            .await
            .map_err(|error| Error::jetstream("find stream SENS_RAW", &error))?;
        stream
            .delete_consumer(subject::RAW_CONSUMER)
            .await
            .map_err(|error| Error::jetstream("reset the raw consumer", &error))?;
        self.ensure_raw_consumer().await
    }
}

async fn get(
    stream: &Stream<()>,
    kept: KeptStream,
    sequence: u64,
) -> Result<Option<KeptMessage>, Error> {
    match stream.get_raw_message(sequence).await {
        Ok(message) => Ok(Some(KeptMessage {
            sequence,
            subject: message.subject.to_string(),
            headers: pairs(&message.headers),
            payload: message.payload,
        })),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(unreadable(kept, &error)),
    }
}

fn is_absent(error: &RawMessageError) -> bool {
    error.kind() == RawMessageErrorKind::NoMessageFound
        || error.to_string().contains("no message found")
}

fn unreadable(kept: KeptStream, error: &RawMessageError) -> Error {
    Error::jetstream(format!("read a message of {}", kept.name()), error)
}

fn pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| !AsRef::<str>::as_ref(name).starts_with(SERVER_HEADERS))
        .flat_map(|(name, values)| {
            values
                .iter()
                .map(move |value| (name.to_string(), value.as_str().to_owned()))
        })
        .collect()
}

fn headers(message: &KeptMessage) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in &message.headers {
        headers.append(name.as_str(), value.as_str());
    }
    headers
}
