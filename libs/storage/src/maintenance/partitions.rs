//! Partitions that will be needed soon, so that no batch has to wait for one.

use sqlx::PgPool;

use crate::Error;

/// A partition ahead: the next day's or week's.
const ENSURE: &str = "
    SELECT ensure_partition(name, at)
    FROM time_table, unnest(ARRAY[now(), now() + ('1 ' || span)::interval]) AS at
    ORDER BY name, at";

/// Makes the partitions of now and the ones after them.
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
