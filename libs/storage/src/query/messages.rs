//! Where a message stands: what the ledger knows of its position, and what stood beside it.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::Error;

/// What the ledger knows of a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerEntry {
    /// The minute of its arrival.
    pub minute: DateTime<Utc>,
    /// Whether the partition of raw records that holds the minute is there: retention has not dropped it.
    pub within_retention: bool,
    /// Whether it went to the dead letters.
    pub dead: bool,
    /// Whether its raw record was erased with its device.
    pub erased: bool,
}

/// Arrivals on both sides of a position.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Neighbours {
    /// Of the last raw record before it.
    pub before: Option<DateTime<Utc>>,
    /// Of the first raw record after it.
    pub after: Option<DateTime<Utc>>,
}

/// What the ledger knows of a position; `None` when it was not committed.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn ledger_entry(
    pool: &PgPool,
    epoch: i32,
    seq: i64,
) -> Result<Option<LedgerEntry>, Error> {
    let row: Option<(DateTime<Utc>, bool, bool, bool)> = sqlx::query_as(
        "SELECT minute, EXISTS (SELECT FROM time_partitions('raw_record') WHERE lower_bound <= minute AND upper_bound > minute), \
                $2 = ANY (dead_seqs), EXISTS (SELECT FROM erased_message AS e WHERE e.epoch = $1 AND e.seq = $2) FROM ingest_ledger WHERE epoch = $1 AND seqs @> $2::int8 LIMIT 1",
    )
    .bind(epoch)
    .bind(seq)
    .fetch_optional(pool)
    .await
    .map_err(Error::during("ask the ledger for a position"))?;
    Ok(
        row.map(|(minute, within_retention, dead, erased)| LedgerEntry {
            minute,
            within_retention,
            dead,
            erased,
        }),
    )
}

/// How often a message was delivered before it was committed, where it was more than once.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn redeliveries(pool: &PgPool, epoch: i32, seq: i64) -> Result<Option<i32>, Error> {
    sqlx::query_scalar("SELECT deliveries FROM redelivery WHERE epoch = $1 AND seq = $2")
        .bind(epoch)
        .bind(seq)
        .fetch_optional(pool)
        .await
        .map_err(Error::during("find repeated deliveries"))
}

/// The positions of the epoch that arrived in the minutes `[from, to)` and went to the dead letters.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn dead_positions(
    pool: &PgPool,
    epoch: i32,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<i64>, Error> {
    sqlx::query_scalar(
        "SELECT seq FROM ingest_ledger, unnest(dead_seqs) AS seq \
         WHERE epoch = $1 AND minute >= $2 AND minute < $3 ORDER BY seq DESC LIMIT $4",
    )
    .bind(epoch)
    .bind(from)
    .bind(to)
    .bind(limit)
    .fetch_all(pool)
    .await
    .map_err(Error::during("find the dead letters of a time"))
}

/// The start of the oldest partition of raw records: what arrived before it, retention has dropped. `None` when there is no
/// partition at all.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn raw_records_since(pool: &PgPool) -> Result<Option<DateTime<Utc>>, Error> {
    sqlx::query_scalar("SELECT min(lower_bound) FROM time_partitions('raw_record')")
        .fetch_one(pool)
        .await
        .map_err(Error::during("find the oldest raw records"))
}

/// Whether the ledger knows messages that arrived in the minutes `[from, to)`.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn arrived_between(
    pool: &PgPool,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<bool, Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM ingest_ledger WHERE minute >= $1 AND minute < $2)",
    )
    .bind(from)
    .bind(to)
    .fetch_one(pool)
    .await
    .map_err(Error::during("ask the ledger for a time"))
}

/// Whether the ledger knows positions of the epoch on this side of `seq` or at it: then the position was given.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn is_within_epoch(pool: &PgPool, epoch: i32, seq: i64) -> Result<bool, Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM ingest_ledger WHERE epoch = $1 AND upper(seqs) > $2::int8)",
    )
    .bind(epoch)
    .bind(seq)
    .fetch_one(pool)
    .await
    .map_err(Error::during("ask the ledger for later positions"))
}

/// Arrivals on both sides of the positions `first..=last`.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn neighbours(
    pool: &PgPool,
    epoch: i32,
    first: i64,
    last: i64,
) -> Result<Neighbours, Error> {
    let (before, after) = sqlx::query_as(
        "SELECT (SELECT received_at FROM raw_record WHERE epoch = $1 AND seq < $2 ORDER BY seq DESC LIMIT 1), \
                (SELECT received_at FROM raw_record WHERE epoch = $1 AND seq > $3 ORDER BY seq LIMIT 1)",
    )
    .bind(epoch)
    .bind(first)
    .bind(last)
    .fetch_one(pool)
    .await
    .map_err(Error::during("find the neighbours of a position"))?;
    Ok(Neighbours { before, after })
}
