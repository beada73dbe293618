//! Partitions that will be needed soon, so that no batch has to wait for one.

use sqlx::PgPool;

use crate::Error;

const ENSURE: &str = "
    SELECT ensure_partition('raw_record', now()), ensure_partition('raw_record', now() + interval '1 day'),
           ensure_partition('processed_record', now()), ensure_partition('processed_record', now() + interval '7 days'),
           ensure_partition('text_record', now()), ensure_partition('text_record', now() + interval '7 days')";

/// Makes the partitions of now and of the next day and week.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn ensure_partitions_ahead(pool: &PgPool) -> Result<(), Error> {
    sqlx::query(ENSURE)
        .execute(pool)
        .await
        .map(drop)
        .map_err(Error::during("make partitions ahead"))
}
