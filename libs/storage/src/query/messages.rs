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
    let row: Option<(DateTime<Utc>, bool)> = sqlx::query_as(
        "SELECT minute, EXISTS (SELECT FROM time_partitions('raw_record') WHERE lower_bound <= minute AND upper_bound > minute) \
         FROM ingest_ledger WHERE epoch = $1 AND seqs @> $2::int8 LIMIT 1",
    )
    .bind(epoch)
    .bind(seq)
    .fetch_optional(pool)
    .await
    .map_err(Error::during("ask the ledger for a position"))?;
    Ok(row.map(|(minute, within_retention)| LedgerEntry {
        minute,
        within_retention,
    }))
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
