//! Whether who listens may still listen: a key that is revoked or expires ends its streams at once.

use std::time::Duration;

use chrono::Utc;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::app::App;
use crate::auth::Caller;

/// Told to a client whose key is no longer valid.
pub(super) const ENDED: &str = "the API key is no longer valid";
/// How often it is looked, whatever is told.
const LOOK: Duration = Duration::from_secs(15);

/// Watches the key of an open stream.
pub(super) struct Watch {
    app: App,
    caller: Caller,
    changes: watch::Receiver<u64>,
}

impl Watch {
    /// From now on.
    pub(super) fn new(app: App, caller: Caller) -> Self {
        let changes = app.caches.key_changes();
        Self {
            app,
            caller,
            changes,
        }
    }

    /// Returns when the key is not valid any more. While that cannot be known it counts as valid.
    pub(super) async fn ended(&mut self) {
        loop {
            if let Ok(false) = self.app.authenticator.is_valid(&self.caller).await {
                return;
            }
            let left = self.caller.expires_at.map(|at| at - Utc::now());
            let left = left.map_or(LOOK, |left| left.to_std().unwrap_or_default().min(LOOK));
            let again = Instant::now() + left.max(Duration::from_millis(10));
            tokio::select! {
                changed = self.changes.changed() => if changed.is_err() {
                    std::future::pending::<()>().await;
                },
                () = tokio::time::sleep_until(again) => {}
            }
        }
    }
}
