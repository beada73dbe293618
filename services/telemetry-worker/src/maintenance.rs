//! Work beside the pipeline, by every replica for itself: all of it is harmless when several do it at once, and when it is
//! given up at any point.

use std::time::{Duration, Instant};

use sens_messaging::Messaging;
use sens_storage::{PgPool, maintenance};

use crate::metrics::Metrics;

const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A purge stops the stream for some milliseconds: it happens this often at most...
const PURGE_EVERY: Duration = Duration::from_secs(30);
/// ...or earlier when this share of the stream's limit is committed.
const PURGE_SHARE: u64 = 8;
const CARE_EVERY: Duration = Duration::from_mins(1);

/// Shows the lag and removes committed messages from the stream.
pub(crate) async fn purge(messaging: Messaging, metrics: Metrics) {
    let mut purged_at = Instant::now();
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let status = match messaging.raw_status().await {
            Ok(status) => status,
            Err(error) => {
                tracing::debug!(%error, "the raw stream was not looked at this time");
                continue;
            }
        };
        let pending = status.pending.saturating_add(status.ack_pending);
        metrics
            .pending
            .set(i64::try_from(pending).unwrap_or(i64::MAX));
        metrics
            .raw_bytes
            .set(i64::try_from(status.bytes).unwrap_or(i64::MAX));
        if purged_at.elapsed() < PURGE_EVERY && status.bytes < status.max_bytes / PURGE_SHARE {
            continue;
        }
        purged_at = Instant::now();
        if let Err(error) = messaging.purge_committed().await {
            tracing::debug!(%error, "committed messages were not purged this time");
        }
    }
}

/// Makes partitions ahead and keeps the ledger small.
pub(crate) async fn care(pool: PgPool) {
    loop {
        if let Err(error) = maintenance::ensure_partitions_ahead(&pool).await {
            tracing::warn!(%error, "partitions were not made ahead this time");
        }
        if let Err(error) = maintenance::compact_ledger(&pool).await {
            tracing::warn!(%error, "the ledger was not compacted this time");
        }
        if let Err(error) = maintenance::forget_redeliveries(&pool).await {
            tracing::debug!(%error, "old repeated deliveries were not forgotten this time");
        }
        tokio::time::sleep(CARE_EVERY).await;
    }
}
