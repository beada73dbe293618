//! Work beside the pipeline: removing committed messages from the stream, showing the lag.

use std::time::Duration;

use sens_messaging::Messaging;
use tokio_util::sync::CancellationToken;

use crate::metrics::Metrics;

const PERIOD: Duration = Duration::from_secs(1);

/// Runs until shutdown, every replica for itself: purging to the acknowledged floor is idempotent.
pub(crate) async fn run(messaging: Messaging, metrics: Metrics, shutdown: CancellationToken) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(PERIOD) => {}
            () = shutdown.cancelled() => return,
        }
        match messaging.purge_committed().await {
            Ok(status) => {
                let pending = status.pending.saturating_add(status.ack_pending);
                metrics
                    .pending
                    .set(i64::try_from(pending).unwrap_or(i64::MAX));
                metrics
                    .raw_bytes
                    .set(i64::try_from(status.bytes).unwrap_or(i64::MAX));
            }
            Err(error) => tracing::debug!(%error, "committed messages were not purged this time"),
        }
    }
}
