//! Into the raw stream: what JetStream holds is accepted, and named by its position.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use prometheus::{Histogram, IntCounter, Registry};
use sens_messaging::{Messaging, Outgoing, PublishError};
use sens_observability::metrics::{self, MetricError};
use sens_schema::subject::RAW_STREAM;
use sens_schema::time;
use sens_storage::PgPool;
use sens_storage::query::epochs;

use crate::link::Link;
use crate::problem::Problem;

/// How long the epoch of the stream is believed: a stream is made anew only when a store was lost.
const EPOCH_KEPT: Duration = Duration::from_secs(5);

/// How long a request waits for the epoch: with the database away it goes on without.
const EPOCH_PATIENCE: Duration = Duration::from_millis(500);

/// What was found out about the epoch, and when.
#[derive(Debug, Clone, Copy)]
struct Remembered {
    asked: Instant,
    epoch: Option<i32>,
}

/// Publishes payloads and knows the epoch of their positions. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Publisher {
    link: Link,
    pool: PgPool,
    epoch: Arc<Mutex<Option<Remembered>>>,
    seconds: Histogram,
    sizes: Histogram,
    failures: IntCounter,
}

impl Publisher {
    /// A publisher over a connection that need not stand yet.
    ///
    /// # Errors
    /// When a metric cannot be registered.
    pub(crate) fn new(link: Link, pool: PgPool, registry: &Registry) -> Result<Self, MetricError> {
        Ok(Self {
            link,
            pool,
            epoch: Arc::default(),
            seconds: metrics::histogram(registry, &metrics::JETSTREAM_PUBLISH_SECONDS)?,
            sizes: metrics::histogram(registry, &metrics::JETSTREAM_PUBLISH_BATCH_SIZE)?,
            failures: metrics::counter(registry, &metrics::JETSTREAM_PUBLISH_FAILURES)?,
        })
    }

    /// Publishes all payloads; each result is the sequence or why JetStream does not hold it. With an id, which must name
    /// exactly these payloads, those that were published under it a moment ago are not published again.
    ///
    /// Runs in a task of its own: a client that goes away must not leave a batch open in the server.
    ///
    /// # Errors
    /// `messaging_unavailable` when there is no connection: nothing was published.
    pub(crate) async fn publish(
        &self,
        messages: Vec<Outgoing>,
        id: Option<String>,
    ) -> Result<Vec<Result<u64, PublishError>>, Problem> {
        let publisher = self.link.get()?.publisher();
        let started = Instant::now();
        self.sizes.observe(messages.len() as f64);
        let publishing = tokio::spawn(async move {
            match id {
                Some(id) => publisher.publish_once(&messages, &id).await,
                None => publisher.publish(&messages).await,
            }
        });
        let results = publishing
            .await
            .map_err(|error| Problem::internal("publishing ended early", &error))?;
        self.seconds.observe(started.elapsed().as_secs_f64());
        self.failures
            .inc_by(results.iter().filter(|result| result.is_err()).count() as u64);
        Ok(results)
    }

    /// The epoch of the stream's positions. `None` while no worker has committed from this stream yet, or while it
    /// cannot be found out: what is published is held all the same.
    pub(crate) async fn epoch(&self) -> Option<i32> {
        let remembered = *self.remembered();
        if let Some(remembered) = remembered
            && remembered.asked.elapsed() < EPOCH_KEPT
        {
            return remembered.epoch;
        }
        let messaging = self.link.get().ok()?;
        let finding = find_epoch(&messaging, &self.pool);
        let found = match tokio::time::timeout(EPOCH_PATIENCE, finding).await {
            Ok(Ok(None)) => return None,
            Ok(Ok(found)) => found,
            // Better the last known one than none: it changes with the loss of a store only.
            Ok(Err(_)) | Err(_) => remembered.and_then(|remembered| remembered.epoch),
        };
        *self.remembered() = Some(Remembered {
            asked: Instant::now(),
            epoch: found,
        });
        found
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, Option<Remembered>> {
        self.epoch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn find_epoch(messaging: &Messaging, pool: &PgPool) -> Result<Option<i32>, Problem> {
    let status = messaging.raw_status().await?;
    let created_at = time::to_datetime(status.created_at).unwrap_or_default();
    Ok(epochs::stream_epoch(pool, RAW_STREAM, created_at).await?)
}
