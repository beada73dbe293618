//! From a started process to a listening service, and back.

use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt as _;
use chrono::Utc;
use sens_messaging::Replica;
use sens_observability::{Need, RunError, Runtime, ServiceInfo, metrics};
use tokio::net::TcpListener;

use crate::app::App;
use crate::http::edge::Edge;
use crate::link::Link;
use crate::router;
use crate::routes::system::watch_durability;
use crate::routes::{exports, health};

/// What the service says about itself.
pub const INFO: ServiceInfo = ServiceInfo {
    name: "platform-api",
    version: env!("CARGO_PKG_VERSION"),
    about: "REST, live streams and administration of SENS Platform",
    needs: &[Need::Database, Need::Nats, Need::Api],
    modes: &[],
};

/// Serves until the runtime's shutdown fires and open requests are answered.
///
/// # Errors
/// When a setting cannot be used or the address is taken.
pub async fn run(runtime: Runtime) -> Result<(), RunError> {
    let config = Arc::clone(&runtime.config);
    let started_at = Utc::now().timestamp_micros();
    // First of all: whoever is told that the service is ready must find it here.
    let address = config.api.listen;
    let listener = TcpListener::bind(address).await.map_err(|error| {
        format!("cannot listen on {address} for the REST API ({error}); set SENS_API__LISTEN to a free address")
    })?;
    let statement_timeout = Duration::from_secs(config.api.request_timeout_seconds);
    let pools = sens_storage::connect(&config.database, "platform-api", Some(statement_timeout))?;
    let link = Link::start(Arc::clone(&config), runtime.shutdown.clone());
    let failures = metrics::counter(&runtime.registry, &metrics::DB_CONNECTION_FAILURES)?;
    health::watch_database(
        &runtime.health,
        pools.read.clone(),
        failures,
        runtime.shutdown.clone(),
    );
    health::watch_replica(
        &runtime.registry,
        pools.replica.clone(),
        runtime.shutdown.clone(),
    )?;
    let replica = Replica::of(&config, INFO.name, &runtime.build.version, started_at);
    link.clone().answer_for(replica, runtime.shutdown.clone());
    let app = App::new(&runtime, pools.clone(), link)?;
    watch_durability(app.certificate.clone(), runtime.shutdown.clone());
    let exports = tokio::spawn(exports::follow(app.clone()));
    let router = router::router(app, Edge::new(&runtime.registry)?);

    tracing::info!(address = %listener.local_addr()?, "serving the REST API");
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "small answers may be delayed");
        }
    });
    // A service already: axum copies a router with all its routes for each connection.
    axum::serve(listener, router.into_make_service())
        .with_graceful_shutdown(runtime.shutdown.cancelled_owned())
        .await?;
    exports.await?;
    pools.primary.close().await;
    pools.read.close().await;
    Ok(())
}
