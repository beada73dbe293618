//! What handlers share.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use prometheus::{IntCounter, IntGauge};
use sens_config::Config;
use sens_observability::metrics;
use sens_observability::{BuildInfo, CancellationToken, Health, RunError, Runtime};
use sens_schema::DecoderMap;
use sens_storage::{Pools, Warm};
use tokio::sync::{Notify, Semaphore};

use crate::auth::{Authenticator, StoredKeys};
use crate::cache::{Caches, Registrar, Relay};
use crate::feed::Feed;
use crate::http::cursor;
use crate::link::Link;
use crate::publish::Publisher;
use crate::routes::overview::Overview;
use crate::routes::system::Certificate;

/// How long the overview is kept: it sums up the whole ledger.
const OVERVIEW_KEPT: Duration = Duration::from_secs(2);

/// The state of the service. Every request clones it a dozen times: it is one count, however many parts there are.
#[derive(Clone)]
pub(crate) struct App(Arc<Parts>);

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// What the state consists of.
#[derive(Clone)]
pub(crate) struct Parts {
    /// Configuration.
    pub(crate) config: Arc<Config>,
    /// Which build runs.
    pub(crate) build: BuildInfo,
    /// State of the components.
    pub(crate) health: Health,
    /// Fires when the service drains: open streams end.
    pub(crate) shutdown: CancellationToken,
    /// Database.
    pub(crate) pools: Pools,
    /// Connections for reads.
    pub(crate) reads: Warm,
    /// Which decoders are asked for which message.
    pub(crate) decoders: Arc<DecoderMap>,
    /// What is kept in memory.
    pub(crate) caches: Arc<Caches>,
    /// Tells changes to other replicas.
    pub(crate) relay: Relay,
    /// Who the devices of messages are.
    pub(crate) registrar: Registrar,
    /// Who calls.
    pub(crate) authenticator: Arc<dyn Authenticator>,
    /// NATS, once it is there.
    pub(crate) link: Link,
    /// Into the raw stream.
    pub(crate) publisher: Publisher,
    /// Out of the event stream.
    pub(crate) feed: Feed,
    /// Judges what acknowledgements rest on.
    pub(crate) certificate: Certificate,
    /// The overview of the last moments.
    pub(crate) overview: Cache<(), Arc<Overview>>,
    /// Places for live streams.
    pub(crate) streams: Arc<Semaphore>,
    /// Wakes whoever writes exports.
    pub(crate) exports: Arc<Notify>,
    /// Counts of this service.
    pub(crate) counts: Counts,
}

/// Counts of this service.
#[derive(Clone)]
pub(crate) struct Counts {
    /// Items posted to /v1/ingest.
    pub(crate) ingest_items: IntCounter,
    /// Live streams open now.
    pub(crate) streams: IntGauge,
}

impl App {
    /// Puts the parts together. Nothing is connected yet.
    ///
    /// # Errors
    /// When a metric cannot be registered or a decoder rule is wrong.
    pub(crate) fn new(runtime: &Runtime, pools: Pools, link: Link) -> Result<Self, RunError> {
        let config = Arc::clone(&runtime.config);
        let registry = &runtime.registry;
        let longest = Duration::from_secs(config.api.cache_seconds);
        let caches = Caches::new(registry, longest, runtime.shutdown.clone())?;
        let (primary, shutdown) = (&pools.primary, &runtime.shutdown);
        cursor::sign_with(config.api.bootstrap_key.as_ref());
        let decoders = DecoderMap::configured(config.ingest.decoders.as_deref())?;
        Ok(Self(Arc::new(Parts {
            decoders: Arc::new(decoders),
            build: runtime.build.clone(),
            health: runtime.health.clone(),
            shutdown: runtime.shutdown.clone(),
            authenticator: Arc::new(StoredKeys::new(
                primary.clone(),
                config.api.bootstrap_key.as_ref(),
                Arc::clone(&caches),
            )),
            relay: Relay::start(
                primary.clone(),
                link.clone(),
                Arc::clone(&caches),
                shutdown.clone(),
            ),
            registrar: Registrar::new(Arc::clone(&caches), primary.clone()),
            feed: Feed::start(link.clone(), Arc::clone(&caches), shutdown.clone()),
            caches,
            publisher: Publisher::new(link.clone(), pools.read.clone(), registry)?,
            certificate: Certificate::new(
                Arc::clone(&config),
                link.clone(),
                pools.primary.clone(),
                registry,
            )?,
            overview: Cache::builder()
                .max_capacity(1)
                .time_to_live(OVERVIEW_KEPT)
                .build(),
            streams: Arc::new(Semaphore::new(config.api.max_streams)),
            exports: Arc::default(),
            counts: Counts {
                ingest_items: metrics::counter(registry, &metrics::HTTP_INGEST_ITEMS)?,
                streams: metrics::gauge(registry, &metrics::SSE_STREAMS)?,
            },
            config,
            reads: Warm::new(pools.read.clone(), pools.replica.clone()),
            pools,
            link,
        })))
    }

    /// The same, reading from the primary alone.
    pub(crate) fn on_primary(&self) -> Self {
        let mut parts = Parts::clone(self);
        parts.pools.read = parts.pools.primary.clone();
        parts.reads = Warm::new(parts.pools.primary.clone(), None);
        Self(Arc::new(parts))
    }

    /// How long a device may be quiet before it counts as silent.
    pub(crate) fn offline_after(&self) -> Duration {
        Duration::from_secs(self.config.api.offline_after_seconds)
    }
}
