//! Keeping the ledger small, and asking it whether anything is missing.

use std::ops::RangeInclusive;

use sqlx::PgPool;

use crate::Error;

/// Minutes merged by one call: keeps its transaction short.
const MINUTES: i32 = 60;

const UNACCOUNTED: &str = "
    SELECT lower(gap), upper(gap) - 1
    FROM unnest(int8multirange(int8range($2, $3, '[]')) - coalesce(
        (SELECT range_agg(seqs) FROM ingest_ledger WHERE epoch = $1 AND seqs && int8range($2, $3, '[]')),
        '{}'::int8multirange)) AS gap
    ORDER BY 1
    LIMIT 1000";

/// Merges the rows of minutes that have been over for a while. Gives how many rows that saved.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn compact_ledger(pool: &PgPool) -> Result<i64, Error> {
    sqlx::query_scalar("SELECT compact_ledger(interval '5 minutes', $1)")
        .bind(MINUTES)
        .fetch_one(pool)
        .await
        .map_err(Error::during("compact the ledger"))
}

/// The positions within the range that the ledger does not know, as inclusive ranges; at most 1,000 of them.
///
/// Asked for positions that are acknowledged in the stream, every one of them is a message that was lost.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn unaccounted_positions(
    pool: &PgPool,
    epoch: i32,
    range: RangeInclusive<u64>,
) -> Result<Vec<RangeInclusive<u64>>, Error> {
    let bound = |position: u64| i64::try_from(position).unwrap_or(i64::MAX);
    if range.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(i64, i64)> = sqlx::query_as(UNACCOUNTED)
        .bind(epoch)
        .bind(bound(*range.start()))
        .bind(bound(*range.end()))
        .fetch_all(pool)
        .await
        .map_err(Error::during("ask the ledger for gaps"))?;
    Ok(rows
        .into_iter()
        .map(|(first, last)| first.cast_unsigned()..=last.cast_unsigned())
        .collect())
}
