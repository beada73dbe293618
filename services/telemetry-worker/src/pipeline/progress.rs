//! Telling JetStream that what this worker holds is still in work, however long the database takes: otherwise it would be
//! delivered to another worker as well.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use sens_messaging::{ACK_WAIT, ConnectionState, Delivery};

use super::Pipeline;

/// Three reports fit into the acknowledgement time: one of them may get lost.
const PERIOD: Duration = Duration::from_secs(ACK_WAIT.as_secs() / 3);

/// The deliveries that wait or are being written. What is settled drops out by itself.
#[derive(Debug, Default)]
pub(crate) struct Held {
    batches: Mutex<Vec<(Instant, Weak<Vec<Delivery>>)>>,
}

impl Held {
    /// Remembers deliveries from `now` on.
    pub(super) fn add(&self, deliveries: &Arc<Vec<Delivery>>, now: Instant) {
        self.lock().push((now, Arc::downgrade(deliveries)));
    }

    /// What has been held for a whole period.
    fn long(&self, now: Instant) -> Vec<Arc<Vec<Delivery>>> {
        let mut batches = self.lock();
        batches.retain(|(_, batch)| batch.strong_count() > 0);
        batches
            .iter()
            .filter(|(since, _)| now.saturating_duration_since(*since) >= PERIOD)
            .filter_map(|(_, batch)| batch.upgrade())
            .collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(Instant, Weak<Vec<Delivery>>)>> {
        self.batches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reports for ever. While JetStream is away there is nothing to report to: what it forgets is delivered again.
pub(super) async fn report(pipeline: Arc<Pipeline>) {
    let mut ticks = tokio::time::interval(PERIOD / 2);
    loop {
        ticks.tick().await;
        for batch in pipeline.held.long(Instant::now()) {
            for delivery in batch.iter() {
                if pipeline.messaging.state() == ConnectionState::Down {
                    break;
                }
                if let Err(error) = delivery.in_progress().await {
                    tracing::debug!(%error, "progress was not reported; the messages may come again");
                    break;
                }
            }
        }
    }
}
