//! Waiting between attempts while a dependency is away: hold, back off, never drop.

use std::time::Duration;

use rand::Rng as _;
use tokio_util::sync::CancellationToken;

const FIRST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(2);

/// Finishes the work, unless the service is asked to stop and `patience` has passed since. What is given up has changed
/// nothing that is not made good by the next delivery.
pub(crate) async fn unless_stopped<T>(
    shutdown: &CancellationToken,
    patience: Duration,
    work: impl Future<Output = T>,
) -> Option<T> {
    tokio::select! {
        biased;
        done = work => Some(done),
        () = stopped_for(shutdown, patience) => None,
    }
}

/// Waits until the service is asked to stop, and a while longer.
pub(crate) async fn stopped_for(shutdown: &CancellationToken, patience: Duration) {
    shutdown.cancelled().await;
    tokio::time::sleep(patience).await;
}

/// Full-jitter exponential backoff. Starts over with a new value.
#[derive(Debug, Default)]
pub(crate) struct Hold {
    attempts: u32,
}

impl Hold {
    /// Waits before the next attempt. Gives `false` when the service is asked to stop meanwhile.
    pub(crate) async fn wait(&mut self, shutdown: &CancellationToken) -> bool {
        let ceiling = LONGEST.min(FIRST * 2_u32.pow(self.attempts.min(8)));
        self.attempts += 1;
        let delay = ceiling.mul_f64(rand::rng().random_range(0.2..1.0));
        tokio::select! {
            () = tokio::time::sleep(delay) => true,
            () = shutdown.cancelled() => false,
        }
    }
}
