//! Asks the database again and again, so that readiness is known without waiting for it.

use std::time::Duration;

use prometheus::IntCounter;
use sens_observability::{CancellationToken, Health};
use sens_storage::{PgPool, query};

/// Pause between questions while the database answers.
const PAUSE: Duration = Duration::from_secs(2);
/// Pause while it does not.
const ANXIOUS_PAUSE: Duration = Duration::from_millis(500);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Reports the component `database` until the service drains.
pub(crate) fn watch_database(
    health: &Health,
    pool: PgPool,
    failures: IntCounter,
    shutdown: CancellationToken,
) {
    let component = health.component("database");
    tokio::spawn(async move {
        loop {
            let pause = match ping(&pool).await {
                Ok(()) => {
                    component.set_ok();
                    PAUSE
                }
                Err(detail) => {
                    failures.inc();
                    component.set_failing(detail);
                    ANXIOUS_PAUSE
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = shutdown.cancelled() => return,
            }
        }
    });
}

/// Says in general terms what is wrong: health is public.
async fn ping(pool: &PgPool) -> Result<(), &'static str> {
    match tokio::time::timeout(PATIENCE, query::health::ping(pool)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => {
            tracing::debug!(%error, "the database does not answer");
            Err(if error.is_unavailable() {
                "the database cannot be reached"
            } else {
                "the database refuses a query"
            })
        }
        Err(_) => Err("the database does not answer in time"),
    }
}
