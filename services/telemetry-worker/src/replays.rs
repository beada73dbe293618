//! Replays that were asked for. Of several replicas the first one does them; one that dies or stops midway leaves the rest to
//! whoever comes next.

use std::time::Duration;

use sens_schema::DecoderMap;
use sens_storage::WorkState;
use sens_storage::replay::{self};
use sens_storage::{Error, PgPool};

use crate::trouble::Trouble;

/// How soon a replay that was asked for begins.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Does what is asked for, for ever.
pub(crate) async fn follow(pool: PgPool, decoders: DecoderMap) {
    let mut trouble = Trouble::default();
    loop {
        trouble.note(&look(&pool, &decoders).await, "a replay cannot go on");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn look(pool: &PgPool, decoders: &DecoderMap) -> Result<(), Error> {
    if !replay::is_replay_open(pool).await? {
        return Ok(());
    }
    let Some(mut replays) = replay::take_replays(pool, decoders.clone()).await? else {
        return Ok(());
    };
    while let Some(run) = replays.next().await? {
        match replays.perform(run).await? {
            Some(WorkState::Failed) => {
                tracing::error!(run, "a replay failed; its detail says why");
            }
            Some(state) => tracing::info!(run, state = state.as_str(), "a replay is over"),
            None => {}
        }
    }
    replays.end().await
}
