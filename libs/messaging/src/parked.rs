//! `SENS_PARKED`: messages of devices that send more than their quota, until it is their turn.

use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType};
use futures_util::TryStreamExt;
use futures_util::future::join_all;
use sens_config::Nats;
use sens_schema::DeviceRef;

use crate::consumer::{self, RawConsumer};
use crate::publisher::{Outgoing, PublishError, publish_one};
use crate::{Error, Messaging};

pub(crate) const STREAM: &str = "SENS_PARKED";
pub(crate) const WILDCARD: &str = "sens.parked.>";
const CONSUMER: &str = "unpark";

/// Time after which a message whose worker has died comes to another one.
const ACK_WAIT: Duration = Duration::from_secs(30);

/// Messages of one device that may wait. A device that floods beyond that is refused for itself alone.
const MAX_PER_DEVICE: i64 = 100_000;

/// Messages that may be handed back until their turn at once, over all devices.
const MAX_WAITING_THEIR_TURN: i64 = 20_000;

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
        description: Some(
            "mqtt-ingestion-worker: moves messages on at their device's rate".to_owned(),
        ),
        deliver_policy: DeliverPolicy::All,
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        max_ack_pending: MAX_WAITING_THEIR_TURN,
        max_deliver: -1,
        ..pull::Config::default()
    }
}

impl Messaging {
    /// Parks messages of devices and gives for each its sequence once it is durable. [`PublishError::Full`] says that the
    /// device has too many messages waiting already.
    pub async fn park(
        &self,
        messages: &[(&DeviceRef, &Outgoing)],
    ) -> Vec<Result<u64, PublishError>> {
        let requests = messages
            .iter()
            .map(|(device, message)| publish_one(self, subject(device), message, None));
        join_all(requests).await
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

    /// The devices with parked messages, most of them first.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away.
    pub async fn parked_devices(&self) -> Result<Vec<ParkedDevice>, Error> {
        let failed =
            |error: &dyn std::fmt::Display| Error::jetstream("count the parked messages", &error);
        let stream = self
            .jetstream
            .get_stream(STREAM)
            .await
            .map_err(|error| failed(&error))?;
        let subjects = stream
            .info_with_subjects(WILDCARD)
            .await
            .map_err(|error| failed(&error))?;
        let mut devices: Vec<ParkedDevice> = subjects
            .map_ok(|(subject, waiting)| ParkedDevice {
                serial: serial(&subject),
                waiting,
            })
            .try_collect()
            .await
            .map_err(|error| failed(&error))?;
        devices.sort_by(|left, right| {
            right
                .waiting
                .cmp(&left.waiting)
                .then_with(|| left.serial.cmp(&right.serial))
        });
        Ok(devices)
    }
}

/// A device that sends more than its quota.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedDevice {
    /// Its serial.
    pub serial: String,
    /// How many of its messages are parked.
    pub waiting: usize,
}

/// A serial may hold dots, which separate the tokens of a subject.
fn subject(device: &DeviceRef) -> String {
    format!("sens.parked.{}", device.serial().as_str().replace('.', DOT))
}

fn serial(subject: &str) -> String {
    subject.trim_start_matches("sens.parked.").replace(DOT, ".")
}

/// Stands for a dot; a serial has no percent sign.
const DOT: &str = "%2E";

#[cfg(test)]
mod tests {
    use sens_schema::Serial;

    use super::*;

    #[test]
    fn a_device_is_found_again_by_its_subject() {
        for name in ["AI-1", "a.b..c", "legacy-7"] {
            let subject = subject(&DeviceRef::Serial(Serial::parse(name).unwrap()));
            assert_eq!(subject.split('.').count(), 3, "{subject}");
            assert_eq!(serial(&subject), name);
        }
    }
}
