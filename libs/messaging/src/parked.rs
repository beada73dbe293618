//! `SENS_PARKED`: messages of devices that send more than their quota, until it is their turn.

use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType};
use sens_config::Nats;
use sens_schema::DeviceRef;

use crate::consumer::{self, RawConsumer};
use crate::publisher::{Outgoing, PublishError, publish_one};
use crate::streams::ACK_WAIT;
use crate::{Error, Messaging};

const STREAM: &str = "SENS_PARKED";
const WILDCARD: &str = "sens.parked.>";
const CONSUMER: &str = "unpark";

/// Messages of one device that may wait. A device that floods beyond that is refused for itself alone.
const MAX_PER_DEVICE: i64 = 100_000;

/// The stream, work-queue shaped: a message leaves it when it is in the raw stream.
pub(crate) fn stream(config: &Nats) -> Config {
    Config {
        name: STREAM.to_owned(),
        description: Some("messages over their device's quota, until it is their turn".to_owned()),
        subjects: vec![WILDCARD.to_owned()],
        retention: RetentionPolicy::WorkQueue,
        discard: DiscardPolicy::New,
        discard_new_per_subject: true,
        max_messages_per_subject: MAX_PER_DEVICE,
        max_messages: -1,
        max_bytes: i64::try_from(config.raw_max_bytes / 4).unwrap_or(i64::MAX),
        storage: StorageType::File,
        num_replicas: config.replicas.max(1),
        ..Config::default()
    }
}

fn consumer() -> pull::Config {
    pull::Config {
        durable_name: Some(CONSUMER.to_owned()),
        description: Some("mqtt-ingestion-worker: moves messages on at their device's rate".to_owned()),
        deliver_policy: DeliverPolicy::All,
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        max_ack_pending: 2_000,
        max_deliver: -1,
        ..pull::Config::default()
    }
}

impl Messaging {
    /// Parks a message of a device; `Ok` once it is durable.
    ///
    /// # Errors
    /// [`PublishError::Full`] when the device has too many messages waiting already.
    pub async fn park(&self, device: &DeviceRef, message: &Outgoing) -> Result<u64, PublishError> {
        // A serial may hold characters that mean something in a subject.
        let token: String = device.serial().as_str().replace('.', "%2E");
        publish_one(self, format!("sens.parked.{token}"), message).await
    }

    /// Opens the parked messages for reading.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away.
    pub async fn consume_parked(&self, batch: usize) -> Result<RawConsumer, Error> {
        self.jetstream
            .create_consumer_on_stream(consumer(), STREAM)
            .await
            .map_err(|error| Error::jetstream("ensure the parked consumer", &error))?;
        consumer::open(self, STREAM, CONSUMER, batch).await
    }

    /// How many messages are parked.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away.
    pub async fn parked_count(&self) -> Result<u64, Error> {
        let stream = self
            .jetstream
            .get_stream(STREAM)
            .await
            .map_err(|error| Error::jetstream("describe stream SENS_PARKED", &error))?;
        Ok(stream.cached_info().state.messages)
    }
}

/// How long a message goes back for when its device's quota is used up.
pub(crate) const NEXT_TURN: Duration = Duration::from_millis(500);
