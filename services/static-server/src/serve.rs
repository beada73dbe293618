//! From a folder to a listening server, and back.

use std::sync::Arc;

use sens_observability::{RunError, Runtime};
use tokio::net::TcpListener;

use crate::site::Site;

/// Serves until the runtime's shutdown fires and open requests are answered.
pub(crate) async fn run(runtime: Runtime) -> Result<(), RunError> {
    let config = Arc::clone(&runtime.config);
    let folder = config
        .api
        .static_dir
        .clone()
        .ok_or("STATIC_DIR is not set; name the folder of the built pages")?;
    let files = runtime.health.component("files");
    let site = Site::open(&folder)?;
    let address = config.api.listen;
    let listener = TcpListener::bind(address).await.map_err(|error| {
        format!("cannot listen on {address} for the pages ({error}); set SENS_API__LISTEN to a free address")
    })?;
    tracing::info!(address = %listener.local_addr()?, folder = %folder.display(), kind = site.kind(), "serving pages");
    files.set_ok();
    // A service already: axum copies a router with all its routes for each connection.
    axum::serve(listener, site.router().into_make_service())
        .with_graceful_shutdown(runtime.shutdown.cancelled_owned())
        .await?;
    Ok(())
}
