//! A view of the whole database at one moment, shared with `pg_dump`.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use sens_config::Database;
use sens_schema::subject;
use sqlx::{Connection, Executor, PgConnection};

use crate::{Error, pool};

/// The table whose rows are in no backup: files that were exported, which are gone after a day and can be made again.
pub const LEFT_OUT: &str = "export_chunk";

/// Reading takes as long as it takes, and texts of values must not depend on the session.
const SETTINGS: &str = "
    SET idle_in_transaction_session_timeout = 0; SET statement_timeout = 0; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD';
    SET IntervalStyle = 'postgres'; SET bytea_output = 'hex'; SET extra_float_digits = 1; SET max_parallel_workers_per_gather = 2";

/// Tables of ours: not partitions, which are counted with their parent, not what an extension brought, and not [`LEFT_OUT`].
const TABLES: &str = "
    SELECT c.relname::text, quote_ident(n.nspname) || '.' || quote_ident(c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> $1
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1";

const FACTS: &str = "
    SELECT current_setting('server_version_num')::integer, current_setting('server_version'),
           (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'), pg_database_size(current_database())";

const UNCOMMITTED: &str = "
    SELECT place FROM unnest($2::bigint[]) AS place
    WHERE NOT EXISTS (SELECT FROM ingest_ledger WHERE epoch = $1 AND seqs @> place)";

const MISSING: &str = "
    SELECT lower(gap), upper(gap) - 1
    FROM unnest(int8multirange(int8range(1, $2 + 1)) - $3::text::int8multirange - coalesce(
        (SELECT range_agg(seqs) FROM ingest_ledger WHERE epoch = $1), '{}'::int8multirange)) AS gap
    ORDER BY 1 LIMIT 1000";

/// What the server and the database say of themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseFacts {
    /// Version of the server as one number, `150018`.
    pub server_version_num: i32,
    /// Version of the server for people.
    pub server_version: String,
    /// Version of the `TimescaleDB` extension where the database uses it.
    pub timescaledb: Option<String>,
    /// Size of the database in bytes.
    pub bytes: i64,
}

/// What a table holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFacts {
    /// How many rows.
    pub rows: i64,
    /// A sum over hashes of all rows: equal for equal contents, in whatever order they lie.
    pub fingerprint: String,
}

/// An epoch of the raw stream as the database knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epoch {
    /// Its number.
    pub id: i32,
    /// When the stream was made.
    pub stream_created_at: DateTime<Utc>,
    /// The highest committed sequence; 0 when there is none.
    pub committed: u64,
}

/// A decision about a dead letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetterTraceAt {
    /// Epoch of the letter's message.
    pub epoch: i32,
    /// Sequence of the letter's message.
    pub seq: i64,
    /// Where it was published again; `None` when it was dropped.
    pub requeued_as: Option<i64>,
}

/// A transaction that sees one moment for as long as it is open.
#[derive(Debug)]
pub struct Snapshot {
    connection: PgConnection,
    id: String,
}

impl Snapshot {
    /// Takes the snapshot, now.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Configuration`] or [`Error::Query`].
    pub async fn take(config: &Database) -> Result<Self, Error> {
        let mut connection = pool::connect_owner(config).await?;
        connection
            .execute(SETTINGS)
            .await
            .map_err(Error::during("prepare the session"))?;
        connection
            .execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await
            .map_err(Error::during("begin"))?;
        let id = sqlx::query_scalar("SELECT pg_export_snapshot()")
            .fetch_one(&mut connection)
            .await
            .map_err(Error::during("export a snapshot"))?;
        Ok(Self { connection, id })
    }

    /// The name under which `pg_dump --snapshot` finds it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What the server and the database say of themselves.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn facts(&mut self) -> Result<DatabaseFacts, Error> {
        let (server_version_num, server_version, timescaledb, bytes) = sqlx::query_as(FACTS)
            .fetch_one(&mut self.connection)
            .await
            .map_err(Error::during("describe the server"))?;
        Ok(DatabaseFacts {
            server_version_num,
            server_version,
            timescaledb,
            bytes,
        })
    }

    /// The version of the schema; 0 before the first migration.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn schema_version(&mut self) -> Result<i64, Error> {
        let known: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
            .fetch_one(&mut self.connection)
            .await
            .map_err(Error::during("look for the schema"))?;
        if !known {
            return Ok(0);
        }
        sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations WHERE success")
            .fetch_one(&mut self.connection)
            .await
            .map_err(Error::during("read the schema version"))
    }

    /// Rows and fingerprint of every table of ours. Reads all rows.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn tables(&mut self) -> Result<BTreeMap<String, TableFacts>, Error> {
        let names: Vec<(String, String)> = sqlx::query_as(TABLES)
            .bind(LEFT_OUT)
            .fetch_all(&mut self.connection)
            .await
            .map_err(Error::during("list the tables"))?;
        let mut tables = BTreeMap::new();
        for (name, quoted) in names {
            let statement = format!(
                "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM {quoted} AS t"
            );
            let (rows, fingerprint) = sqlx::query_as(sqlx::AssertSqlSafe(statement))
                .fetch_one(&mut self.connection)
                .await
                .map_err(Error::during("count the rows of a table"))?;
            tables.insert(name, TableFacts { rows, fingerprint });
        }
        Ok(tables)
    }

    /// The epoch of the raw stream that was made at that moment, where the database knows it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn epoch(
        &mut self,
        stream_created_at: DateTime<Utc>,
    ) -> Result<Option<Epoch>, Error> {
        let row: Option<(i32, Option<i64>)> = sqlx::query_as(
            "SELECT id, (SELECT max(upper(seqs)) - 1 FROM ingest_ledger WHERE epoch = stream_epoch.id)
             FROM stream_epoch WHERE stream = $1 AND stream_created_at = $2 ORDER BY restore_counter DESC LIMIT 1",
        )
        .bind(subject::RAW_STREAM)
        .bind(stream_created_at)
        .fetch_optional(&mut self.connection)
        .await
        .map_err(Error::during("find the stream's epoch"))?;
        Ok(row.map(|(id, committed)| Epoch {
            id,
            stream_created_at,
            committed: committed.map_or(0, i64::cast_unsigned),
        }))
    }

    /// Those of the positions that the ledger does not know.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn uncommitted(&mut self, epoch: i32, positions: &[u64]) -> Result<Vec<u64>, Error> {
        let positions: Vec<i64> = positions.iter().map(|place| place.cast_signed()).collect();
        let rows: Vec<i64> = sqlx::query_scalar(UNCOMMITTED)
            .bind(epoch)
            .bind(positions)
            .fetch_all(&mut self.connection)
            .await
            .map_err(Error::during("ask the ledger"))?;
        Ok(rows.into_iter().map(i64::cast_unsigned).collect())
    }

    /// Positions up to `last` that are neither in the ledger nor among the kept ones (ranges), at most 1,000 ranges.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn missing(
        &mut self,
        epoch: i32,
        last: u64,
        kept: &[RangeInclusive<u64>],
    ) -> Result<Vec<RangeInclusive<u64>>, Error> {
        let kept: Vec<String> = kept
            .iter()
            .map(|range| format!("[{},{}]", range.start(), range.end()))
            .collect();
        let rows: Vec<(i64, i64)> = sqlx::query_as(MISSING)
            .bind(epoch)
            .bind(last.cast_signed())
            .bind(format!("{{{}}}", kept.join(",")))
            .fetch_all(&mut self.connection)
            .await
            .map_err(Error::during("hold the kept messages against the ledger"))?;
        Ok(rows
            .into_iter()
            .map(|(first, last)| first.cast_unsigned()..=last.cast_unsigned())
            .collect())
    }

    /// Every decision about a dead letter.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn dead_letter_decisions(&mut self) -> Result<Vec<DeadLetterTraceAt>, Error> {
        let rows: Vec<(i32, i64, Option<i64>)> =
            sqlx::query_as("SELECT epoch, seq, new_seq FROM dead_letter_action ORDER BY id")
                .fetch_all(&mut self.connection)
                .await
                .map_err(Error::during("read the decisions about dead letters"))?;
        Ok(rows
            .into_iter()
            .map(|(epoch, seq, requeued_as)| DeadLetterTraceAt {
                epoch,
                seq,
                requeued_as,
            })
            .collect())
    }

    /// Lets go of the snapshot.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn close(mut self) -> Result<(), Error> {
        self.connection
            .execute("COMMIT")
            .await
            .map_err(Error::during("end the snapshot"))?;
        self.connection
            .close()
            .await
            .map_err(Error::during("close the connection"))
    }
}
