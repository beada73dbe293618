//! Epochs: a raw stream that is made anew starts its sequences over, and is told apart by when it was made.

use sens_schema::{Micros, subject};
use sqlx::PgPool;

use crate::Error;
use crate::instant::timestamp;

const ENSURE: &str = "
    INSERT INTO stream_epoch (stream, stream_created_at) VALUES ($1, $2)
    ON CONFLICT DO NOTHING";

const SELECT: &str = "
    SELECT id FROM stream_epoch WHERE stream = $1 AND stream_created_at = $2
    ORDER BY restore_counter DESC LIMIT 1";

/// The number of the epoch of a raw stream made at `created_at`; a new stream gets a new one.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn stream_epoch(pool: &PgPool, created_at: Micros) -> Result<i32, Error> {
    let created_at = timestamp(created_at);
    sqlx::query(ENSURE)
        .bind(subject::RAW_STREAM)
        .bind(created_at)
        .execute(pool)
        .await
        .map_err(Error::during("record the stream's epoch"))?;
    sqlx::query_scalar(SELECT)
        .bind(subject::RAW_STREAM)
        .bind(created_at)
        .fetch_one(pool)
        .await
        .map_err(Error::during("read the stream's epoch"))
}

/// The highest committed sequence of an epoch, 0 when there is none: what comes above it was never committed before now.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn committed_high_water(pool: &PgPool, epoch: i32) -> Result<u64, Error> {
    let high: Option<i64> =
        sqlx::query_scalar("SELECT max(upper(seqs)) - 1 FROM ingest_ledger WHERE epoch = $1")
            .bind(epoch)
            .fetch_one(pool)
            .await
            .map_err(Error::during("read the ledger"))?;
    Ok(high.map_or(0, i64::cast_unsigned))
}
