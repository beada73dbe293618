//! Which epoch number the positions of a stream belong to.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::Error;

/// The epoch of the stream that was made at the given time, or `None` while no worker has committed from it.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn stream_epoch(
    pool: &PgPool,
    stream: &str,
    stream_created_at: DateTime<Utc>,
) -> Result<Option<i32>, Error> {
    let epoch = sqlx::query_scalar(
        "SELECT id FROM stream_epoch WHERE stream = $1 AND stream_created_at = $2 ORDER BY restore_counter DESC LIMIT 1",
    )
    .bind(stream)
    .bind(stream_created_at)
    .fetch_optional(pool)
    .await.map_err(Error::during("find a stream epoch"))?;
    Ok(epoch)
}
