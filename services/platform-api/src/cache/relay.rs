//! Tells changes of the database to every replica: those made here before the request that made them is answered, those that
//! others made (workers, people at the server) within a second.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use sens_observability::CancellationToken;
use sens_storage::PgPool;
use sens_storage::changes::take_changes;
use tokio::sync::Mutex;

use crate::app::App;
use crate::cache::Caches;
use crate::link::Link;

/// How often it is looked whether others have made changes.
const LOOK: Duration = Duration::from_secs(1);
/// How long an answer may wait until its change is told; then it is told soon after.
const PATIENCE: Duration = Duration::from_secs(2);
/// These change nothing that is kept, and are many.
const LEFT_ALONE: [&str; 2] = ["/v1/ingest", "/v1/measurements:query"];

/// Tells changes. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Relay {
    pool: PgPool,
    link: Link,
    caches: Arc<Caches>,
    /// One at a time: who waits finds its change told.
    turn: Arc<Mutex<()>>,
}

impl Relay {
    /// Starts to look for changes that others have made.
    pub(crate) fn start(
        pool: PgPool,
        link: Link,
        caches: Arc<Caches>,
        shutdown: CancellationToken,
    ) -> Self {
        let relay = Self {
            pool,
            link,
            caches,
            turn: Arc::default(),
        };
        let looking = relay.clone();
        tokio::spawn(async move {
            let look = async {
                loop {
                    tokio::time::sleep(LOOK).await;
                    if looking.link.get().is_ok() {
                        looking.tell().await;
                    }
                }
            };
            tokio::select! {
                () = look => {}
                () = shutdown.cancelled() => {}
            }
        });
        relay
    }

    /// Tells what waits, to this replica first: it is right also while NATS is away.
    async fn tell(&self) {
        let _turn = self.turn.lock().await;
        loop {
            match self.tell_some().await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    tracing::debug!(error, "changes wait to be told");
                    return;
                }
            }
        }
    }

    /// Gives whether more wait.
    async fn tell_some(&self) -> Result<bool, String> {
        let taken = take_changes(&self.pool).await;
        let Some(taken) = taken.map_err(|error| error.to_string())? else {
            return Ok(false);
        };
        for event in &taken.events {
            self.caches.changed(event);
        }
        let messaging = self.link.get().map_err(|_| "NATS is away".to_owned())?;
        for event in &taken.events {
            let told = messaging.tell_change(event).await;
            told.map_err(|error| error.to_string())?;
        }
        let more = taken.more;
        taken.told().await.map_err(|error| error.to_string())?;
        Ok(more)
    }
}

/// Tells a change before it is answered: whoever made it finds every replica knowing of it.
pub(crate) async fn layer(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_left = request
        .extensions()
        .get::<MatchedPath>()
        .is_some_and(|path| LEFT_ALONE.contains(&path.as_str()));
    let reads = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    let response = next.run(request).await;
    if !reads && !is_left && response.status().is_success() {
        // Finished also when the client goes away.
        let told = tokio::spawn(async move { app.relay.tell().await });
        if tokio::time::timeout(PATIENCE, told).await.is_err() {
            tracing::warn!("a change is told later than it is answered");
        }
    }
    response
}
