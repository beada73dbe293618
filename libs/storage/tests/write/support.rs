//! A migrated database of its own for each test, and messages decoded by the real decoders.

use std::collections::BTreeMap;

use bytes::Bytes;
use proptest::prelude::{ProptestConfig, Strategy};
use proptest::test_runner::{TestCaseError, TestRunner};
use sens_config::{Config, Need, Secret};
use sens_schema::envelope::{Envelope, Source};
use sens_schema::{Catalogue, ClockPolicy, DecodeContext, Position, Topic, decode};
use sens_storage::write::{BatchWriter, PendingMessage};
use sens_storage::{LoginRole, MigrationOptions, PgPool, StorageWish, set_login};
use sens_testkit::Postgres;

/// 2026-11-20T10:00:00Z.
pub(crate) const NOON: i64 = 1_795_168_800_000_000;

/// A database with the platform's schema.
pub(crate) struct Store {
    pub(crate) pool: PgPool,
    pub(crate) writer: BatchWriter,
    pub(crate) config: Config,
    pub(crate) postgres: Postgres,
}

impl Store {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        Self::start_with(StorageWish::Auto).await
    }

    /// With native partitions, whatever the server offers.
    pub(crate) async fn start_plain() -> anyhow::Result<Self> {
        Self::start_with(StorageWish::Plain).await
    }

    async fn start_with(storage: StorageWish) -> anyhow::Result<Self> {
        let postgres = Postgres::start().await?;
        let config = config(postgres.create_fresh_database()?)?;
        let options = MigrationOptions {
            storage,
            ..MigrationOptions::default()
        };
        sens_storage::migrate_with(&config.database, &options).await?;
        let pool = sens_storage::connect(&config.database, "test", None)?.primary;
        Ok(Self {
            writer: BatchWriter::new(pool.clone()),
            pool,
            config,
            postgres,
        })
    }

    /// Whether the large tables are hypertables of TimescaleDB.
    pub(crate) async fn has_hypertables(&self) -> bool {
        let kind =
            "SELECT count(*) FROM pg_class WHERE oid = 'raw_record'::regclass AND relkind = 'r'";
        self.number(kind).await == 1
    }

    /// The same database as a new login of that role sees it.
    pub(crate) async fn login(&self, name: &str, role: LoginRole) -> anyhow::Result<PgPool> {
        let name = format!("{name}_{}", std::process::id());
        set_login(&self.config.database, &name, role, &Secret::new("secret")).await?;
        self.as_login(&name, "secret")
    }

    /// The same database as another login sees it.
    pub(crate) fn as_login(&self, name: &str, password: &str) -> anyhow::Result<PgPool> {
        let url = self.config.database.url()?;
        let (scheme, rest) = url
            .split_once("://")
            .ok_or_else(|| anyhow::anyhow!("no scheme in the URL"))?;
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        let mut database = self.config.database.clone();
        database.url = Some(Secret::new(format!("{scheme}://{name}:{password}@{host}")));
        Ok(sens_storage::connect(&database, "test", None)?.primary)
    }

    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql)
            .fetch_one(&self.pool)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Everything a query gives, as text: for comparing whole tables.
    pub(crate) async fn dump(&self, table: &str) -> Vec<String> {
        let sql = format!("SELECT t::text FROM {table} t ORDER BY 1");
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_all(&self.pool)
            .await
            .unwrap_or_else(|error| panic!("{table}: {error}"))
    }
}

/// The configuration of a service that uses this database.
pub(crate) fn config(url: String) -> Result<Config, sens_config::ConfigErrors> {
    sens_config::load_from(
        &BTreeMap::from([("DATABASE_URL".to_owned(), url)]),
        &[Need::Database],
    )
}

/// A message at a position, decoded as the worker does it.
pub(crate) fn message(sequence: u64, topic: &str, payload: &[u8]) -> PendingMessage {
    let envelope = Envelope {
        topic: topic.to_owned(),
        source: Source::Mqtt,
        received_at: NOON + i64::try_from(sequence).unwrap_or_default(),
        content_type: None,
        traceparent: None,
        truncated: None,
        wait: false,
    };
    let parsed = Topic::parse(topic);
    let catalogue = Catalogue::builtin();
    let decoded = decode(
        payload,
        &DecodeContext {
            topic: &parsed,
            received_at: envelope.received_at,
            content_type: None,
            truncated: false,
            full_length: payload.len() as u64,
            position: Position {
                epoch: 1,
                seq: sequence,
            },
            catalogue: &catalogue,
            clock: ClockPolicy::default(),
        },
    );
    let payload = Bytes::copy_from_slice(payload);
    PendingMessage {
        sequence,
        maybe_known: false,
        envelope,
        payload,
        decoded,
        startups: Vec::new(),
    }
}

/// A flat event of a legacy device.
pub(crate) fn flat(sequence: u64, device: u32, value: f64, at: i64) -> PendingMessage {
    let payload = format!(
        r#"{{"device_id":{device},"event_type":"battery_charge","value":{value},"timestamp":{at}}}"#
    );
    message(sequence, "sens/legacy/telemetry", payload.as_bytes())
}

/// Compares with a file of `tests/testdata`; with `SENS_UPDATE_GOLDEN=1` writes it instead.
pub(crate) fn compare_golden(name: &str, found: &str) -> anyhow::Result<()> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/testdata")
        .join(name);
    let found = format!("{}\n", found.trim_end());
    if std::env::var_os("SENS_UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, found)?;
        return Ok(());
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    let news: Vec<&str> = found
        .lines()
        .filter(|line| !expected.lines().any(|known| known == *line))
        .collect();
    let gone: Vec<&str> = expected
        .lines()
        .filter(|line| !found.lines().any(|known| known == *line))
        .collect();
    anyhow::ensure!(
        expected == found,
        "tests/testdata/{name} is not what there is.\nnew: {news:#?}\ngone: {gone:#?}\nWhen this is meant, run the test with SENS_UPDATE_GOLDEN=1 and commit the file."
    );
    Ok(())
}

/// Holds for random cases (24, or as many as `PROPTEST_CASES` says), one after the other on one database.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a closure is written in place"
)]
pub(crate) fn holds_always<S: Strategy>(
    shrinks: u32,
    cases: S,
    check: impl AsyncFn(&Store, &S::Value) -> anyhow::Result<()>,
) -> anyhow::Result<()>
where
    S::Value: Send + Sync + 'static,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let store = runtime.block_on(Store::start())?;
    let mut config = ProptestConfig {
        max_shrink_iters: shrinks,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 24;
    }
    let mut runner = TestRunner::new(config);
    runner.run(&cases, |case| {
        runtime
            .block_on(check(&store, &case))
            .map_err(|error| TestCaseError::fail(error.to_string()))
    })?;
    Ok(())
}
