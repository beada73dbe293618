//! The database that a backup is restored into.

use chrono::{DateTime, Utc};
use sens_config::Database;
use sens_schema::subject;
use sqlx::{Connection, Executor, PgConnection};

use super::DatabaseFacts;
use crate::{Error, pool};

/// Tables that somebody made, in whatever schema.
const FOREIGN: &str = "
    SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
      AND n.nspname !~ '^_?timescaledb'
    ORDER BY 1 LIMIT 5";

/// The tables, views and sequences that are there already, five of them at most: a restore needs a database without any.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn foreign_tables(config: &Database) -> Result<Vec<String>, Error> {
    let mut connection = pool::connect_owner(config).await?;
    let names = sqlx::query_scalar(FOREIGN)
        .fetch_all(&mut connection)
        .await
        .map_err(Error::during("look into the target database"))?;
    close(connection).await?;
    Ok(names)
}

/// What the target's server says of itself; `timescaledb` is the version it would install, not one in use.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn server_facts(config: &Database) -> Result<DatabaseFacts, Error> {
    let mut connection = pool::connect_owner(config).await?;
    let (server_version_num, server_version, timescaledb, bytes) = sqlx::query_as(
        "SELECT current_setting('server_version_num')::integer, current_setting('server_version'),
                (SELECT default_version FROM pg_available_extensions WHERE name = 'timescaledb'), pg_database_size(current_database())",
    )
    .fetch_one(&mut connection)
    .await
    .map_err(Error::during("describe the server"))?;
    close(connection).await?;
    Ok(DatabaseFacts {
        server_version_num,
        server_version,
        timescaledb,
        bytes,
    })
}

/// Before the dump is played back: the extension in the very version that the dump was made with, in restoring mode.
///
/// # Errors
/// [`Error::Unavailable`], or [`Error::Query`] when the server does not have that version.
pub async fn prepare_restore(config: &Database, timescaledb: Option<&str>) -> Result<(), Error> {
    let Some(version) = timescaledb else {
        return Ok(());
    };
    let mut connection = pool::connect_owner(config).await?;
    let create: String = sqlx::query_scalar(
        "SELECT format('CREATE EXTENSION IF NOT EXISTS timescaledb VERSION %L CASCADE', $1)",
    )
    .bind(version)
    .fetch_one(&mut connection)
    .await
    .map_err(Error::during("prepare the extension"))?;
    connection
        .execute(sqlx::AssertSqlSafe(create))
        .await
        .map_err(Error::during(
            "create the extension timescaledb in the version of the backup",
        ))?;
    connection
        .execute("SELECT timescaledb_pre_restore()")
        .await
        .map_err(Error::during("switch timescaledb to restoring"))?;
    close(connection).await
}

/// After the dump is played back.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn finish_restore(config: &Database, timescaledb: Option<&str>) -> Result<(), Error> {
    let mut connection = pool::connect_owner(config).await?;
    if timescaledb.is_some() {
        connection
            .execute("SELECT timescaledb_post_restore()")
            .await
            .map_err(Error::during("switch timescaledb back from restoring"))?;
    }
    connection
        .execute("ANALYZE")
        .await
        .map_err(Error::during("gather statistics"))?;
    close(connection).await
}

/// Gives the raw stream that was made at that moment a new epoch, so that positions which come again are not taken for
/// those that the ledger knows. Gives the number of the new epoch.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn renew_epoch(
    config: &Database,
    stream_created_at: DateTime<Utc>,
) -> Result<i32, Error> {
    let mut connection = pool::connect_owner(config).await?;
    let epoch = sqlx::query_scalar(
        "INSERT INTO stream_epoch (stream, stream_created_at, restore_counter)
         SELECT $1, $2, coalesce(max(restore_counter) + 1, 0) FROM stream_epoch WHERE stream = $1 AND stream_created_at = $2
         RETURNING id",
    )
    .bind(subject::RAW_STREAM)
    .bind(stream_created_at)
    .fetch_one(&mut connection)
    .await
    .map_err(Error::during("begin a new epoch"))?;
    close(connection).await?;
    Ok(epoch)
}

/// Makes an empty database on the server.
///
/// # Errors
/// [`Error::Unavailable`], or [`Error::Query`] when the login may not make databases.
pub async fn create_database(config: &Database, name: &str) -> Result<(), Error> {
    on_server(
        config,
        "CREATE DATABASE %I TEMPLATE template0",
        name,
        "make the scratch database",
    )
    .await
}

/// Drops a database that [`create_database`] made, with whoever is still connected to it.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn drop_database(config: &Database, name: &str) -> Result<(), Error> {
    on_server(
        config,
        "DROP DATABASE IF EXISTS %I WITH (FORCE)",
        name,
        "drop the scratch database",
    )
    .await
}

async fn on_server(
    config: &Database,
    statement: &str,
    name: &str,
    action: &'static str,
) -> Result<(), Error> {
    let mut connection = pool::connect_owner(config).await?;
    let statement: String = sqlx::query_scalar("SELECT format($1, $2)")
        .bind(statement)
        .bind(name)
        .fetch_one(&mut connection)
        .await
        .map_err(Error::during(action))?;
    connection
        .execute(sqlx::AssertSqlSafe(statement))
        .await
        .map_err(Error::during(action))?;
    close(connection).await
}

async fn close(connection: PgConnection) -> Result<(), Error> {
    connection
        .close()
        .await
        .map_err(Error::during("close the connection"))
}
