//! What is kept in memory of hot reads: API keys, newest values, the catalogue, and who a device is. Every change is told through
//! `SENS_EVENTS`, whichever process made it, so every replica forgets what is old at once.

mod kept;
mod known;
mod relay;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use prometheus::{IntGauge, Registry};
use sens_observability::{CancellationToken, metrics};
use sens_schema::Labels;
use sens_schema::event::{ChangeEvent, ChangeKind, ReadingEvent};
use sens_storage::query::api_keys::ActiveApiKey;
use sens_storage::query::family::KnownDevice;
use sens_storage::query::metrics::Metric;
use tokio::sync::watch;

use crate::problem::Problem;

pub(crate) use kept::Kept;
pub(crate) use known::Registrar;
pub(crate) use relay::{Relay, layer};

/// Longest time that anything is kept while changes are not told.
const UNTOLD: Duration = Duration::from_secs(5);
/// Most keys kept: strangers who try ids must not fill the memory.
const KEYS: u64 = 10_000;
/// Bytes of newest values, and of devices, that are kept.
const BYTES: u64 = 8 * 1024 * 1024;
/// What an entry takes besides its bytes.
const ENTRY: usize = 200;
/// Newest values are worth following every batch when they are asked for this often in a second.
const HOT: u32 = 20;
/// The one name under which the catalogue is kept.
const CATALOGUE: &str = "";

/// The newest values of a device as they are answered.
pub(crate) struct LatestAnswer {
    /// Serial of the device.
    pub(crate) serial: String,
    /// Its labels.
    pub(crate) labels: Labels,
    /// The answer.
    pub(crate) body: Bytes,
    /// Its `ETag`.
    pub(crate) tag: String,
}

/// Everything that is kept. What is put here is read from the primary: an event may be faster than a replica.
pub(crate) struct Caches {
    /// What the database says of the id of a key, unknown ids included.
    pub(crate) keys: Kept<Option<Arc<ActiveApiKey>>>,
    devices: Kept<Arc<KnownDevice>>,
    latest: Kept<Arc<LatestAnswer>>,
    catalogue: Kept<Arc<Vec<Metric>>>,
    /// Whether changes are told now.
    told: AtomicBool,
    /// Whether batches are told too.
    batches: AtomicBool,
    /// How often newest values were asked for since the last look.
    asked: AtomicU32,
    /// Counts the times at which a key may have been revoked.
    key_changes: watch::Sender<u64>,
    following: IntGauge,
}

impl Caches {
    /// Keeps nothing yet; `longest` is for what is told of.
    ///
    /// # Errors
    /// When a metric cannot be registered.
    pub(crate) fn new(
        registry: &Registry,
        longest: Duration,
        shutdown: CancellationToken,
    ) -> Result<Arc<Self>, metrics::MetricError> {
        let lookups = metrics::counter_vec(registry, &metrics::CACHE_LOOKUPS)?;
        let caches = Arc::new(Self {
            keys: Kept::new("api_key", &lookups, longest, KEYS, |_, _| 1),
            devices: Kept::new("device", &lookups, longest, BYTES, |name, known| {
                let labels = known.labels.iter();
                let labels: usize = labels
                    .map(|(key, value)| key.len() + value.len() + 48)
                    .sum();
                ENTRY + name.len() + known.serial.len() + labels
            }),
            latest: Kept::new("latest", &lookups, longest, BYTES, |name, answer| {
                ENTRY + name.len() + answer.body.len()
            }),
            catalogue: Kept::new("metric", &lookups, longest, 1, |_, _| 1),
            told: AtomicBool::new(false),
            batches: AtomicBool::new(false),
            asked: AtomicU32::new(0),
            key_changes: watch::Sender::new(0),
            following: metrics::gauge(registry, &metrics::CACHE_FOLLOWING)?,
        });
        tokio::spawn(watch_over(Arc::clone(&caches), shutdown));
        Ok(caches)
    }

    /// The catalogue, by name.
    ///
    /// # Errors
    /// Those of `load`.
    pub(crate) async fn catalogue(
        &self,
        load: impl Future<Output = Result<Vec<Metric>, Problem>> + Send,
    ) -> Result<Arc<Vec<Metric>>, Problem> {
        let load = async { load.await.map(Arc::new) };
        self.catalogue.get(CATALOGUE, load).await
    }

    /// The newest values of a device, kept while every batch is told. `load` is told whether its answer is kept.
    ///
    /// # Errors
    /// Those of `load`.
    pub(crate) async fn latest<F>(
        &self,
        name: &str,
        load: impl FnOnce(bool) -> F + Send,
    ) -> Result<Arc<LatestAnswer>, Problem>
    where
        F: Future<Output = Result<LatestAnswer, Problem>> + Send,
    {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if self.batches.load(Ordering::SeqCst) {
            let load = async { load(true).await.map(Arc::new) };
            self.latest.get(name, load).await
        } else {
            load(false).await.map(Arc::new)
        }
    }

    /// Whether newest values were asked for so often since the last call that batches are worth following.
    pub(crate) fn is_hot(&self) -> bool {
        self.asked.swap(0, Ordering::Relaxed) >= HOT
    }

    /// Forgets what has changed.
    pub(crate) fn changed(&self, event: &ChangeEvent) {
        match event.kind {
            ChangeKind::ApiKey => {
                self.keys.forget(&event.names);
                self.key_changes.send_modify(|count| *count += 1);
            }
            // The answer with newest values carries labels and the metrics' units, under any name of the device.
            ChangeKind::Device => {
                self.devices.forget(&event.names);
                self.latest.forget_all();
            }
            ChangeKind::Metric => {
                self.catalogue.forget_all();
                self.latest.forget_all();
            }
            ChangeKind::Latest => self.latest.forget_all(),
            ChangeKind::Other => {}
        }
    }

    /// Forgets the newest values of the devices of a batch.
    pub(crate) fn committed(&self, readings: &[ReadingEvent<'_>]) {
        if self.batches.load(Ordering::SeqCst) {
            self.latest
                .forget_each(readings.iter().map(|reading| &*reading.serial));
        }
    }

    /// Changes are told from now on, and batches where that is said.
    pub(crate) fn follow(&self, batches: bool) {
        self.forget_all();
        self.told.store(true, Ordering::SeqCst);
        self.batches.store(batches, Ordering::SeqCst);
        self.following.set(1);
    }

    /// Nothing is told any more.
    pub(crate) fn stray(&self) {
        self.told.store(false, Ordering::SeqCst);
        self.batches.store(false, Ordering::SeqCst);
        self.following.set(0);
        self.forget_all();
    }

    /// Says when a key may have been revoked.
    pub(crate) fn key_changes(&self) -> watch::Receiver<u64> {
        self.key_changes.subscribe()
    }

    fn forget_all(&self) {
        self.keys.forget_all();
        self.devices.forget_all();
        self.latest.forget_all();
        self.catalogue.forget_all();
        self.key_changes.send_modify(|count| *count += 1);
    }
}

/// While nothing is told, nothing is kept for long.
async fn watch_over(caches: Arc<Caches>, shutdown: CancellationToken) {
    let look = async {
        loop {
            tokio::time::sleep(UNTOLD).await;
            if !caches.told.load(Ordering::SeqCst) {
                caches.forget_all();
            }
        }
    };
    tokio::select! {
        () = look => {}
        () = shutdown.cancelled() => {}
    }
}
