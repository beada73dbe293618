//! Servers with something in them that is worth a backup.

use std::path::{Path, PathBuf};
use std::process::Output;

use anyhow::{Context as _, Result};
use sens_messaging::{
    Bytes, DeadLetter, DeadLetterCause, KeptStream, Messaging, MqttSession, Outgoing,
};
use sens_schema::Position;
use sens_schema::envelope::{Envelope, Source};
use sens_testkit::{Nats, Postgres};
use tempfile::TempDir;
use tokio::process::Command;

/// Messages that the sample publishes.
pub(crate) const MESSAGES: u64 = 400;
/// Messages of them that are committed.
pub(crate) const COMMITTED: u64 = 300;

/// Servers and the variables that name them.
pub(crate) struct Site {
    pub(crate) postgres: Postgres,
    pub(crate) nats: Nats,
    pub(crate) messaging: Messaging,
    pub(crate) url: String,
    pub(crate) folder: TempDir,
    pub(crate) extra: Vec<(String, String)>,
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

pub(crate) async fn connect(nats: &Nats) -> Result<Messaging> {
    let mut config = sens_config::Config::default();
    config.nats.url = nats.url();
    let messaging = Messaging::connect(&config.nats, "test").await?;
    messaging.ensure_streams(&config.nats).await?;
    messaging.ensure_raw_consumer().await?;
    Ok(messaging)
}

impl Site {
    /// Servers with the schema and the streams, and nothing else.
    pub(crate) async fn start() -> Result<Self> {
        let postgres = Postgres::start().await?;
        let url = postgres.create_fresh_database()?;
        let nats = Nats::start().await?;
        let messaging = connect(&nats).await?;
        let site = Self {
            postgres,
            nats,
            messaging,
            url,
            folder: tempfile::tempdir()?,
            extra: Vec::new(),
        };
        site.ok(&["migrate"]).await?;
        Ok(site)
    }

    /// With a device, committed and waiting messages, two dead letters and a session.
    pub(crate) async fn with_sample() -> Result<Self> {
        let site = Self::start().await?;
        let messages: Vec<Outgoing> = (1..=MESSAGES).map(message).collect();
        for sequence in site.messaging.publisher().publish(&messages).await {
            sequence?;
        }
        let created = site.extent(KeptStream::Raw).await?.created_at;
        site.sql(&format!(
            "INSERT INTO stream_epoch (stream, stream_created_at) VALUES ('SENS_RAW', 'epoch'::timestamptz + {created} * interval '1 microsecond');
             INSERT INTO device (serial, placeholder) SELECT 'AI-' || n, false FROM generate_series(1, 50) AS n;
             SELECT ensure_partition('raw_record', '2026-11-20Z'), ensure_partition('processed_record', '2026-11-20Z');
             INSERT INTO raw_record (epoch, seq, received_at, source, topic, outcome, decoded_count, error_count, payload_length, payload)
                 SELECT 1, n, '2026-11-20Z'::timestamptz + n * interval '1 second', 'mqtt', 'sens/legacy/telemetry', 'parsed', 1, 0, 3, '\\x00ff7f'
                 FROM generate_series(1, {COMMITTED}) AS n;
             INSERT INTO processed_record (device_id, metric_id, recorded_at, dedup, value, received_at, raw_epoch, raw_seq, raw_item, decoder)
                 SELECT 1, 1, '2026-11-20Z'::timestamptz + n * interval '1 second', n, n / 3.0, '2026-11-20Z', 1, n, 0, 'flat@1'
                 FROM generate_series(1, {COMMITTED}) AS n;
             INSERT INTO ingest_ledger (epoch, minute, seqs, parsed, failed, control, decoded, processed, duplicate, error)
                 VALUES (1, '2026-11-20Z', '{{[1,{end})}}', {COMMITTED}, 0, 0, {COMMITTED}, {COMMITTED}, 0, 0);
             INSERT INTO dead_letter_action (epoch, seq, action, actor) VALUES (1, 8, 'dropped', 'test')",
            end = COMMITTED + 1
        ))?;
        for origin in [7, 8] {
            site.messaging.bury(&letter(origin)).await?;
        }
        site.messaging.announce_session(&session()).await?;
        Ok(site)
    }

    pub(crate) fn database(&self) -> &str {
        self.url.rsplit('/').next().unwrap_or_default()
    }

    pub(crate) fn sql(&self, sql: &str) -> Result<String> {
        self.postgres.sql_in(self.database(), sql)
    }

    pub(crate) async fn extent(&self, stream: KeptStream) -> Result<sens_messaging::Extent> {
        let extent = self.messaging.extent(stream).await?;
        extent.context("the stream is not there")
    }

    /// Takes and acknowledges so many messages of the raw stream, as a worker does.
    pub(crate) async fn acknowledge(&self, count: u64) -> Result<()> {
        let mut consumer = self.messaging.consume_raw(100).await?;
        let mut acknowledged = 0;
        while acknowledged < count {
            for delivery in consumer.next().await? {
                if delivery.sequence <= count {
                    delivery.ack().await?;
                    acknowledged += 1;
                }
            }
        }
        Ok(())
    }

    /// A new, empty database in the place of the former one.
    pub(crate) fn lose_database(&mut self) -> Result<()> {
        self.url = self.postgres.create_fresh_database()?;
        Ok(())
    }

    /// A new NATS in the place of the former one.
    pub(crate) async fn lose_nats(&mut self) -> Result<()> {
        self.nats = Nats::start().await?;
        self.messaging = connect(&self.nats).await?;
        Ok(())
    }

    pub(crate) fn place(&self) -> String {
        self.folder.path().join("backups").display().to_string()
    }

    /// The folder of the only backup.
    pub(crate) fn backup(&self) -> Result<PathBuf> {
        let mut folders = backups(Path::new(&self.place()))?;
        folders.pop().context("there is no backup")
    }

    pub(crate) async fn sensctl(&self, arguments: &[&str]) -> Result<Ran> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sensctl"));
        command
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TMPDIR", self.folder.path())
            .env("DATABASE_URL", &self.url)
            .env("SENS_NATS__URL", self.nats.url())
            .envs(self.extra.iter().map(|(name, value)| (name, value)));
        Ok(Ran::from(command.output().await?))
    }

    /// Runs a command that must succeed and gives what it said.
    pub(crate) async fn ok(&self, arguments: &[&str]) -> Result<String> {
        let ran = self.sensctl(arguments).await?;
        assert_eq!(ran.code, 0, "sensctl {arguments:?}: {ran:?}");
        Ok(ran.out)
    }

    /// Runs a command that must fail and gives what it said.
    pub(crate) async fn fails(&self, arguments: &[&str]) -> Result<String> {
        let ran = self.sensctl(arguments).await?;
        assert_eq!(ran.code, 1, "sensctl {arguments:?}: {ran:?}");
        Ok(ran.err)
    }
}

/// The folders of all backups, oldest first.
pub(crate) fn backups(place: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(place)? {
        folders.push(entry?.path());
    }
    folders.sort();
    Ok(folders)
}

fn envelope() -> Envelope {
    Envelope {
        topic: "sens/legacy/telemetry".to_owned(),
        source: Source::Mqtt,
        received_at: 1_763_600_000_123_456,
        content_type: Some("application/json".to_owned()),
        traceparent: None,
        truncated: None,
        wait: true,
    }
}

/// Payloads are any bytes.
fn message(number: u64) -> Outgoing {
    Outgoing {
        envelope: envelope(),
        payload: Bytes::from([b"\x00\xff \n".as_slice(), number.to_string().as_bytes()].concat()),
    }
}

fn letter(seq: u64) -> DeadLetter {
    DeadLetter {
        origin: Position { epoch: 1, seq },
        envelope: envelope(),
        payload: Bytes::from_static(b"dead"),
        cause: DeadLetterCause {
            code: "22003".to_owned(),
            text: "out of range".to_owned(),
            attempts: 3,
        },
    }
}

fn session() -> MqttSession {
    MqttSession {
        client_id: "sens-ingest-0".to_owned(),
        share_group: "sens-ingest".to_owned(),
        session_expiry_seconds: 3600,
        receive_maximum: 10,
        qos: 1,
        version: "1".to_owned(),
        served_at: 1_763_600_000_000_000,
    }
}
