//! Retention: runs that were asked for, and a regular one every hour. Of several replicas the first one does it; a run may be
//! given up at any point, and the next one goes on.

use std::time::{Duration, Instant};

use sens_storage::retention::{self, Maintenance, Outcome, RunState};
use sens_storage::{Error, PgPool};

use crate::metrics::Metrics;
use crate::trouble::Trouble;

/// How soon a run that was asked for begins.
const LOOK_EVERY: Duration = Duration::from_secs(5);
const SCHEDULE_EVERY: Duration = Duration::from_hours(1);

/// Does what is asked for and what is due, for ever.
pub(crate) async fn follow(pool: PgPool, metrics: Metrics) {
    let mut scheduled_at: Option<Instant> = None;
    let mut trouble = Trouble::default();
    loop {
        let schedule = scheduled_at.is_none_or(|at| at.elapsed() >= SCHEDULE_EVERY);
        let looked = look(&pool, &metrics, schedule).await;
        if schedule && looked.is_ok() {
            scheduled_at = Some(Instant::now());
        }
        trouble.note(&looked, "retention cannot work");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn look(pool: &PgPool, metrics: &Metrics, schedule: bool) -> Result<(), Error> {
    if !schedule && !retention::is_requested(pool).await? {
        return Ok(());
    }
    let Some(mut maintenance) = retention::take_maintenance(pool).await? else {
        return Ok(());
    };
    for run in maintenance.interrupted() {
        tracing::warn!(
            run,
            "a run of retention was interrupted; the next one goes on"
        );
        let failed = RunState::Failed.as_str();
        metrics.retention_runs.with_label_values(&[failed]).inc();
    }
    if schedule {
        maintenance.schedule().await?;
    }
    for run in maintenance.requested().await? {
        perform(pool, metrics, &mut maintenance, run).await?;
    }
    maintenance.end().await
}

async fn perform(
    pool: &PgPool,
    metrics: &Metrics,
    maintenance: &mut Maintenance,
    run: i64,
) -> Result<(), Error> {
    let state = maintenance.perform(run).await?;
    metrics
        .retention_runs
        .with_label_values(&[state.as_str()])
        .inc();
    let Some(done) = retention::find_run(pool, run).await? else {
        return Ok(());
    };
    let mut rows = 0;
    let dropped = done
        .items
        .iter()
        .filter(|item| item.outcome == Outcome::Dropped);
    for item in dropped {
        let of_item = u64::try_from(item.rows).unwrap_or_default();
        rows += of_item;
        metrics
            .retention_rows
            .with_label_values(&[item.class.as_str()])
            .inc_by(of_item);
    }
    let detail = done.detail.unwrap_or_default();
    match state {
        RunState::Refused => {
            tracing::warn!(run, rows, %detail, "retention had to keep something that is due");
        }
        RunState::Failed => {
            tracing::error!(run, rows, %detail, "a run of retention failed; the next one goes on");
        }
        RunState::Requested | RunState::Running | RunState::Done => {
            tracing::info!(run, rows, dry_run = done.dry_run, "retention is done");
        }
    }
    Ok(())
}
