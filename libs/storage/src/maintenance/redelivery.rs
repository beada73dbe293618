//! The trace of messages that were delivered more than once.

use sqlx::PgPool;

use crate::Error;

const NOTE: &str = "
    INSERT INTO redelivery (epoch, seq, deliveries)
    SELECT $1, seq, deliveries FROM unnest($2::bigint[], $3::integer[]) AS again (seq, deliveries)
    ON CONFLICT (epoch, seq) DO UPDATE SET
        deliveries = greatest(redelivery.deliveries, excluded.deliveries), delivered_at = now()";

/// As long as the raw records themselves.
const FORGET: &str = "
    DELETE FROM redelivery
    WHERE delivered_at < (SELECT min(lower_bound) FROM time_partitions('raw_record'))";

/// Notes how often messages were delivered until they were committed, for those that were more than once: sequence and
/// number of deliveries.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn note_redeliveries(
    pool: &PgPool,
    epoch: i32,
    messages: &[(u64, u64)],
) -> Result<(), Error> {
    let (seqs, deliveries): (Vec<i64>, Vec<i32>) = messages
        .iter()
        .filter(|(_, deliveries)| *deliveries > 1)
        .map(|(seq, deliveries)| {
            (
                i64::try_from(*seq).unwrap_or(i64::MAX),
                i32::try_from(*deliveries).unwrap_or(i32::MAX),
            )
        })
        .unzip();
    if seqs.is_empty() {
        return Ok(());
    }
    sqlx::query(NOTE)
        .bind(epoch)
        .bind(seqs)
        .bind(deliveries)
        .execute(pool)
        .await
        .map(drop)
        .map_err(Error::during("note repeated deliveries"))
}

/// Forgets repeated deliveries of the time whose raw records retention has dropped.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn forget_redeliveries(pool: &PgPool) -> Result<(), Error> {
    sqlx::query(FORGET)
        .execute(pool)
        .await
        .map(drop)
        .map_err(Error::during("forget repeated deliveries"))
}
