//! `SENS_REQUESTS`: requests that carried an idempotency key, and what they were answered.
//!
//! As durable as the messages themselves, shared by every replica, forgotten after a day.

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::header::NATS_EXPECTED_LAST_SUBJECT_SEQUENCE;
use async_nats::jetstream::stream::{
    Config, DiscardPolicy, LastRawMessageErrorKind, RetentionPolicy, StorageType,
};
use bytes::Bytes;
use sens_config::Nats;
use sens_schema::Micros;

use crate::publisher::{PublishError, publish_to};
use crate::{Error, Messaging};

pub(crate) const STREAM: &str = "SENS_REQUESTS";
pub(crate) const WILDCARD: &str = "sens.request.>";
const FINGERPRINT: &str = "Sens-Fingerprint";

/// How long a request is remembered.
const KEPT: Duration = Duration::from_hours(24);
/// The server refuses the claim of a subject that has a message already.
pub(crate) const WRONG_LAST_SEQUENCE: &str = "10071";

/// A request that is known already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRequest {
    /// Tells what was asked.
    pub fingerprint: String,
    /// When it was asked, or answered.
    pub asked_at: Micros,
    /// What it was answered; `None` while it is under way, or when whoever worked on it died.
    pub answer: Option<Bytes>,
}

pub(crate) fn stream(config: &Nats) -> Config {
    Config {
        name: STREAM.to_owned(),
        description: Some("requests with an idempotency key, and their answers".to_owned()),
        subjects: vec![WILDCARD.to_owned()],
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::Old,
        max_messages_per_subject: 1,
        max_messages: -1,
        max_age: KEPT,
        max_bytes: 256 * 1024 * 1024,
        storage: StorageType::File,
        num_replicas: config.replicas.max(1),
        ..Config::default()
    }
}

impl Messaging {
    /// Claims a key, which must be a word of letters and digits. Gives what is known of it when it was claimed before.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away.
    pub async fn claim_request(
        &self,
        key: &str,
        fingerprint: &str,
    ) -> Result<Option<KnownRequest>, Error> {
        let mut headers = HeaderMap::new();
        headers.insert(FINGERPRINT, fingerprint);
        headers.insert(NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, "0");
        loop {
            match publish_to(self, subject(key), headers.clone(), Bytes::new()).await {
                Ok(_) => return Ok(None),
                Err(PublishError::Refused(reason)) if reason.contains(WRONG_LAST_SEQUENCE) => {}
                Err(error) => return Err(Error::jetstream("claim an idempotency key", &error)),
            }
            // Forgotten between the two: claimed anew.
            if let Some(known) = self.known_request(key).await? {
                return Ok(Some(known));
            }
        }
    }

    /// Remembers what a claimed request was answered.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away.
    pub async fn answer_request(
        &self,
        key: &str,
        fingerprint: &str,
        answer: Bytes,
    ) -> Result<(), Error> {
        let mut headers = HeaderMap::new();
        headers.insert(FINGERPRINT, fingerprint);
        publish_to(self, subject(key), headers, answer)
            .await
            .map(drop)
            .map_err(|error| Error::jetstream("remember an answer", &error))
    }

    /// Forgets a claimed request that came to nothing.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away.
    pub async fn release_request(&self, key: &str) -> Result<(), Error> {
        let failed = |error: &dyn std::fmt::Display| {
            Error::jetstream("forget an idempotency key", &error.to_string())
        };
        let stream = self
            .jetstream
            .get_stream_no_info(STREAM)
            .await
            .map_err(|error| failed(&error))?;
        stream
            .purge()
            .filter(subject(key))
            .await
            .map(drop)
            .map_err(|error| failed(&error))
    }

    async fn known_request(&self, key: &str) -> Result<Option<KnownRequest>, Error> {
        let failed = |error: &dyn std::fmt::Display| {
            Error::jetstream("read an idempotency key", &error.to_string())
        };
        let stream = self
            .jetstream
            .get_stream_no_info(STREAM)
            .await
            .map_err(|error| failed(&error))?;
        // From the leader: a replica may not know the claim yet.
        match stream.get_last_raw_message_by_subject(&subject(key)).await {
            Ok(message) => Ok(Some(KnownRequest {
                fingerprint: message
                    .headers
                    .get(FINGERPRINT)
                    .map(|value| value.as_str().to_owned())
                    .unwrap_or_default(),
                asked_at: i64::try_from(message.time.unix_timestamp_nanos() / 1000)
                    .unwrap_or_default(),
                answer: (!message.payload.is_empty()).then_some(message.payload),
            })),
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }
}

fn subject(key: &str) -> String {
    format!("sens.request.{key}")
}
