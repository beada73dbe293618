//! The read replica: reads go there while it answers and is not too far behind, and to the primary otherwise.
//!
//! Its lag is measured, not believed: the primary is asked how far its log is, and the replica when it has got there. A
//! replica that is cut off from the primary, or was promoted beside it, falls behind by this measure, however idle both are.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection, PgPool};

/// How often both are asked.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// After a fault, so many looks in a row must be good before reads go to the replica again.
const GOOD_LOOKS: u32 = 3;
/// Positions of the primary that the replica has not reached; more than any useful bound needs.
const SAMPLES: usize = 4096;

const PRIMARY: &str = "SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint";

const REPLICA: &str = "
    SELECT coalesce(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END - '0/0'::pg_lsn, 0)::bigint";

/// What is known of the read replica. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Replica(Arc<State>);

#[derive(Debug)]
struct State {
    used: AtomicBool,
    lag_micros: AtomicU64,
    switched: Mutex<Instant>,
    fault: Mutex<Option<String>>,
}

impl Replica {
    pub(crate) fn new() -> Self {
        Self(Arc::new(State {
            used: AtomicBool::new(false),
            lag_micros: AtomicU64::new(0),
            switched: Mutex::new(Instant::now()),
            fault: Mutex::new(Some("it was not asked yet".to_owned())),
        }))
    }

    /// Whether reads go to the replica; otherwise they go to the primary.
    pub fn is_used(&self) -> bool {
        self.0.used.load(Ordering::Relaxed)
    }

    /// How far it was behind when it answered last.
    pub fn lag(&self) -> Duration {
        Duration::from_micros(self.0.lag_micros.load(Ordering::Relaxed))
    }

    /// Why reads go to the primary, in general terms.
    pub fn fault(&self) -> Option<String> {
        let fault = self.0.fault.lock();
        fault.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether a connection of this age leads where reads go now. One that was being made during a switch may not: it is
    /// taken for old as long as making one may take.
    pub(crate) fn is_current(&self, age: Duration, connecting: Duration) -> bool {
        let switched = self.0.switched.lock();
        is_after(
            age,
            connecting,
            switched.unwrap_or_else(PoisonError::into_inner).elapsed(),
        )
    }

    fn note(&self, lag: Duration, fault: Option<String>) {
        let micros = u64::try_from(lag.as_micros()).unwrap_or(u64::MAX);
        self.0.lag_micros.store(micros, Ordering::Relaxed);
        *self.0.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    fn switch(&self, used: bool) {
        self.0.used.store(used, Ordering::Relaxed);
        *self
            .0
            .switched
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

fn is_after(age: Duration, connecting: Duration, switched: Duration) -> bool {
    age + connecting <= switched
}

/// Decides for ever where the `read` pool leads: to the replica with the options that `replica` gives, or where `primary`
/// leads.
pub(crate) async fn watch(
    state: Replica,
    read: PgPool,
    primary: PgPool,
    replica: impl Fn() -> Option<PgConnectOptions>,
    max_lag: Duration,
) {
    let mut look = Look::new(max_lag);
    while !read.is_closed() {
        let options = replica();
        let verdict = look.again(&primary, options.as_ref()).await;
        let used = match &verdict {
            Verdict::Good => state.is_used() || look.good >= GOOD_LOOKS,
            Verdict::Unknown => state.is_used(),
            Verdict::Bad(_) => false,
        };
        let fault = match verdict {
            Verdict::Bad(fault) => Some(fault),
            Verdict::Good | Verdict::Unknown if used => None,
            Verdict::Good => Some("it has caught up and is watched for a moment".to_owned()),
            Verdict::Unknown => state.fault(),
        };
        // Also without a switch: either login may have changed.
        match options.filter(|_| used) {
            Some(options) => read.set_connect_options(options),
            None => read.set_connect_options((*primary.connect_options()).clone()),
        }
        let switched = used != state.is_used();
        if switched {
            state.switch(used);
        }
        if switched && used {
            tracing::info!("reads go to the read replica");
        } else if switched {
            tracing::warn!(
                fault = fault.as_deref(),
                "reads go to the primary until the read replica is well again"
            );
        }
        state.note(look.lag, fault);
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// What a look says of the replica.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    /// It answers and is near enough.
    Good,
    /// It answers, and the primary does not: how far it is behind cannot be told.
    Unknown,
    /// It does not answer, or is too far behind.
    Bad(String),
}

/// Connections to both, and what is known of their positions.
struct Look {
    max_lag: Duration,
    primary: Option<PgConnection>,
    replica: Option<PgConnection>,
    behind: Behind,
    lag: Duration,
    good: u32,
}

impl Look {
    fn new(max_lag: Duration) -> Self {
        Self {
            max_lag,
            primary: None,
            replica: None,
            behind: Behind::default(),
            lag: Duration::ZERO,
            good: 0,
        }
    }

    async fn again(&mut self, primary: &PgPool, replica: Option<&PgConnectOptions>) -> Verdict {
        let asked = Instant::now();
        let wanted = ask(&mut self.primary, &primary.connect_options(), PRIMARY).await;
        let reached = match replica {
            Some(options) => ask(&mut self.replica, options, REPLICA).await,
            None => None,
        };
        let Some(reached) = reached else {
            self.good = 0;
            return Verdict::Bad("it does not answer".to_owned());
        };
        let Some(wanted) = wanted else {
            return Verdict::Unknown;
        };
        self.lag = self.behind.by(asked, wanted, reached, Instant::now());
        if self.lag > self.max_lag {
            self.good = 0;
            let lag = self.lag.as_secs();
            return Verdict::Bad(format!("it is {lag} s behind the primary"));
        }
        self.good = self.good.saturating_add(1);
        Verdict::Good
    }
}

async fn ask(
    connection: &mut Option<PgConnection>,
    options: &PgConnectOptions,
    question: &'static str,
) -> Option<i64> {
    let answer = async {
        let mut open = match connection.take() {
            Some(open) => open,
            None => PgConnection::connect_with(options).await?,
        };
        let answer = sqlx::query_scalar(question).fetch_one(&mut open).await?;
        *connection = Some(open);
        Ok::<i64, sqlx::Error>(answer)
    };
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(Ok(answer)) => Some(answer),
        Ok(Err(error)) => {
            tracing::debug!(%error, "a server was not asked for its position");
            None
        }
        Err(_) => None,
    }
}

/// Positions of the primary at which the replica is not yet, oldest first.
#[derive(Debug, Default)]
struct Behind {
    samples: VecDeque<(Instant, i64)>,
}

impl Behind {
    /// The primary was at `wanted` when it was asked, and the replica is at `reached` now: how far it is behind.
    fn by(&mut self, asked: Instant, wanted: i64, reached: i64, now: Instant) -> Duration {
        // A primary that was restored from a backup starts anew.
        if self.samples.back().is_some_and(|last| last.1 > wanted) {
            self.samples.clear();
        }
        self.samples.push_back((asked, wanted));
        if self.samples.len() > SAMPLES {
            // The oldest says how far it is behind.
            self.samples.remove(1);
        }
        while self.samples.front().is_some_and(|first| first.1 <= reached) {
            self.samples.pop_front();
        }
        let oldest = self.samples.front();
        oldest.map_or(Duration::ZERO, |(since, _)| now.duration_since(*since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lag_is_the_age_of_what_the_replica_lacks() {
        let mut behind = Behind::default();
        let start = Instant::now();
        let mut at = |second, wanted, reached| {
            let now = start + Duration::from_secs(second);
            behind.by(now, wanted, reached, now).as_secs()
        };
        assert_eq!(at(0, 10, 10), 0);
        assert_eq!(at(1, 20, 10), 0);
        // Nothing was written since: what it lacks is three seconds old.
        assert_eq!(at(4, 20, 10), 3);
        assert_eq!(at(7, 30, 20), 0);
        assert_eq!(at(8, 30, 25), 1);
        assert_eq!(at(9, 30, 30), 0);
    }

    #[test]
    fn connections_of_before_a_switch_are_not_used_after_it() {
        let seconds = Duration::from_secs;
        assert!(!is_after(seconds(50), seconds(5), seconds(8)));
        assert!(!is_after(seconds(4), seconds(5), seconds(8)));
        assert!(is_after(seconds(2), seconds(5), seconds(8)));
    }
}
