//! Presence: devices that come, go or fall silent are noticed and told. Every replica looks; one at a time notes what changed.

use std::time::Duration;

use sens_messaging::Messaging;
use sens_storage::PgPool;
use sens_storage::presence::{mark_presence_told, untold_presence, watch_presence};

use crate::trouble::Trouble;

/// How soon a change is noticed.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Looks and tells, for ever.
pub(crate) async fn watch(pool: PgPool, messaging: Messaging, offline_after: Duration) {
    let mut trouble = Trouble::default();
    loop {
        trouble.note(
            &look(&pool, &messaging, offline_after).await,
            "presence is not watched",
        );
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn look(
    pool: &PgPool,
    messaging: &Messaging,
    offline_after: Duration,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    watch_presence(pool, offline_after).await?;
    let changes = untold_presence(pool).await?;
    if changes.is_empty() {
        return Ok(());
    }
    for change in &changes {
        messaging.tell_presence(&change.event).await?;
    }
    let ids: Vec<i64> = changes.iter().map(|change| change.id).collect();
    mark_presence_told(pool, &ids).await?;
    Ok(())
}
