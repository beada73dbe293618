//! Messages that cannot be stored for a reason of their own.

use async_nats::HeaderMap;
use async_nats::jetstream::stream::{DirectGetErrorKind, Stream};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use sens_schema::envelope::Envelope;
use sens_schema::{Position, subject};

use crate::headers::{from_headers, to_headers};
use crate::{Error, Messaging, Outgoing};

/// Letters asked for at once.
const AT_ONCE: usize = 32;
/// Of what the database said so many characters are kept: a message may cite the value it refuses, of any length.
const TEXT_KEEP: usize = 500;

const EPOCH: &str = "Sens-Origin-Epoch";
const SEQUENCE: &str = "Sens-Origin-Sequence";
const CODE: &str = "Sens-Dead-Code";
const TEXT: &str = "Sens-Dead-Text";
const ATTEMPTS: &str = "Sens-Dead-Attempts";

/// Why the database refused a message for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetterCause {
    /// SQLSTATE of the refusal.
    pub code: String,
    /// What the database said.
    pub text: String,
    /// How often the message was delivered before it was given up.
    pub attempts: u64,
}

/// A message on its way to the dead letters.
#[derive(Debug, Clone)]
pub struct DeadLetter {
    /// Where it stood in the raw stream.
    pub origin: Position,
    /// What came with the payload.
    pub envelope: Envelope,
    /// The payload as it was received.
    pub payload: Bytes,
    /// Why it was refused.
    pub cause: DeadLetterCause,
}

/// A dead letter as it lies in its stream.
#[derive(Debug, Clone)]
pub struct StoredDeadLetter {
    /// Its sequence in `SENS_DLQ`.
    pub sequence: u64,
    /// The letter.
    pub letter: DeadLetter,
}

impl Messaging {
    /// Stores a dead letter; returns once JetStream holds it durably.
    ///
    /// # Errors
    /// [`Error::JetStream`]: the message must be kept in the raw stream and tried again.
    pub async fn bury(&self, letter: &DeadLetter) -> Result<u64, Error> {
        let mut headers = to_headers(&letter.envelope);
        headers.insert(EPOCH, letter.origin.epoch.to_string());
        headers.insert(SEQUENCE, letter.origin.seq.to_string());
        headers.insert(CODE, letter.cause.code.as_str());
        let text: String = letter.cause.text.chars().take(TEXT_KEEP).collect();
        headers.insert(TEXT, text.replace(['\r', '\n'], " "));
        headers.insert(ATTEMPTS, letter.cause.attempts.to_string());
        // Its worker may die before it acknowledges the message: the second burial is then the first one's.
        headers.insert(
            async_nats::header::NATS_MESSAGE_ID,
            format!("{}-{}", letter.origin.epoch, letter.origin.seq),
        );
        let failed = |error: &dyn std::fmt::Display| {
            Error::jetstream("store a dead letter", &error.to_string())
        };
        let ack = self
            .jetstream
            .publish_with_headers(
                format!("sens.dlq.{}", letter.cause.code),
                headers,
                letter.payload.clone(),
            )
            .await
            .map_err(|error| failed(&error))?;
        ack.await
            .map(|ack| ack.sequence)
            .map_err(|error| failed(&error))
    }

    /// Lists dead letters, oldest first, from the given sequence of `SENS_DLQ` on.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the stream is missing or the server is away.
    pub async fn dead_letters(
        &self,
        from: u64,
        limit: usize,
    ) -> Result<Vec<StoredDeadLetter>, Error> {
        let stream = self.dead_letter_stream("read the dead letters").await?;
        let state = &stream.cached_info().state;
        let mut letters = Vec::new();
        // Of a stream that never held anything both ends are 0, which is no sequence.
        let mut sequence = from.max(state.first_sequence).max(1);
        while sequence <= state.last_sequence && letters.len() < limit {
            letters.extend(letter_at(&stream, sequence).await?);
            sequence += 1;
        }
        Ok(letters)
    }

    /// The newest dead letters, oldest first: those among the last `span` sequences of `SENS_DLQ` that are still there.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the stream is missing or the server is away.
    pub async fn newest_dead_letters(&self, span: u64) -> Result<Vec<StoredDeadLetter>, Error> {
        let stream = self.dead_letter_stream("read the dead letters").await?;
        let state = &stream.cached_info().state;
        if state.messages == 0 {
            return Ok(Vec::new());
        }
        let first = state
            .first_sequence
            .max(state.last_sequence.saturating_sub(span.saturating_sub(1)));
        let found: Vec<Option<StoredDeadLetter>> =
            futures_util::stream::iter(first..=state.last_sequence)
                .map(|sequence| letter_at(&stream, sequence))
                .buffered(AT_ONCE)
                .try_collect()
                .await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// One dead letter, or nothing when it was requeued or dropped.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the stream is missing or the server is away.
    pub async fn dead_letter(&self, sequence: u64) -> Result<Option<StoredDeadLetter>, Error> {
        let letters = self.dead_letters(sequence, 1).await?;
        Ok(letters
            .into_iter()
            .find(|letter| letter.sequence == sequence))
    }

    /// Publishes a dead letter to the raw stream again and removes it. Gives its new sequence there. When it is
    /// interrupted in between, the letter stays and may be requeued again: its readings are stored once all the same.
    ///
    /// # Errors
    /// [`Error::JetStream`] when JetStream does not take it.
    pub async fn requeue(&self, letter: &StoredDeadLetter) -> Result<u64, Error> {
        let outgoing = Outgoing {
            envelope: letter.letter.envelope.clone(),
            payload: letter.letter.payload.clone(),
        };
        let mut published = self
            .publisher()
            .publish(std::slice::from_ref(&outgoing))
            .await;
        let sequence = match published.pop() {
            Some(Ok(sequence)) => sequence,
            Some(Err(error)) => return Err(Error::jetstream("requeue a dead letter", &error)),
            None => return Err(Error::jetstream("requeue a dead letter", &"no answer")),
        };
        self.remove_dead_letter(letter.sequence).await?;
        Ok(sequence)
    }

    /// Removes one dead letter after it was requeued or dropped. Gives whether it was there.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away or refuses.
    pub async fn remove_dead_letter(&self, sequence: u64) -> Result<bool, Error> {
        const WHAT: &str = "remove a dead letter";
        let stream = self.dead_letter_stream(WHAT).await?;
        match stream.delete_message(sequence).await {
            Ok(removed) => Ok(removed),
            Err(error) if error.to_string().contains("no message found") => Ok(false),
            Err(error) => Err(Error::jetstream(WHAT, &error)),
        }
    }

    /// The stream as it stands now, for what is being done with it.
    pub(crate) async fn dead_letter_stream(&self, what: &str) -> Result<Stream, Error> {
        self.jetstream
            .get_stream(subject::DLQ_STREAM)
            .await
            .map_err(|error| Error::jetstream(what, &error))
    }
}

/// The letter at a sequence. Sequences of letters that were requeued or dropped are gone.
async fn letter_at(stream: &Stream, sequence: u64) -> Result<Option<StoredDeadLetter>, Error> {
    match stream.direct_get(sequence).await {
        Ok(message) => Ok(Some(stored(sequence, &message.headers, message.payload))),
        Err(error) if error.kind() == DirectGetErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::jetstream("read the dead letters", &error)),
    }
}

fn stored(sequence: u64, headers: &HeaderMap, payload: Bytes) -> StoredDeadLetter {
    let text = |name: &str| {
        headers
            .get(name)
            .map(|value| value.as_str().to_owned())
            .unwrap_or_default()
    };
    let origin = Position {
        epoch: text(EPOCH).parse().unwrap_or_default(),
        seq: text(SEQUENCE).parse().unwrap_or_default(),
    };
    let cause = DeadLetterCause {
        code: text(CODE),
        text: text(TEXT),
        attempts: text(ATTEMPTS).parse().unwrap_or_default(),
    };
    StoredDeadLetter {
        sequence,
        letter: DeadLetter {
            origin,
            envelope: from_headers(Some(headers), 0),
            payload,
            cause,
        },
    }
}
