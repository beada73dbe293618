//! Putting the service together: JetStream first, then the broker; on stop in the reverse order.

use std::sync::Arc;
use std::time::Instant;

use sens_messaging::Messaging;
use sens_observability::{Component, Runtime};
use tokio_util::sync::CancellationToken;

use crate::backoff::Backoff;
use crate::forward::Forwarder;
use crate::metrics::Metrics;
use crate::mqtt::{self, Source};
use crate::window::Window;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs until the shutdown token fires. The broker is not asked for a packet before JetStream takes messages.
pub(crate) async fn run(runtime: Runtime) -> Result<(), Failure> {
    let metrics = Metrics::register(&runtime.registry)?;
    let jetstream = runtime.health.component("jetstream");
    let broker = runtime.health.component("mqtt");
    let options = mqtt::options(&runtime.config.mqtt)?;
    let Some(messaging) = connect_messaging(&runtime, &jetstream).await else {
        return Ok(());
    };
    jetstream.set_ok();

    let window = Arc::new(Window::default());
    let (source, client, queue) = Source::new(
        Arc::clone(&runtime.config),
        options,
        Arc::clone(&window),
        metrics.clone(),
        broker,
    );
    let forwarder = Forwarder {
        publisher: messaging.publisher(),
        client,
        window,
        metrics,
        jetstream,
        shutdown: runtime.shutdown.clone(),
    };
    let drained = CancellationToken::new();
    let reading = tokio::spawn(source.run(runtime.shutdown.clone(), drained.clone()));
    // Ends when the source has closed the queue and everything in it is stored and acknowledged.
    forwarder.run(queue).await;
    // The acknowledgements are queued before the goodbye, on the same connection.
    drained.cancel();
    reading.await?;
    messaging.close().await?;
    Ok(())
}

async fn connect_messaging(runtime: &Runtime, health: &Component) -> Option<Messaging> {
    let mut backoff = Backoff::default();
    loop {
        let attempt = async {
            let messaging =
                Messaging::connect(&runtime.config.nats, "mqtt-ingestion-worker").await?;
            messaging.ensure_streams(&runtime.config.nats).await?;
            Ok::<_, sens_messaging::Error>(messaging)
        };
        match attempt.await {
            Ok(messaging) => return Some(messaging),
            Err(error) => {
                tracing::warn!(%error, "JetStream is not ready, trying again");
                health.set_failing(error.to_string());
            }
        }
        tokio::select! {
            () = tokio::time::sleep(backoff.failed(Instant::now())) => {}
            () = runtime.shutdown.cancelled() => return None,
        }
    }
}
