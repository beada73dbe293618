//! The streams and the one consumer of the platform, made by whoever needs them first.

use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType};
use sens_config::Nats;
use sens_schema::subject;

use crate::{Error, Messaging, commands, parked, requests, sessions};

/// Time after which an unacknowledged delivery of the raw stream is handed out again: what a killed worker held is with
/// another one after that. A living worker reports progress on what it holds three times within it.
pub const ACK_WAIT: Duration = Duration::from_secs(10);
/// Deliveries that may be waiting for their acknowledgement over all workers together: bounds memory at any lag.
const MAX_ACK_PENDING: i64 = 20_000;

/// How long a message that was published with an id is known by it.
const DUPLICATE_WINDOW: Duration = Duration::from_mins(10);

impl Messaging {
    /// Makes the streams, or brings their settings to the configured ones. Safe to call by several at once.
    ///
    /// # Errors
    /// [`Error::JetStream`] names the stream that could not be made.
    pub async fn ensure_streams(&self, config: &Nats) -> Result<(), Error> {
        for stream in [
            raw_stream(config),
            events_stream(config),
            dead_letter_stream(config),
            sessions::stream(config),
            parked::stream(config),
            requests::stream(config),
            commands::stream(config),
        ] {
            let action = format!("ensure stream {}", stream.name);
            self.jetstream
                .create_or_update_stream(stream)
                .await
                .map_err(|error| Error::jetstream(action, &error))?;
        }
        Ok(())
    }

    /// Makes the durable consumer that all telemetry workers share.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the stream is missing or the server refuses.
    pub async fn ensure_raw_consumer(&self) -> Result<(), Error> {
        self.jetstream
            .create_consumer_on_stream(raw_consumer(), subject::RAW_STREAM)
            .await
            .map(drop)
            .map_err(|error| Error::jetstream("ensure the raw consumer", &error))
    }
}

/// Refuses new messages when full instead of dropping old ones, and never lets age remove one.
fn raw_stream(config: &Nats) -> Config {
    Config {
        name: subject::RAW_STREAM.to_owned(),
        description: Some("received payloads until they are committed".to_owned()),
        subjects: vec![subject::RAW_WILDCARD.to_owned()],
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::New,
        max_bytes: i64::try_from(config.raw_max_bytes).unwrap_or(i64::MAX),
        max_messages: -1,
        allow_atomic_publish: true,
        // For posted messages whose request carries an idempotency key; no others have an id.
        duplicate_window: DUPLICATE_WINDOW,
        ..common(config)
    }
}

fn events_stream(config: &Nats) -> Config {
    Config {
        name: subject::EVENTS_STREAM.to_owned(),
        description: Some(
            "outcomes and changes for live streams, waiting callers and caches".to_owned(),
        ),
        subjects: vec![subject::EVENTS_WILDCARD.to_owned()],
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::Old,
        max_age: Duration::from_secs(config.events_max_age_seconds),
        max_bytes: 512 * 1024 * 1024,
        max_messages: -1,
        ..common(config)
    }
}

fn dead_letter_stream(config: &Nats) -> Config {
    Config {
        name: subject::DLQ_STREAM.to_owned(),
        description: Some("messages the database refused for good".to_owned()),
        subjects: vec![subject::DLQ_WILDCARD.to_owned()],
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::New,
        max_bytes: i64::try_from(config.raw_max_bytes / 4).unwrap_or(i64::MAX),
        max_messages: -1,
        duplicate_window: Duration::from_hours(1),
        ..common(config)
    }
}

fn common(config: &Nats) -> Config {
    Config {
        storage: StorageType::File,
        num_replicas: config.replicas.max(1),
        allow_direct: true,
        ..Config::default()
    }
}

fn raw_consumer() -> pull::Config {
    pull::Config {
        durable_name: Some(subject::RAW_CONSUMER.to_owned()),
        description: Some("telemetry-worker: commits raw messages to the database".to_owned()),
        deliver_policy: DeliverPolicy::All,
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        max_ack_pending: MAX_ACK_PENDING,
        // Whether a message is given up is decided by what the database says of it, never by a count of deliveries.
        max_deliver: -1,
        ..pull::Config::default()
    }
}
