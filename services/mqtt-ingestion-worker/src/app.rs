//! Putting the service together: JetStream first, then the broker; on stop in the reverse order.

use std::sync::Arc;
use std::time::Instant;

use chrono::Utc;
use sens_messaging::{Messaging, Replica};
use sens_observability::{Component, Mode, Repeat, Runtime};
use sens_schema::Micros;

use crate::backoff::Backoff;
use crate::commands;
use crate::forward::Forwarder;
use crate::metrics::Metrics;
use crate::mqtt::{self, Purpose, Source};
use crate::parking::Parking;
use crate::quota::Quotas;
use crate::sessions;
use crate::window::Window;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Ends the session of a replica that will not come back.
pub(crate) const RETIRE: Mode = Mode {
    name: "retire",
    about: "Take what the session of SENS_MQTT__CLIENT_ID still holds, then end it at the broker",
};

/// Runs until the shutdown token fires, or until the session is ended in the mode [`RETIRE`].
pub(crate) async fn run(runtime: Runtime) -> Result<(), Failure> {
    let started_at = Utc::now().timestamp_micros();
    let metrics = Metrics::register(&runtime.registry)?;
    let jetstream = runtime.health.component("jetstream");
    let broker = runtime.health.component("mqtt");
    let options = mqtt::options(&runtime.config.mqtt)?;
    let Some(messaging) = connect_messaging(&runtime, &jetstream).await else {
        return Ok(());
    };
    jetstream.set_ok();

    if runtime.mode == Some(RETIRE) {
        forward(
            &runtime,
            &messaging,
            metrics,
            (jetstream, broker),
            Purpose::Retire,
        )
        .await?;
        if runtime.shutdown.is_cancelled() {
            return Err("stopped before the session was drained: run it again".into());
        }
        mqtt::end_session(options).await?;
        messaging
            .forget_session(&runtime.config.mqtt.client_id)
            .await?;
        tracing::info!(mqtt.client_id = %runtime.config.mqtt.client_id, "the session is drained and ended");
    } else {
        answer(&runtime, &messaging, started_at);
        let config = runtime.config.mqtt.clone();
        let watch = sessions::watch(
            messaging.clone(),
            config,
            metrics.clone(),
            runtime.health.component("session"),
            runtime.shutdown.clone(),
        );
        let watching = tokio::spawn(watch);
        let sending = tokio::spawn(commands::run(
            messaging.clone(),
            runtime.config.mqtt.clone(),
            metrics.clone(),
            runtime.shutdown.clone(),
        ));
        forward(
            &runtime,
            &messaging,
            metrics,
            (jetstream, broker),
            Purpose::Serve,
        )
        .await?;
        watching.await?;
        sending.await?;
    }
    messaging.close().await?;
    Ok(())
}

/// Says that this replica runs, whoever asks, until the service stops.
fn answer(runtime: &Runtime, messaging: &Messaging, started_at: Micros) {
    let build = &runtime.build;
    let replica = Replica::of(&runtime.config, build.service, &build.version, started_at);
    let (messaging, shutdown) = (messaging.clone(), runtime.shutdown.clone());
    tokio::spawn(async move {
        shutdown
            .run_until_cancelled(messaging.answer_for(replica))
            .await;
    });
}

/// Reads, stores and acknowledges until the service stops or, when retiring, nothing more comes. The broker is not asked
/// for a packet before JetStream takes messages.
async fn forward(
    runtime: &Runtime,
    messaging: &Messaging,
    metrics: Metrics,
    (jetstream, broker): (Component, Component),
    purpose: Purpose,
) -> Result<(), Failure> {
    let options = mqtt::options(&runtime.config.mqtt)?;
    let window = Arc::new(Window::default());
    let config = Arc::clone(&runtime.config);
    let (source, acks, queue) = Source::new(
        config,
        options,
        Arc::clone(&window),
        metrics.clone(),
        broker,
        purpose,
    );
    let ingest = &runtime.config.ingest;
    let quotas = Quotas::new(ingest.device_rate, ingest.device_burst);
    let parking = Parking::new(messaging.clone(), quotas, metrics.clone());
    let unparking = parking
        .clone()
        .run(messaging.publisher(), runtime.shutdown.clone());
    let unparking = (purpose == Purpose::Serve).then(|| tokio::spawn(unparking));
    let forwarder = Forwarder {
        publisher: messaging.publisher(),
        parking,
        acks,
        window,
        metrics,
        jetstream,
        shutdown: runtime.shutdown.clone(),
    };
    let reading = tokio::spawn(source.run(runtime.shutdown.clone()));
    // Ends when the source has closed the queue and everything in it is stored and its acknowledgement passed on.
    forwarder.run(queue).await;
    reading.await?;
    if let Some(unparking) = unparking {
        unparking.await?;
    }
    Ok(())
}

async fn connect_messaging(runtime: &Runtime, health: &Component) -> Option<Messaging> {
    let mut backoff = Backoff::default();
    let mut repeat = Repeat::default();
    loop {
        let attempt = async {
            let messaging =
                Messaging::connect(&runtime.config.nats, "mqtt-ingestion-worker").await?;
            messaging.ensure_streams(&runtime.config.nats).await?;
            Ok::<_, sens_messaging::Error>(messaging)
        };
        let attempted = tokio::select! {
            attempted = Box::pin(attempt) => attempted,
            () = runtime.shutdown.cancelled() => return None,
        };
        match attempted {
            Ok(messaging) => return Some(messaging),
            Err(error) => {
                if repeat.is_due(&error.to_string(), Instant::now()) {
                    tracing::warn!(%error, "JetStream is not ready, trying again");
                }
                health.set_failing(error.to_string());
            }
        }
        tokio::select! {
            () = tokio::time::sleep(backoff.failed(Instant::now())) => {}
            () = runtime.shutdown.cancelled() => return None,
        }
    }
}
