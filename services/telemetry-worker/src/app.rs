//! Putting the service together: connect, make sure of streams and schema, run the pipeline, drain.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use chrono::Utc;
use sens_messaging::{Messaging, Replica};
use sens_observability::{Repeat, Runtime};
use sens_schema::{DecoderMap, Position};
use sens_storage::write::{self, BatchWriter};
use sens_storage::{PgPool, Pools};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::audit::Audit;
use crate::hold::{Hold, unless_stopped};
use crate::metrics::Metrics;
use crate::pipeline::progress::Held;
use crate::pipeline::{self, Pipeline};
use crate::{
    catalogue, commands, erasures, imports, maintenance, presence, replays, retention, rollups,
    stand_down,
};

/// How long the last connections may take to close.
const GOODBYE: Duration = Duration::from_secs(1);

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs until the shutdown token fires. After standing down it stays, so that it can be looked at and is not started again.
pub(crate) async fn run(runtime: Runtime) -> Result<(), Failure> {
    let file = runtime.config.worker.stand_down_file.clone();
    let working = stand_down::follow(file, &runtime.health, &runtime.shutdown);
    work(&runtime, &working).await?;
    runtime.shutdown.cancelled().await;
    Ok(())
}

/// Runs until the token fires. Dependencies that are away at start are waited for.
async fn work(runtime: &Runtime, working: &CancellationToken) -> Result<(), Failure> {
    let decoders = DecoderMap::configured(runtime.config.ingest.decoders.as_deref())?;
    let replica = replica(runtime);
    let metrics = Metrics::register(&runtime.registry)?;
    let jetstream = runtime.health.component("jetstream");
    let database = runtime.health.component("database");
    let pools = sens_storage::connect(&runtime.config.database, "telemetry-worker", None)?;

    let Some(messaging) = connect_messaging(runtime, &jetstream, working).await else {
        return Ok(());
    };
    let beside = Beside {
        tasks: TaskTracker::new(),
        shutdown: working.clone(),
    };
    beside.answer(&messaging, replica);
    let Some(start) = wait_for_database(&pools, &messaging, &metrics, &database, working).await
    else {
        return Ok(());
    };
    tracing::info!(
        stream.epoch = start.origin.epoch,
        ledger.high = start.origin.seq,
        "database and JetStream are there"
    );

    let (sender, catalogue) = watch::channel(Arc::new(start.catalogue));
    beside.run(catalogue::follow(pools.primary.clone(), sender));
    beside.run(maintenance::purge(messaging.clone(), metrics.clone()));
    beside.run(maintenance::care(pools.primary.clone()));
    beside.run(rollups::keep_up(pools.primary.clone(), metrics.clone()));
    beside.run(retention::follow(pools.primary.clone(), metrics.clone()));
    beside.on_request(&pools.primary, &messaging, &decoders, start.origin.epoch);
    beside.run(commands::note(pools.primary.clone(), messaging.clone()));
    beside.run(commands::care(
        pools.primary.clone(),
        messaging.clone(),
        metrics.clone(),
    ));
    let offline_after = Duration::from_secs(runtime.config.api.offline_after_seconds);
    beside.run(presence::watch(
        pools.primary.clone(),
        messaging.clone(),
        offline_after,
    ));
    let audit = Audit::new(
        messaging.clone(),
        pools.primary.clone(),
        decoders.clone(),
        start.origin.epoch,
    );
    beside.run(audit.run(metrics.clone()));
    let pipeline = Pipeline {
        config: Arc::clone(&runtime.config),
        messaging: messaging.clone(),
        writer: BatchWriter::new(pools.primary.clone()),
        pool: pools.primary.clone(),
        origin: start.origin,
        decoders,
        catalogue,
        metrics,
        database,
        database_away: AtomicBool::new(false),
        jetstream,
        unheard: AtomicBool::new(false),
        held: Held::default(),
        shutdown: working.clone(),
    };
    pipeline::run(pipeline).await;
    beside.tasks.close();
    beside.tasks.wait().await;
    messaging.close().await?;
    if tokio::time::timeout(GOODBYE, pools.primary.close())
        .await
        .is_err()
    {
        tracing::debug!("the database did not take its leave in time");
    }
    Ok(())
}

/// Work beside the pipeline: given up at once when the service stops.
struct Beside {
    tasks: TaskTracker,
    shutdown: CancellationToken,
}

impl Beside {
    /// Says that this replica runs, whoever asks.
    fn answer(&self, messaging: &Messaging, replica: Replica) {
        let messaging = messaging.clone();
        self.run(async move { messaging.answer_for(replica).await });
    }

    /// What people ask for.
    fn on_request(&self, pool: &PgPool, messaging: &Messaging, decoders: &DecoderMap, epoch: i32) {
        self.run(replays::follow(pool.clone(), decoders.clone()));
        let eraser = erasures::Eraser {
            pool: pool.clone(),
            messaging: messaging.clone(),
            decoders: decoders.clone(),
            epoch,
        };
        self.run(eraser.follow());
        let importer = imports::Importer {
            pool: pool.clone(),
            messaging: messaging.clone(),
            decoders: decoders.clone(),
            epoch,
        };
        self.run(importer.follow());
    }

    fn run(&self, work: impl Future<Output = ()> + Send + 'static) {
        let shutdown = self.shutdown.clone();
        self.tasks.spawn(async move {
            unless_stopped(&shutdown, Duration::ZERO, work).await;
        });
    }
}

/// This process, which has just started.
fn replica(runtime: &Runtime) -> Replica {
    let build = &runtime.build;
    let now = Utc::now().timestamp_micros();
    Replica::of(&runtime.config, build.service, &build.version, now)
}

async fn connect_messaging(
    runtime: &Runtime,
    health: &sens_observability::Component,
    shutdown: &CancellationToken,
) -> Option<Messaging> {
    let mut hold = Hold::default();
    let mut repeat = Repeat::default();
    loop {
        let attempt = Box::pin(async {
            let messaging = Messaging::connect(&runtime.config.nats, "telemetry-worker").await?;
            messaging.ensure_streams(&runtime.config.nats).await?;
            messaging.ensure_raw_consumer().await?;
            Ok::<_, sens_messaging::Error>(messaging)
        });
        match unless_stopped(shutdown, Duration::ZERO, attempt).await? {
            Ok(messaging) => return Some(messaging),
            Err(error) => {
                if repeat.is_due(&error.to_string(), Instant::now()) {
                    tracing::warn!(%error, "JetStream is not ready, trying again");
                }
                health.set_failing(error.to_string());
            }
        }
        if !hold.wait(shutdown).await {
            return None;
        }
    }
}

/// What the worker must know before it takes its first message.
struct Start {
    /// The epoch, and the highest position that was committed in it before this start.
    origin: Position,
    catalogue: sens_schema::Catalogue,
}

async fn wait_for_database(
    pools: &Pools,
    messaging: &Messaging,
    metrics: &Metrics,
    health: &sens_observability::Component,
    shutdown: &CancellationToken,
) -> Option<Start> {
    let mut hold = Hold::default();
    let mut repeat = Repeat::default();
    loop {
        let attempt = prepare(&pools.primary, messaging);
        match unless_stopped(shutdown, Duration::ZERO, attempt).await? {
            Ok(start) => {
                health.set_ok();
                return Some(start);
            }
            Err(error) => {
                if repeat.is_due(&error.to_string(), Instant::now()) {
                    tracing::warn!(%error, "not ready to write, trying again");
                }
                metrics.connection_failures.inc();
                health.set_failing(error.to_string());
            }
        }
        if !hold.wait(shutdown).await {
            return None;
        }
    }
}

async fn prepare(pool: &PgPool, messaging: &Messaging) -> Result<Start, Failure> {
    let found = sens_storage::schema_version(pool).await?;
    let needed = sens_storage::latest_version();
    if found < needed {
        return Err(sens_storage::Error::SchemaTooOld { found, needed }.into());
    }
    let created_at = messaging.raw_status().await?.created_at;
    let epoch = write::stream_epoch(pool, created_at).await?;
    let seq = write::committed_high_water(pool, epoch).await?;
    let catalogue = write::load_catalogue(pool).await?;
    Ok(Start {
        origin: Position { epoch, seq },
        catalogue,
    })
}
