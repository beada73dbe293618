//! Turning the large tables into hypertables, with or without data in them.

use sqlx::{Connection, Executor, PgConnection};

use super::MigrationOptions;
use super::storage::{Facts, Step, StorageWish, decide};
use crate::Error;

/// The functions that do the work; put in place again by every run.
const FUNCTIONS: &str = include_str!("../../migrations/timescale.sql");

const FACTS: &str = "
    SELECT (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'),
           (SELECT default_version FROM pg_available_extensions WHERE name = 'timescaledb'),
           current_setting('timescaledb.disable_load', true) IS NOT NULL,
           EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('raw_record') AND relkind = 'r')
               OR EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('processed_record') AND relkind = 'r'),
           NOT EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('text_record') AND relkind = 'r'),
           to_regclass('text_record') IS NOT NULL";

const HAS_ROWS: &str = "SELECT EXISTS (SELECT FROM raw_record) OR EXISTS (SELECT FROM processed_record) OR EXISTS (SELECT FROM text_record)";

const EXTENSION: &str = "
    SELECT n.nspname, e.extversion, coalesce(current_setting('timescaledb.license', true), 'apache')
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'timescaledb'";

const PLAIN: &str =
    "SELECT EXISTS (SELECT FROM pg_class WHERE oid = $1::regclass AND relkind = 'p')";

/// A table that becomes a hypertable: name, what its compressed rows are segmented and ordered by, and when they are.
struct Hyper {
    table: &'static str,
    segment_by: &'static str,
    order_by: &'static str,
    compress_after: &'static str,
}

const TABLES: [Hyper; 3] = [
    Hyper {
        table: "raw_record",
        segment_by: "epoch",
        order_by: "received_at, seq",
        compress_after: "3 days",
    },
    Hyper {
        table: "processed_record",
        segment_by: "device_id, metric_id",
        order_by: "recorded_at, dedup",
        compress_after: "14 days",
    },
    Hyper {
        table: "text_record",
        segment_by: "device_id, metric_id",
        order_by: "recorded_at, dedup",
        compress_after: "14 days",
    },
];

/// What [`decide`] says about this database. The tables are converted in the order of [`TABLES`]: the last one tells whether
/// all are.
pub(super) async fn plan(connection: &mut PgConnection, wish: StorageWish) -> Result<Step, Error> {
    let (installed, available, preloaded, some_hyper, some_plain, migrated) = sqlx::query_as(FACTS)
        .fetch_one(&mut *connection)
        .await
        .map_err(Error::during("look for TimescaleDB"))?;
    let has_rows = if migrated {
        sqlx::query_scalar(HAS_ROWS)
            .fetch_one(connection)
            .await
            .map_err(Error::during("look for data"))?
    } else {
        false
    };
    let facts = Facts {
        installed,
        available,
        preloaded,
        some_hyper,
        some_plain,
        has_rows,
    };
    decide(&facts, wish).map_err(Error::Migration)
}

/// Puts the functions in place; they are harmless without the extension.
pub(super) async fn install_functions(connection: &mut PgConnection) -> Result<(), Error> {
    connection
        .execute(FUNCTIONS)
        .await
        .map(drop)
        .map_err(Error::during("put the functions for TimescaleDB in place"))
}

/// Creates the extension. The connection must be a new one, and cannot be used afterwards: the library is loaded when a
/// session starts.
pub(super) async fn create_extension(mut connection: PgConnection) -> Result<(), Error> {
    connection
        .execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
        .await
        .map_err(Error::during("create the extension timescaledb"))?;
    connection
        .close()
        .await
        .map_err(Error::during("close the connection"))
}

/// Makes the hypertables and their compression; moves data where there is some. Says what it did, a line for each thing.
pub(super) async fn convert(
    connection: &mut PgConnection,
    options: &MigrationOptions,
) -> Result<Vec<String>, Error> {
    let (schema, version, license): (String, String, String) = sqlx::query_as(EXTENSION)
        .fetch_one(&mut *connection)
        .await
        .map_err(Error::during("look for the schema of TimescaleDB"))?;
    let mut said = Vec::new();
    for hyper in &TABLES {
        let plain: bool = sqlx::query_scalar(PLAIN)
            .bind(hyper.table)
            .fetch_one(&mut *connection)
            .await
            .map_err(Error::during("look at the tables"))?;
        if plain {
            said.push(move_table(connection, hyper.table, &schema, options).await?);
        }
        if license == "timescale" {
            compress(connection, hyper, &schema).await?;
        }
    }
    said.push(if license == "timescale" {
        format!("TimescaleDB {version}: hypertables with compression")
    } else {
        format!("TimescaleDB {version}: hypertables without compression (licence {license})")
    });
    Ok(said)
}

/// Puts the hypertable in place of its table; gives way to writers that come between its locks, and tries again.
async fn switch(
    connection: &mut PgConnection,
    table: &'static str,
    options: &MigrationOptions,
) -> Result<i64, Error> {
    loop {
        let kept: Result<i64, Error> = sqlx::query_scalar("SELECT timescale_switch($1)")
            .bind(table)
            .fetch_one(&mut *connection)
            .await
            .map_err(Error::during("put a hypertable in place of its table"));
        match kept {
            Err(error) if error.is_lock_conflict() => {
                (options.progress)(&format!("{table} is in use, tried again: {error}"));
            }
            done => return done,
        }
    }
}

async fn move_table(
    connection: &mut PgConnection,
    table: &'static str,
    schema: &str,
    options: &MigrationOptions,
) -> Result<String, Error> {
    sqlx::query("SELECT timescale_prepare($1, $2)")
        .bind(table)
        .bind(schema)
        .execute(&mut *connection)
        .await
        .map_err(Error::during("make a hypertable"))?;
    let parts: Vec<String> = sqlx::query_scalar("SELECT part FROM time_partitions($1)")
        .bind(table)
        .fetch_all(&mut *connection)
        .await
        .map_err(Error::during("list the partitions"))?;
    for part in &parts {
        let rows: i64 = sqlx::query_scalar(
            "SELECT timescale_copy($1, part, lower_bound, upper_bound) FROM time_partitions($1) WHERE part = $2",
        )
        .bind(table)
        .bind(part)
        .fetch_optional(&mut *connection)
        .await
        .map_err(Error::during("copy a partition into its hypertable"))?
        .unwrap_or_default();
        (options.progress)(&format!("{part}: {rows} rows copied into the hypertable"));
    }
    let kept = switch(connection, table, options).await?;
    Ok(if kept == 0 {
        format!("{table} is a hypertable")
    } else {
        format!(
            "{table} is a hypertable with all its {kept} rows; the former table is kept: DROP TABLE {table}_before_timescale when you are content"
        )
    })
}

async fn compress(connection: &mut PgConnection, hyper: &Hyper, schema: &str) -> Result<(), Error> {
    sqlx::query("SELECT timescale_compress($1, $2, $3, $4, $5::interval)")
        .bind(hyper.table)
        .bind(schema)
        .bind(hyper.segment_by)
        .bind(hyper.order_by)
        .bind(hyper.compress_after)
        .execute(connection)
        .await
        .map(drop)
        .map_err(Error::during("set up compression"))
}
