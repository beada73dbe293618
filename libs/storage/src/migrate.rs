//! Migrations: additive, safe to run twice and by several at once (sqlx takes an advisory lock).

use std::borrow::Cow;

use sens_config::Database;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{Connection, Executor};

use crate::{Error, pool};

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
];

/// Group roles and exactly the rights they use; run after every migration so that new objects are covered.
const ROLES: &str = include_str!("../migrations/roles.sql");

/// A version of the schema.
pub type SchemaVersion = i64;

/// What a run of the migrations did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationReport {
    /// Version before.
    pub from: SchemaVersion,
    /// Version now.
    pub to: SchemaVersion,
}

/// The version this program brings.
pub fn latest_version() -> SchemaVersion {
    MIGRATIONS.last().map_or(0, |(version, _, _)| *version)
}

/// Brings the schema to [`latest_version`] and the roles to the rights they need. A newer schema is left as it is: the
/// programs of one release work with the next release's schema.
///
/// # Errors
/// [`Error::Unavailable`], [`Error::Configuration`] or [`Error::Migration`]; nothing is half applied.
pub async fn migrate(config: &Database) -> Result<MigrationReport, Error> {
    let mut connection = pool::connect_owner(config).await?;
    if let Some(schema) = &config.schema {
        let create = format!("CREATE SCHEMA IF NOT EXISTS {}", quote(schema));
        connection
            .execute(sqlx::AssertSqlSafe(create))
            .await
            .map_err(Error::during("create the schema"))?;
    }
    let from = version_on(&mut connection).await?;
    migrator()
        .run(&mut connection)
        .await
        .map_err(|error| Error::Migration(error.to_string()))?;
    apply_roles(&mut connection).await?;
    let to = version_on(&mut connection).await?;
    connection
        .close()
        .await
        .map_err(Error::during("close the connection"))?;
    Ok(MigrationReport { from, to })
}

/// The version the database is at; 0 before the first migration.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn schema_version(pool: &sqlx::PgPool) -> Result<SchemaVersion, Error> {
    let mut connection = pool.acquire().await.map_err(Error::during("connect"))?;
    version_on(&mut connection).await
}

async fn version_on(connection: &mut sqlx::PgConnection) -> Result<SchemaVersion, Error> {
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

/// Several runs at once must not grant at the same moment: catalogue rows would be updated concurrently.
async fn apply_roles(connection: &mut sqlx::PgConnection) -> Result<(), Error> {
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

fn migrator() -> Migrator {
    let migrations = MIGRATIONS
        .iter()
        .map(|(version, name, sql)| {
            let description = Cow::Borrowed(*name);
            Migration::new(
                *version,
                description,
                MigrationType::Simple,
                sqlx::SqlStr::from_static(sql),
                false,
            )
        })
        .collect();
    Migrator {
        migrations: Cow::Owned(migrations),
        ignore_missing: true,
        ..Migrator::DEFAULT
    }
}

/// Quotes an identifier for SQL.
fn quote(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_rise_by_one() {
        for (index, (version, _, _)) in MIGRATIONS.iter().enumerate() {
            assert_eq!(usize::try_from(*version).unwrap(), index + 1);
        }
    }

    #[test]
    fn identifiers_are_quoted() {
        assert_eq!(quote("se\"ns"), "\"se\"\"ns\"");
    }
}
