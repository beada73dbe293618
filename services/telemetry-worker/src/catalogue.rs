//! The metric catalogue as the decoders use it, kept fresh.

use std::sync::Arc;
use std::time::Duration;

use sens_schema::Catalogue;
use sens_storage::PgPool;
use tokio::sync::watch;

/// A change of the catalogue reaches every worker within this time.
const REFRESH: Duration = Duration::from_secs(5);

/// Follows the catalogue in the database for ever. A database that is away leaves the last one in force.
pub(crate) async fn follow(pool: PgPool, sender: watch::Sender<Arc<Catalogue>>) {
    loop {
        tokio::time::sleep(REFRESH).await;
        match sens_storage::write::load_catalogue(&pool).await {
            Ok(catalogue) => drop(sender.send_replace(Arc::new(catalogue))),
            Err(error) => tracing::debug!(%error, "the metric catalogue was not refreshed"),
        }
    }
}
