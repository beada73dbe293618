//! The read replica, as metrics and health show it.

use std::time::Duration;

use prometheus::Registry;
use sens_observability::{CancellationToken, RunError, metrics};
use sens_storage::Replica;

use super::get::ComponentHealth;

const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Shows the replica in the metrics until the service drains.
///
/// # Errors
/// When a metric cannot be registered.
pub(crate) fn watch_replica(
    registry: &Registry,
    replica: Option<Replica>,
    shutdown: CancellationToken,
) -> Result<(), RunError> {
    let used = metrics::gauge(registry, &metrics::DB_READ_REPLICA_USED)?;
    let lag = metrics::gauge(registry, &metrics::DB_READ_REPLICA_LAG)?;
    let Some(replica) = replica else {
        return Ok(());
    };
    tokio::spawn(async move {
        loop {
            used.set(i64::from(replica.is_used()));
            lag.set(i64::try_from(replica.lag().as_secs()).unwrap_or(i64::MAX));
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = shutdown.cancelled() => return,
            }
        }
    });
    Ok(())
}

/// Its line in the report of health. The primary answers in its place, so that it makes nothing fail.
pub(super) fn component(replica: &Replica) -> ComponentHealth {
    let fault = replica.fault();
    let detail = match &fault {
        Some(fault) if !replica.is_used() => format!("reads go to the primary: {fault}"),
        _ => format!(
            "reads go to the replica, {} s behind",
            replica.lag().as_secs()
        ),
    };
    ComponentHealth {
        name: "read_replica",
        ok: true,
        detail: Some(detail),
    }
}
