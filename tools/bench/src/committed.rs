//! Waiting until messages are committed, and letting as many new ones in as were.

use std::time::{Duration, Instant};

use anyhow::Result;
use sqlx::PgConnection;
use tokio::sync::Semaphore;
use tokio::time::{MissedTickBehavior, interval};

use crate::progress::Progress;

/// How often the database is asked. Bounds the error of the time that is measured.
const ASK: Duration = Duration::from_millis(20);
/// Give up when nothing is committed for so long.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// What is waited for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Goal {
    /// Gives the number of messages committed, as a bigint.
    pub(crate) query: &'static str,
    /// What it gives before the first message.
    pub(crate) before: u64,
    /// Messages to wait for.
    pub(crate) count: u64,
}

/// How the waiting ended.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ended {
    /// All are committed; the last change was seen then.
    All(Instant),
    /// So many are committed, and none for a long time.
    Stuck(u64),
}

/// Asks until all are committed. `alive` fails when waiting makes no sense any more.
pub(crate) async fn follow(
    sql: &mut PgConnection,
    goal: Goal,
    gate: &Semaphore,
    progress: &Progress,
    mut alive: impl FnMut() -> Result<()>,
) -> Result<Ended> {
    let mut tick = interval(ASK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut done = 0;
    let mut changed = Instant::now();
    loop {
        tick.tick().await;
        let committed: i64 = sqlx::query_scalar(goal.query).fetch_one(&mut *sql).await?;
        let now = committed.cast_unsigned().saturating_sub(goal.before);
        if now > done {
            gate.add_permits(usize::try_from(now - done)?);
            changed = Instant::now();
            done = now;
            progress.set(done);
        }
        if done >= goal.count {
            return Ok(Ended::All(changed));
        }
        alive()?;
        if changed.elapsed() > PATIENCE {
            return Ok(Ended::Stuck(done));
        }
    }
}
