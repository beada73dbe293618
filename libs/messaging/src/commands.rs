//! `SENS_COMMANDS`: commands on their way to devices, and what became of them.
//!
//! A command is one message on a subject of its own, so that putting it there twice is noticed. Its newest step is one
//! message too, and replaced only by whoever has seen it: that decides whether a command is sent or taken back.

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::header::NATS_EXPECTED_LAST_SUBJECT_SEQUENCE;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use async_nats::jetstream::stream::{
    Config, DiscardPolicy, LastRawMessageErrorKind, RetentionPolicy, StorageType,
};
use bytes::Bytes;
use sens_config::Nats;
use sens_schema::command::{CommandOrder, CommandReport, CommandStep};
use sens_schema::subject;

use crate::consumer::{self, RawConsumer};
use crate::publisher::{PublishError, publish_to};
use crate::requests::WRONG_LAST_SEQUENCE;
use crate::{Error, Messaging};

/// Longer than a command may live: what is older is of no use to anybody.
const KEPT: Duration = Duration::from_hours(8 * 24);
const MAX_BYTES: i64 = 64 * 1024 * 1024;
/// Time after which a command whose worker has died comes to another one.
const ACK_WAIT: Duration = Duration::from_secs(20);

pub(crate) fn stream(config: &Nats) -> Config {
    Config {
        name: subject::COMMANDS_STREAM.to_owned(),
        description: Some("commands on their way to devices, and what became of them".to_owned()),
        subjects: vec![subject::COMMANDS_WILDCARD.to_owned()],
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::New,
        max_age: KEPT,
        max_bytes: MAX_BYTES,
        max_messages: -1,
        max_messages_per_subject: 1,
        storage: StorageType::File,
        num_replicas: config.replicas.max(1),
        ..Config::default()
    }
}

fn consumer(name: &str, filter: &str, description: &str) -> pull::Config {
    pull::Config {
        durable_name: Some(name.to_owned()),
        description: Some(description.to_owned()),
        filter_subject: filter.to_owned(),
        deliver_policy: DeliverPolicy::All,
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        // A command for a device that does not listen waits with its worker's consent: it must not hold up the others.
        max_ack_pending: -1,
        max_deliver: -1,
        ..pull::Config::default()
    }
}

impl Messaging {
    /// Puts a command into the stream, when it is not there yet.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away or the stream is full.
    pub async fn dispatch_command(&self, order: &CommandOrder) -> Result<(), Error> {
        let body = Bytes::from(serde_json::to_vec(order)?);
        self.replace(subject::command_send(&order.id), 0, body)
            .await
            .map(drop)
            .map_err(|error| failed("take a command", &error))
    }

    /// Notes a step of a command whose newest step is still the one at `seen`, 0 where there was none. `false` when there
    /// is another one meanwhile.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away or the stream is full.
    pub async fn claim_command(&self, report: &CommandReport, seen: u64) -> Result<bool, Error> {
        let body = Bytes::from(serde_json::to_vec(report)?);
        self.replace(subject::command_state(&report.id), seen, body)
            .await
            .map_err(|error| failed("decide about a command", &error))
    }

    /// Notes a further step of a command.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away or the stream is full.
    pub async fn report_command(&self, report: &CommandReport) -> Result<(), Error> {
        let body = Bytes::from(serde_json::to_vec(report)?);
        let subject = subject::command_state(&report.id);
        publish_to(self, subject, HeaderMap::new(), body)
            .await
            .map(drop)
            .map_err(|error| failed("note a step of a command", &error))
    }

    /// The newest step of a command and where it stands; none when nobody has begun with it.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away.
    pub async fn command_step(&self, id: &str) -> Result<Option<(CommandStep, u64)>, Error> {
        let failed = |error: &dyn std::fmt::Display| {
            Error::jetstream("read the state of a command", &error.to_string())
        };
        let stream = self
            .jetstream
            .get_stream_no_info(subject::COMMANDS_STREAM)
            .await
            .map_err(|error| failed(&error))?;
        // From the leader: a replica may not know the newest step yet.
        match stream
            .get_last_raw_message_by_subject(&subject::command_state(id))
            .await
        {
            Ok(message) => serde_json::from_slice(&message.payload)
                .map(|report: CommandReport| Some((report.step, message.sequence)))
                .map_err(|error| failed(&error)),
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    /// Removes a command that is settled from the stream: it needs no room there any longer.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away.
    pub async fn forget_command(&self, sequence: u64) -> Result<(), Error> {
        let failed = |error: &dyn std::fmt::Display| {
            Error::jetstream("remove a settled command", &error.to_string())
        };
        let stream = self
            .jetstream
            .get_stream_no_info(subject::COMMANDS_STREAM)
            .await
            .map_err(|error| failed(&error))?;
        match stream.delete_message(sequence).await {
            Ok(_) => Ok(()),
            Err(error) if error.to_string().contains("no message found") => Ok(()),
            Err(error) => Err(failed(&error)),
        }
    }

    /// Opens the commands that are to be sent, which all ingestion workers share.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away.
    pub async fn consume_commands(&self, batch: usize) -> Result<RawConsumer, Error> {
        let name = subject::COMMAND_SEND_CONSUMER;
        let description = "mqtt-ingestion-worker: sends commands to devices";
        let config = consumer(name, subject::COMMAND_SEND_WILDCARD, description);
        self.open_commands(name, config, batch).await
    }

    /// Opens what became of commands, which all telemetry workers share.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away.
    pub async fn consume_command_reports(&self, batch: usize) -> Result<RawConsumer, Error> {
        let name = subject::COMMAND_STATE_CONSUMER;
        let description = "telemetry-worker: notes what became of commands";
        let config = consumer(name, subject::COMMAND_STATE_WILDCARD, description);
        self.open_commands(name, config, batch).await
    }

    async fn open_commands(
        &self,
        name: &'static str,
        config: pull::Config,
        batch: usize,
    ) -> Result<RawConsumer, Error> {
        self.jetstream
            .create_consumer_on_stream(config, subject::COMMANDS_STREAM)
            .await
            .map_err(|error| Error::jetstream("ensure a consumer of SENS_COMMANDS", &error))?;
        consumer::open(self, subject::COMMANDS_STREAM, name, batch).await
    }

    /// Publishes to a subject whose newest message is the one at `seen`. `false` when it is another one.
    async fn replace(&self, subject: String, seen: u64, body: Bytes) -> Result<bool, PublishError> {
        let mut headers = HeaderMap::new();
        headers.insert(NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, seen.to_string());
        match publish_to(self, subject, headers, body).await {
            Ok(_) => Ok(true),
            Err(PublishError::Refused(reason)) if reason.contains(WRONG_LAST_SEQUENCE) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn failed(action: &str, error: &PublishError) -> Error {
    match error {
        PublishError::Full(reason) => {
            Error::jetstream(action, &format!("the stream is full: {reason}"))
        }
        other => Error::jetstream(action, other),
    }
}
