//! Servers, an operator's command line, and what devices have sent.

use std::process::Output;

use chrono::Utc;
use sens_config::{Config, Database, Secret};
use sens_schema::envelope::{Envelope, Source};
use sens_schema::{Catalogue, ClockPolicy, DecodeContext, Position, Topic, decode};
use sens_storage::PgPool;
use sens_storage::write::{BatchWriter, PendingMessage, stream_epoch};
use sens_testkit::{Mosquitto, Nats, Postgres};
use tokio::process::Command;

/// 2026-11-20T10:00:00Z: when the stream was made.
const NOON: i64 = 1_795_168_800_000_000;

/// Servers and the variables that name them.
pub(crate) struct Site {
    variables: Vec<(&'static str, String)>,
    pub(crate) nats: Nats,
    postgres: Postgres,
    _mosquitto: Mosquitto,
}

impl Site {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let postgres = Postgres::start_durable().await?;
        let nats = Nats::start().await?;
        let mosquitto = Mosquitto::start().await?;
        let variables = vec![
            ("DATABASE_URL", postgres.create_fresh_database()?),
            ("SENS_NATS__URL", nats.url()),
            (
                "SENS_NATS__MONITOR_URL",
                format!("http://{}", nats.monitor()),
            ),
            ("SENS_MQTT__URL", mosquitto.url()),
        ];
        Ok(Self {
            variables,
            nats,
            postgres,
            _mosquitto: mosquitto,
        })
    }

    /// The database as its owner sees it.
    fn pool(&self) -> anyhow::Result<PgPool> {
        let url = self
            .variables
            .iter()
            .find(|(name, _)| *name == "DATABASE_URL");
        let database = Database {
            url: url.map(|(_, url)| Secret::new(url)),
            ..Config::default().database
        };
        Ok(sens_storage::connect(&database, "test", None)?.primary)
    }

    /// What `psql` prints, as superuser.
    pub(crate) fn sql(&self, sql: &str) -> anyhow::Result<String> {
        let url = self
            .variables
            .iter()
            .find(|(name, _)| *name == "DATABASE_URL");
        let name = url
            .and_then(|(_, url)| url.rsplit('/').next())
            .unwrap_or_default();
        let name = name.split('?').next().unwrap_or_default();
        self.postgres.sql_in(name, sql)
    }

    /// Stores what devices sent, numbered from `first`, as a worker does.
    pub(crate) async fn receive(&self, first: u64, sent: &[(&str, &str)]) -> anyhow::Result<()> {
        let pool = self.pool()?;
        let received_at = Utc::now().timestamp_micros();
        let epoch = stream_epoch(&pool, NOON).await?;
        let messages: Vec<_> = sent
            .iter()
            .zip(first..)
            .map(|((topic, payload), seq)| {
                message(topic, payload, Position { epoch, seq }, received_at)
            })
            .collect();
        BatchWriter::new(pool.clone())
            .store(epoch, &messages)
            .await?;
        Ok(())
    }

    pub(crate) async fn sensctl(&self, arguments: &[&str]) -> anyhow::Result<Ran> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sensctl"));
        command
            .args(arguments)
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        Ok(Ran::from(command.output().await?))
    }
}

/// What a command said and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

fn message(topic: &str, payload: &str, position: Position, received_at: i64) -> PendingMessage {
    let decoded = decode(
        payload.as_bytes(),
        &DecodeContext {
            topic: &Topic::parse(topic),
            received_at,
            content_type: None,
            truncated: false,
            full_length: payload.len() as u64,
            position,
            catalogue: &Catalogue::builtin(),
            clock: ClockPolicy::default(),
        },
    );
    PendingMessage {
        sequence: position.seq,
        maybe_known: false,
        envelope: Envelope {
            topic: topic.to_owned(),
            source: Source::Mqtt,
            received_at,
            content_type: None,
            traceparent: None,
            truncated: None,
            wait: false,
        },
        payload: payload.as_bytes().to_vec().into(),
        decoded,
        startups: Vec::new(),
    }
}
