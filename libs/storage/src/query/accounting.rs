//! The ledger: what was committed, and which positions it covers.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::Error;

/// Sums of the ledger over an interval of arrival minutes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LedgerTotals {
    /// Positions covered, counted from their ranges and not from the sums below.
    pub positions: i64,
    /// Messages read without error.
    pub parsed: i64,
    /// Messages with an error.
    pub failed: i64,
    /// Startup, status and acknowledgement messages.
    pub control: i64,
    /// Messages given up for a verdict of the database.
    pub dead: i64,
    /// Readings found in messages.
    pub decoded: i64,
    /// Readings stored.
    pub processed: i64,
    /// Readings that were there already.
    pub duplicate: i64,
    /// Bad readings and payloads.
    pub error: i64,
}

/// Positions of one epoch that are committed, split at two sequences.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CommittedPositions {
    /// Up to and including the floor.
    pub to_floor: i64,
    /// After the floor, up to and including the last.
    pub to_last: i64,
}

/// The epoch of the stream that is written now, with the sequences at which its positions are split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochSplit {
    /// The epoch; `None` while nothing of it is committed.
    pub epoch: Option<i32>,
    /// Everything up to here is acknowledged.
    pub floor: i64,
    /// Sequence of the newest message.
    pub last: i64,
}

/// Reads totals and positions in one snapshot. The interval is `[from, to)` by the minute of arrival; positions are
/// those of the whole epoch.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn read_ledger(
    pool: &PgPool,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    split: EpochSplit,
) -> Result<(LedgerTotals, CommittedPositions), Error> {
    type Row = (i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64);
    let row: Row = sqlx::query_as(
        "WITH totals AS ( \
             SELECT coalesce(sum((SELECT sum(upper(r) - lower(r)) FROM unnest(seqs) r)), 0)::int8 AS positions, \
                    coalesce(sum(parsed), 0)::int8 AS parsed, coalesce(sum(failed), 0)::int8 AS failed, \
                    coalesce(sum(control), 0)::int8 AS control, coalesce(sum(dead), 0)::int8 AS dead, \
                    coalesce(sum(decoded), 0)::int8 AS decoded, coalesce(sum(processed), 0)::int8 AS processed, \
                    coalesce(sum(duplicate), 0)::int8 AS duplicate, coalesce(sum(error), 0)::int8 AS error \
             FROM ingest_ledger \
             WHERE ($1::timestamptz IS NULL OR minute >= $1) AND ($2::timestamptz IS NULL OR minute < $2) \
         ), covered AS ( \
             SELECT coalesce(sum(greatest(least(upper(r), $4 + 1) - lower(r), 0)), 0)::int8 AS to_floor, \
                    coalesce(sum(greatest(least(upper(r), $5 + 1) - greatest(lower(r), $4 + 1), 0)), 0)::int8 AS to_last \
             FROM ingest_ledger, unnest(seqs) r WHERE epoch = $3 \
         ) SELECT positions, parsed, failed, control, dead, decoded, processed, duplicate, error, to_floor, to_last \
           FROM totals, covered",
    )
    .bind(from)
    .bind(to)
    .bind(split.epoch)
    .bind(split.floor)
    .bind(split.last)
    .fetch_one(pool)
    .await.map_err(Error::during("read the ledger"))?;
    let (
        positions,
        parsed,
        failed,
        control,
        dead,
        decoded,
        processed,
        duplicate,
        error,
        to_floor,
        to_last,
    ) = row;
    Ok((
        LedgerTotals {
            positions,
            parsed,
            failed,
            control,
            dead,
            decoded,
            processed,
            duplicate,
            error,
        },
        CommittedPositions { to_floor, to_last },
    ))
}

/// What became of the messages and readings of one device, from its rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeviceTotals {
    /// Messages read without error.
    pub parsed: i64,
    /// Messages with an error.
    pub failed: i64,
    /// Startup, status and acknowledgement messages.
    pub control: i64,
    /// Readings found in its messages.
    pub decoded: i64,
    /// Rows that its messages have.
    pub processed: i64,
    /// Readings of its messages that were there already.
    pub duplicate: i64,
    /// Bad readings and payloads.
    pub error: i64,
    /// Rows of readings that came in messages of several devices.
    pub shared: i64,
}

const DEVICE: &str = "
    WITH raw AS MATERIALIZED (
        SELECT epoch, seq, outcome, decoded_count, error_count FROM raw_record
        WHERE device_id = ANY($1) AND received_at >= $2 AND received_at < $3
    ), rows AS (
        SELECT raw_epoch, raw_seq FROM processed_record WHERE device_id = ANY($1) AND received_at >= $2 AND received_at < $3
        UNION ALL
        SELECT raw_epoch, raw_seq FROM text_record WHERE device_id = ANY($1) AND received_at >= $2 AND received_at < $3
    ), written AS (
        SELECT count(raw.seq) AS own, count(*) - count(raw.seq) AS shared
        FROM rows LEFT JOIN raw ON raw.epoch = rows.raw_epoch AND raw.seq = rows.raw_seq
    ), repeated AS (
        SELECT count(*) AS number FROM ingest_ledger AS ledger, unnest(duplicate_seqs) AS duplicate
        JOIN raw ON raw.seq = duplicate
        WHERE raw.epoch = ledger.epoch AND ledger.minute >= $2 AND ledger.minute < $3
    )
    SELECT count(*) FILTER (WHERE outcome = 'parsed'), count(*) FILTER (WHERE outcome = 'failed'),
           count(*) FILTER (WHERE outcome = 'control'), coalesce(sum(decoded_count), 0)::int8,
           (SELECT own FROM written), (SELECT number FROM repeated), coalesce(sum(error_count), 0)::int8,
           (SELECT shared FROM written)
    FROM raw";

/// Adds up the rows of a device whose messages arrived in the minutes `[from, to)`, in one snapshot.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn read_device(
    pool: &PgPool,
    devices: &[i64],
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<DeviceTotals, Error> {
    type Row = (i64, i64, i64, i64, i64, i64, i64, i64);
    let (parsed, failed, control, decoded, processed, duplicate, error, shared): Row =
        sqlx::query_as(DEVICE)
            .bind(devices)
            .bind(from)
            .bind(to)
            .fetch_one(pool)
            .await
            .map_err(Error::during("add up the rows of a device"))?;
    Ok(DeviceTotals {
        parsed,
        failed,
        control,
        decoded,
        processed,
        duplicate,
        error,
        shared,
    })
}
