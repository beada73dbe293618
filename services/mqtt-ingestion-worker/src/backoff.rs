//! Waiting before the next attempt to reach a broker or server that is away.

use std::time::{Duration, Instant};

use rand::Rng as _;

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(10);
/// The same while another client fights for our session: each change of hands brings everything in flight once more.
const LONGEST_CONTESTED: Duration = Duration::from_mins(1);
/// A connection must have stood this long before the next failure counts as the first again: a broker that accepts and
/// drops at once is not hammered.
pub(crate) const HEALTHY: Duration = Duration::from_secs(30);

/// Full-jitter exponential backoff that starts over only after a healthy period.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    attempts: u32,
    connected_at: Option<Instant>,
}

impl Backoff {
    /// Notes that a connection stands since `now`.
    pub(crate) fn connected(&mut self, now: Instant) {
        self.connected_at = Some(now);
    }

    /// Notes a failure at `now` and gives how long to wait.
    pub(crate) fn failed(&mut self, now: Instant) -> Duration {
        self.wait(now, LONGEST)
    }

    /// The same after another client has taken our session.
    pub(crate) fn contested(&mut self, now: Instant) -> Duration {
        self.wait(now, LONGEST_CONTESTED)
    }

    fn wait(&mut self, now: Instant, longest: Duration) -> Duration {
        let stood = self
            .connected_at
            .take()
            .map(|since| now.saturating_duration_since(since));
        if stood.is_some_and(|stood| stood >= HEALTHY) {
            self.attempts = 0;
        }
        let ceiling = longest.min(FIRST * 2_u32.pow(self.attempts.min(10)));
        self.attempts = self.attempts.saturating_add(1);
        ceiling.mul_f64(rand::rng().random_range(0.0..1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_connection_does_not_reset_the_backoff() {
        let mut backoff = Backoff::default();
        let start = Instant::now();
        for _ in 0..20 {
            backoff.connected(start);
            assert!(backoff.failed(start + Duration::from_secs(1)) <= LONGEST);
        }
        assert_eq!(backoff.attempts, 20);
        backoff.connected(start);
        assert!(backoff.failed(start + HEALTHY) <= FIRST);
        assert_eq!(backoff.attempts, 1);
    }
}
