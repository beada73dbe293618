//! Looking at single messages of the raw stream, without taking them.

use async_nats::jetstream::stream::{DirectGetErrorKind, Stream};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use sens_schema::envelope::Envelope;
use sens_schema::{Micros, Position, subject};

use crate::headers::from_headers;
use crate::{Error, Messaging, StoredDeadLetter};

/// Messages asked for at once.
const AT_ONCE: usize = 32;

/// Dead letters looked through for one; older ones are found by their number.
const LETTERS: u64 = 10_000;

/// A message as it lies in the raw stream.
#[derive(Debug, Clone)]
pub struct RawMessage {
    /// Its sequence.
    pub sequence: u64,
    /// When JetStream took it.
    pub stored_at: Micros,
    /// What came with the payload.
    pub envelope: Envelope,
    /// The payload as it was received.
    pub payload: Bytes,
}

impl Messaging {
    /// One message of the raw stream; nothing when it left the stream or was never in it.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the stream is missing or the server is away.
    pub async fn raw_message(&self, sequence: u64) -> Result<Option<RawMessage>, Error> {
        let stream = self.raw_stream().await?;
        get(&stream, sequence).await
    }

    /// The messages of the raw stream from `first` on that are still there, `count` of them at most are looked for.
    ///
    /// # Errors
    /// As [`Messaging::raw_message`].
    pub async fn raw_messages(&self, first: u64, count: u64) -> Result<Vec<RawMessage>, Error> {
        let stream = self.raw_stream().await?;
        let last = stream
            .cached_info()
            .state
            .last_sequence
            .min(first.saturating_add(count).saturating_sub(1));
        let found: Vec<Option<RawMessage>> = futures_util::stream::iter(first.max(1)..=last)
            .map(|sequence| get(&stream, sequence))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Which of these positions are not in the raw stream any more, or never were.
    ///
    /// # Errors
    /// As [`Messaging::raw_message`].
    pub async fn absent(
        &self,
        positions: impl Iterator<Item = u64> + Send,
    ) -> Result<Vec<u64>, Error> {
        let stream = self.raw_stream().await?;
        let found: Vec<Option<u64>> = futures_util::stream::iter(positions)
            .map(|sequence| {
                let stream = stream.clone();
                async move {
                    let message = get(&stream, sequence).await?;
                    Ok::<_, Error>(message.is_none().then_some(sequence))
                }
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The dead letter of the message that stood at `origin`, while it is there.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the stream is missing or the server is away.
    pub async fn dead_letter_of(
        &self,
        origin: Position,
    ) -> Result<Option<StoredDeadLetter>, Error> {
        let letters = self.newest_dead_letters(LETTERS).await?;
        Ok(letters
            .into_iter()
            .rev()
            .find(|letter| letter.letter.origin == origin))
    }

    async fn raw_stream(&self) -> Result<Stream, Error> {
        self.jetstream
            .get_stream(subject::RAW_STREAM)
            .await
            .map_err(|error| Error::jetstream("describe stream SENS_RAW", &error))
    }
}

async fn get(stream: &Stream, sequence: u64) -> Result<Option<RawMessage>, Error> {
    match stream.direct_get(sequence).await {
        Ok(message) => {
            let stored_at =
                i64::try_from(message.time.unix_timestamp_nanos() / 1000).unwrap_or_default();
            Ok(Some(RawMessage {
                sequence,
                stored_at,
                envelope: from_headers(Some(&message.headers), stored_at),
                payload: message.payload,
            }))
        }
        Err(error) if error.kind() == DirectGetErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::jetstream("read a message of SENS_RAW", &error)),
    }
}
