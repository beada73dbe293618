//! Holding the rows against the ledger: a row that went missing is named by its position and time.

use chrono::{DateTime, Utc};
use sens_schema::Position;
use sqlx::{Executor, PgPool, Postgres, Transaction};

use crate::Error;

const MISSING_RAW: &str = "
    SELECT ledger.epoch, place.number, ledger.minute
    FROM ingest_ledger AS ledger, unnest(ledger.seqs) AS span,
         generate_series(lower(span), upper(span) - 1) AS place (number)
    WHERE ledger.minute >= $1 AND ledger.minute < $2
      AND NOT (ledger.dead > 0 AND ledger.dead_seqs = '{}') AND place.number <> ALL (ledger.dead_seqs)
      AND NOT EXISTS (
        SELECT FROM raw_record AS raw
        WHERE raw.epoch = ledger.epoch AND raw.seq = place.number
          AND raw.received_at >= ledger.minute AND raw.received_at < ledger.minute + interval '1 minute')
      AND NOT EXISTS (SELECT FROM erased_message AS erased WHERE erased.epoch = ledger.epoch AND erased.seq = place.number)
    ORDER BY ledger.epoch, place.number
    LIMIT $3";

const MISSING_READINGS: &str = "
    WITH rows AS (
        SELECT raw_epoch, raw_seq, count(*) AS found FROM (
            SELECT raw_epoch, raw_seq FROM processed_record WHERE received_at >= $1 AND received_at < $2
            UNION ALL
            SELECT raw_epoch, raw_seq FROM text_record WHERE received_at >= $1 AND received_at < $2
        ) AS both_kinds GROUP BY raw_epoch, raw_seq
    ), duplicates AS (
        SELECT epoch, seq, count(*) AS repeated
        FROM ingest_ledger, unnest(duplicate_seqs) AS seq
        WHERE minute >= $1 AND minute < $2 GROUP BY epoch, seq
    )
    SELECT raw.epoch, raw.seq, raw.received_at,
           raw.decoded_count - raw.error_count - coalesce(duplicates.repeated, 0) - coalesce(rows.found, 0)
    FROM raw_record AS raw
    LEFT JOIN rows ON rows.raw_epoch = raw.epoch AND rows.raw_seq = raw.seq
    LEFT JOIN duplicates ON duplicates.epoch = raw.epoch AND duplicates.seq = raw.seq
    WHERE raw.received_at >= $1 AND raw.received_at < $2 AND ($4::bigint IS NULL OR raw.device_id = $4)
      AND raw.outcome IN ('parsed', 'failed')
      AND raw.decoded_count - raw.error_count - coalesce(duplicates.repeated, 0) > coalesce(rows.found, 0)
    ORDER BY raw.epoch, raw.seq
    LIMIT $3";

/// Something that was committed and is not there any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingRows {
    /// Epoch of the position.
    pub epoch: i32,
    /// Sequence of the position.
    pub seq: i64,
    /// When the message arrived; to the minute for a raw record.
    pub received_at: DateTime<Utc>,
    /// How many readings are missing; 0 for a raw record.
    pub readings: i64,
}

impl MissingRows {
    /// The position of the message.
    pub fn position(&self) -> Position {
        Position {
            epoch: self.epoch,
            seq: self.seq.cast_unsigned(),
        }
    }
}

/// Raw records that the ledger knows and the table does not, unless they were erased, for messages that arrived in `[from, to)`. The interval must
/// lie within raw retention.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn missing_raw_records(
    pool: &PgPool,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<MissingRows>, Error> {
    let mut transaction = begin(pool).await?;
    let rows: Vec<(i32, i64, DateTime<Utc>)> = sqlx::query_as(MISSING_RAW)
        .bind(from)
        .bind(to)
        .bind(limit)
        .fetch_all(&mut *transaction)
        .await
        .map_err(Error::during("look for missing raw records"))?;
    transaction
        .commit()
        .await
        .map_err(Error::during("look for missing raw records"))?;
    Ok(rows
        .into_iter()
        .map(|(epoch, seq, received_at)| MissingRows {
            epoch,
            seq,
            received_at,
            readings: 0,
        })
        .collect())
}

/// Raw records whose readings are not all there, for messages that arrived in `[from, to)`, of one device or of all. What
/// retention has dropped looks the same: [`crate::query::fate`] tells it apart.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn missing_readings(
    pool: &PgPool,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    device: Option<i64>,
    limit: i64,
) -> Result<Vec<MissingRows>, Error> {
    let mut transaction = begin(pool).await?;
    let rows: Vec<(i32, i64, DateTime<Utc>, i64)> = sqlx::query_as(MISSING_READINGS)
        .bind(from)
        .bind(to)
        .bind(limit)
        .bind(device)
        .fetch_all(&mut *transaction)
        .await
        .map_err(Error::during("look for missing readings"))?;
    transaction
        .commit()
        .await
        .map_err(Error::during("look for missing readings"))?;
    Ok(rows
        .into_iter()
        .map(|(epoch, seq, received_at, readings)| MissingRows {
            epoch,
            seq,
            received_at,
            readings,
        })
        .collect())
}

/// A transaction whose joins do not depend on statistics: a partition of today may not have any yet, and rows compared one
/// by one with all others would take for ever.
async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>, Error> {
    let mut transaction = pool
        .begin()
        .await
        .map_err(Error::during("begin a transaction"))?;
    transaction
        .execute("SET LOCAL enable_nestloop = off")
        .await
        .map_err(Error::during("prepare a comparison of rows"))?;
    Ok(transaction)
}
