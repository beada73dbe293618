//! Keeping the rollups up with the readings. Every replica tries; one at a time works, and any of them may stop at any point.

use std::time::{Duration, Instant};

use sens_storage::PgPool;
use sens_storage::rollup::{self, Pass};

use crate::metrics::Metrics;

/// Least pause when nothing is left to do...
const PAUSE: Duration = Duration::from_secs(2);
/// ...or so many times as long as the work took: rollups take a twentieth of the time, and ingest has the rest. Waiting makes
/// the work less, because a bucket that is still being filled is computed again by every pass.
const REST: u32 = 19;
/// Longest pause, however much there was to do.
const LONGEST: Duration = Duration::from_mins(1);

/// Recomputes what is marked, for ever.
pub(crate) async fn keep_up(pool: PgPool, metrics: Metrics) {
    let mut failing = false;
    let mut worked = Duration::ZERO;
    loop {
        let started = Instant::now();
        let more = match pass(&pool, &metrics).await {
            Ok(more) => {
                failing = false;
                more
            }
            Err(error) => {
                metrics.rollup_passes.with_label_values(&["failed"]).inc();
                if !failing {
                    tracing::warn!(%error, "rollups are not recomputed, trying again");
                }
                failing = true;
                false
            }
        };
        let last = started.elapsed();
        worked += last;
        if more {
            // A backlog is worked off without pauses, but for the time that ingest may need.
            tokio::time::sleep(last).await;
        } else {
            tokio::time::sleep((worked * REST).clamp(PAUSE, LONGEST)).await;
            worked = Duration::ZERO;
        }
    }
}

/// One pass. Gives whether more waits.
async fn pass(pool: &PgPool, metrics: &Metrics) -> Result<bool, sens_storage::Error> {
    rollup::tick(pool).await?;
    let started = Instant::now();
    let pass = rollup::recompute(pool).await?;
    if pass != Pass::Idle && pass != Pass::Elsewhere {
        metrics.rollup_passes.with_label_values(&["done"]).inc();
        metrics
            .rollup_seconds
            .observe(started.elapsed().as_secs_f64());
    }
    let backlog = rollup::backlog(pool).await?;
    metrics.rollup_pending.set(backlog.pending);
    let lag = i64::try_from(backlog.lag.as_secs()).unwrap_or(i64::MAX);
    metrics.rollup_lag.set(lag);
    Ok(matches!(pass, Pass::Done { more: true, .. }))
}
