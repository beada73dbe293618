//! Keeping the rollups up with the readings. Every replica tries; one at a time works, and any of them may stop at any point.

use std::time::{Duration, Instant};

use sens_storage::rollup::{self, Rollups, Step};
use sens_storage::{Error, PgPool};

use crate::metrics::Metrics;
use crate::trouble::Trouble;

/// Least pause when nothing is left to do; as often what waits is counted.
const PAUSE: Duration = Duration::from_secs(2);
/// The pause after a slice is so many times as long as the slice: rollups take a twentieth of the time, and ingest has the rest.
/// Waiting makes the work less, because a bucket that is still being filled is computed again by every pass.
const REST: u32 = 19;
/// All pauses of a pass together, however much there is to do.
const LONGEST: Duration = Duration::from_mins(1);
/// How long a slice should take: what it delays, it delays by less than that.
const SLICE: Duration = Duration::from_millis(20);
/// Marks in the first slice, and in any.
const FIRST: usize = 100;
const SMALLEST: usize = 20;
const LARGEST: usize = 5_000;

/// Recomputes what is marked, for ever.
pub(crate) async fn keep_up(pool: PgPool, metrics: Metrics) {
    let mut keeper = Keeper {
        pool,
        metrics,
        turn: None,
        marks: FIRST,
        looked_at: None,
    };
    let mut trouble = Trouble::default();
    loop {
        let passed = keeper.pass().await;
        if passed.is_err() {
            let failed = &keeper.metrics.rollup_passes;
            failed.with_label_values(&["failed"]).inc();
            // The turn goes with its session.
            keeper.turn = None;
        }
        let more = passed.as_ref().is_ok_and(|more| *more);
        trouble.note(&passed.map(drop), "rollups are not recomputed");
        if !more {
            tokio::time::sleep(PAUSE).await;
        }
    }
}

struct Keeper {
    pool: PgPool,
    metrics: Metrics,
    turn: Option<Rollups>,
    /// Marks in the next slice.
    marks: usize,
    /// When what waits was counted.
    looked_at: Option<Instant>,
}

impl Keeper {
    /// One pass, slice by slice. Gives whether more waits.
    async fn pass(&mut self) -> Result<bool, Error> {
        self.look().await?;
        if self.turn.is_none() {
            self.turn = rollup::take_rollups(&self.pool).await?;
        }
        let Some(turn) = &mut self.turn else {
            return Ok(false);
        };
        let Some(mut pass) = turn.begin().await? else {
            return Ok(false);
        };
        let mut worked = Duration::ZERO;
        while let Some(turn) = &mut self.turn {
            let (started, left) = (Instant::now(), pass.left());
            let step = turn.slice(&mut pass, self.marks).await?;
            let took = started.elapsed();
            worked += took;
            match step {
                Step::Elsewhere => return Ok(false),
                Step::Done => break,
                Step::Going => {}
            }
            self.marks = marks_for(self.marks, took);
            let share = (left - pass.left()) as f64 / pass.marks.max(1) as f64;
            tokio::time::sleep(pause(took, share, pass.more)).await;
            self.look().await?;
        }
        self.metrics
            .rollup_passes
            .with_label_values(&["done"])
            .inc();
        self.metrics.rollup_seconds.observe(worked.as_secs_f64());
        self.count().await?;
        Ok(pass.more)
    }

    /// Every now and then: notes what is settled, and counts what waits.
    async fn look(&mut self) -> Result<(), Error> {
        if self.looked_at.is_none_or(|at| at.elapsed() >= PAUSE) {
            rollup::tick(&self.pool).await?;
            self.count().await?;
        }
        Ok(())
    }

    async fn count(&mut self) -> Result<(), Error> {
        let backlog = rollup::backlog(&self.pool).await?;
        self.metrics.rollup_pending.set(backlog.pending);
        let lag = i64::try_from(backlog.lag.as_secs()).unwrap_or(i64::MAX);
        self.metrics.rollup_lag.set(lag);
        self.looked_at = Some(Instant::now());
        Ok(())
    }
}

/// Marks for the next slice, after one with so many took so long.
fn marks_for(marks: usize, took: Duration) -> usize {
    if took > SLICE * 2 {
        (marks / 2).max(SMALLEST)
    } else if took < SLICE / 2 {
        (marks * 2).min(LARGEST)
    } else {
        marks
    }
}

/// The pause after a slice that was this share of its pass. While more waits than fits into a pass, ingest has half of the time.
fn pause(took: Duration, share: f64, more: bool) -> Duration {
    if more {
        took
    } else {
        (took * REST).min(LONGEST.mul_f64(share.clamp(0.0, 1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_grow_and_shrink_to_their_time() {
        let ms = Duration::from_millis;
        assert_eq!(marks_for(100, ms(80)), 50);
        assert_eq!(marks_for(30, ms(80)), SMALLEST);
        assert_eq!(marks_for(100, ms(2)), 200);
        assert_eq!(marks_for(LARGEST, ms(2)), LARGEST);
        assert_eq!(marks_for(100, ms(20)), 100);
    }

    #[test]
    fn ingest_has_the_rest_of_the_time() {
        let ms = Duration::from_millis;
        assert_eq!(pause(ms(20), 0.5, false), ms(380));
        assert_eq!(
            pause(ms(20), 0.001, false),
            ms(60),
            "a large pass ends in time"
        );
        assert_eq!(pause(ms(20), 0.001, true), ms(20));
    }
}
