//! Migrations: additive, safe to run twice and by several at once, never waiting long for a lock that others wait behind.

mod apply;
mod lock;
mod storage;
mod timescale;

use std::time::Duration;

use sens_config::Database;
use sqlx::{Connection, Executor, PgConnection};

use crate::{Error, pool};
use storage::Step;
pub use storage::StorageWish;

/// Version, name and text of every migration, in order.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "base", include_str!("../migrations/0001_base.sql")),
    (2, "views", include_str!("../migrations/0002_views.sql")),
    (3, "ledger", include_str!("../migrations/0003_ledger.sql")),
    (
        4,
        "hot_rows",
        include_str!("../migrations/0004_hot_rows.sql"),
    ),
    (
        5,
        "partitions",
        include_str!("../migrations/0005_partitions.sql"),
    ),
    (6, "rollups", include_str!("../migrations/0006_rollups.sql")),
    (7, "history", include_str!("../migrations/0007_history.sql")),
    (8, "backups", include_str!("../migrations/0008_backups.sql")),
    (
        9,
        "retention",
        include_str!("../migrations/0009_retention.sql"),
    ),
    (
        10,
        "accounts",
        include_str!("../migrations/0010_accounts.sql"),
    ),
    (11, "replay", include_str!("../migrations/0011_replay.sql")),
    (
        12,
        "corrections",
        include_str!("../migrations/0012_corrections.sql"),
    ),
    (
        13,
        "registry",
        include_str!("../migrations/0013_registry.sql"),
    ),
    (
        14,
        "commands",
        include_str!("../migrations/0014_commands.sql"),
    ),
    (
        15,
        "presence",
        include_str!("../migrations/0015_presence.sql"),
    ),
    (16, "insert", include_str!("../migrations/0016_insert.sql")),
    (
        17,
        "changes",
        include_str!("../migrations/0017_changes.sql"),
    ),
    (
        18,
        "old_commands",
        include_str!("../migrations/0018_old_commands.sql"),
    ),
    (
        19,
        "erasure",
        include_str!("../migrations/0019_erasure.sql"),
    ),
    (20, "import", include_str!("../migrations/0020_import.sql")),
    (
        21,
        "deployments",
        include_str!("../migrations/0021_deployments.sql"),
    ),
    (22, "export", include_str!("../migrations/0022_export.sql")),
    (
        23,
        "backup_runs",
        include_str!("../migrations/0023_backup_runs.sql"),
    ),
    (
        24,
        "quality",
        include_str!("../migrations/0024_quality.sql"),
    ),
];

/// Group roles and exactly the rights they use; run after every migration so that new objects are covered.
const ROLES: &str = include_str!("../migrations/roles.sql");

/// A version of the schema.
pub type SchemaVersion = i64;

/// How to migrate.
#[derive(Debug, Clone, Copy)]
pub struct MigrationOptions {
    /// Hypertables or native partitions.
    pub storage: StorageWish,
    /// How long a statement waits for a lock before it gives way and is tried again: whoever comes behind it waits as long.
    pub lock_timeout: Duration,
    /// How long one statement of a migration may take. Index builds and the move to `TimescaleDB` have no limit.
    pub statement_timeout: Duration,
    /// How long to wait for another migration of this database.
    pub patience: Duration,
    /// Is told what is waited for and what is done, a line for each thing.
    pub progress: fn(&str),
}

impl Default for MigrationOptions {
    fn default() -> Self {
        Self {
            storage: StorageWish::Auto,
            lock_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_mins(15),
            patience: Duration::from_mins(10),
            progress: |_| (),
        }
    }
}

/// What a run of the migrations did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationReport {
    /// Version before.
    pub from: SchemaVersion,
    /// Version now.
    pub to: SchemaVersion,
    /// What else is worth saying, a line for each thing.
    pub notes: Vec<String>,
}

/// A migration that would run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingMigration {
    /// Its version.
    pub version: SchemaVersion,
    /// Its name.
    pub name: &'static str,
    /// Its text.
    pub sql: &'static str,
    /// Whether it runs in a transaction; index builds that leave writers alone do not.
    pub transactional: bool,
}

/// What a run of the migrations would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationPlan {
    /// Version now.
    pub from: SchemaVersion,
    /// In the order in which they would run.
    pub pending: Vec<PendingMigration>,
    /// What would become of the large tables, in words.
    pub storage: String,
}

/// The version this program brings.
pub fn latest_version() -> SchemaVersion {
    MIGRATIONS.last().map_or(0, |(version, _, _)| *version)
}

/// [`migrate_with`] with the usual options.
///
/// # Errors
/// As [`migrate_with`].
pub async fn migrate(config: &Database) -> Result<MigrationReport, Error> {
    migrate_with(config, &MigrationOptions::default()).await
}

/// Brings the schema to [`latest_version`], the large tables to the storage they are to have, and the roles to the rights
/// they need. A newer schema is left as it is: the programs of one release work with the next release's schema.
///
/// # Errors
/// [`Error::Unavailable`], [`Error::Configuration`], [`Error::Query`] or [`Error::Migration`]; no migration is half
/// applied, and another run goes on where this one stopped.
pub async fn migrate_with(
    config: &Database,
    options: &MigrationOptions,
) -> Result<MigrationReport, Error> {
    let mut connection = pool::connect_owner(config).await?;
    lock::take(&mut connection, lock::MIGRATION, options).await?;
    if let Some(schema) = &config.schema {
        let create = format!("CREATE SCHEMA IF NOT EXISTS {}", quote(schema));
        connection
            .execute(sqlx::AssertSqlSafe(create))
            .await
            .map_err(Error::during("create the schema"))?;
    }
    let from = version_on(&mut connection).await?;
    apply::all(&mut connection, MIGRATIONS, options).await?;
    let notes = arrange_storage(config, &mut connection, options).await?;
    apply_roles(&mut connection).await?;
    let to = version_on(&mut connection).await?;
    connection
        .close()
        .await
        .map_err(Error::during("close the connection"))?;
    Ok(MigrationReport { from, to, notes })
}

/// What [`migrate_with`] would do. Changes nothing and waits for nobody.
///
/// # Errors
/// [`Error::Unavailable`], [`Error::Configuration`], [`Error::Query`], or [`Error::Migration`] when it would be refused.
pub async fn migration_plan(config: &Database, wish: StorageWish) -> Result<MigrationPlan, Error> {
    let mut connection = pool::connect_owner(config).await?;
    let from = version_on(&mut connection).await?;
    let pending = MIGRATIONS
        .iter()
        .filter(|(version, _, _)| *version > from)
        .map(|(version, name, sql)| PendingMigration {
            version: *version,
            name,
            sql,
            transactional: !apply::outside_transaction(sql),
        })
        .collect();
    let storage = match timescale::plan(&mut connection, wish).await? {
        Step::Plain(None) => "native partitions".to_owned(),
        Step::Plain(Some(hint)) => format!("native partitions ({hint})"),
        Step::Keep => "hypertables, as they are".to_owned(),
        Step::Convert { .. } => {
            "raw_record, processed_record and text_record become hypertables".to_owned()
        }
    };
    Ok(MigrationPlan {
        from,
        pending,
        storage,
    })
}

/// Gives the large tables the storage they are to have.
async fn arrange_storage(
    config: &Database,
    connection: &mut PgConnection,
    options: &MigrationOptions,
) -> Result<Vec<String>, Error> {
    timescale::install_functions(connection).await?;
    let step = timescale::plan(connection, options.storage).await?;
    match step {
        Step::Plain(hint) => return Ok(hint.into_iter().collect()),
        Step::Convert {
            create_extension: true,
        } => timescale::create_extension(pool::connect_owner(config).await?).await?,
        Step::Keep | Step::Convert { .. } => {}
    }
    // A session of its own: the extension's library is loaded when a session starts. Retention must not drop what is
    // being copied.
    let mut session = pool::connect_owner(config).await?;
    lock::take(&mut session, lock::MAINTENANCE, options).await?;
    let said = timescale::convert(&mut session, options).await?;
    session
        .close()
        .await
        .map_err(Error::during("close the connection"))?;
    Ok(said)
}

/// The version the database is at; 0 before the first migration.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn schema_version(pool: &sqlx::PgPool) -> Result<SchemaVersion, Error> {
    let mut connection = pool.acquire().await.map_err(Error::during("connect"))?;
    version_on(&mut connection).await
}

async fn version_on(connection: &mut PgConnection) -> Result<SchemaVersion, Error> {
    let known: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
        .fetch_one(&mut *connection)
        .await
        .map_err(Error::during("look for the schema"))?;
    if !known {
        return Ok(0);
    }
    sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations WHERE success")
        .fetch_one(connection)
        .await
        .map_err(Error::during("read the schema version"))
}

/// The roles belong to the whole cluster: several databases must not grant at the same moment.
async fn apply_roles(connection: &mut PgConnection) -> Result<(), Error> {
    let mut transaction = connection.begin().await.map_err(Error::during("begin"))?;
    transaction
        .execute("SELECT pg_advisory_xact_lock(hashtext('sens.roles'))")
        .await
        .map_err(Error::during("wait for other migrations"))?;
    transaction
        .execute(ROLES)
        .await
        .map_err(Error::during("grant the roles"))?;
    transaction
        .commit()
        .await
        .map_err(Error::during("commit the roles"))
}

/// Quotes an identifier for SQL.
fn quote(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_rise() {
        assert!(MIGRATIONS.is_sorted_by(|(one, ..), (next, ..)| one < next));
    }

    #[test]
    fn identifiers_are_quoted() {
        assert_eq!(quote("se\"ns"), "\"se\"\"ns\"");
    }
}
