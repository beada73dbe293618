//! An even rate without bursts after a pause.

use std::time::Duration;

use tokio::time::Instant;

use crate::cli::Rate;

/// A fall behind of more than this is forgotten instead of caught up.
const FORGIVE: Duration = Duration::from_secs(1);

/// Says when the next message is due.
#[derive(Debug)]
pub(crate) struct Pacer {
    gap: Option<Duration>,
    due: Instant,
}

impl Pacer {
    /// Paces at `rate`, the first message being due after `offset` of a gap (0 to 1), so that
    /// several pacers do not beat in step.
    pub(crate) fn new(rate: Rate, offset: f64) -> Self {
        let gap = match rate {
            Rate::Max => None,
            Rate::PerSecond(rate) => Duration::try_from_secs_f64(1.0 / rate).ok(),
        };
        let due = Instant::now() + gap.unwrap_or_default().mul_f64(offset);
        Self { gap, due }
    }

    /// Waits until the next message is due.
    pub(crate) async fn wait(&mut self) {
        let Some(gap) = self.gap else { return };
        let now = Instant::now();
        if self.due > now {
            tokio::time::sleep_until(self.due).await;
        } else if now - self.due > FORGIVE {
            self.due = now;
        }
        self.due += gap;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn keeps_the_rate() {
        let start = Instant::now();
        let mut pacer = Pacer::new(Rate::PerSecond(1000.0), 0.0);
        for _ in 0..50 {
            pacer.wait().await;
        }
        assert!(
            start.elapsed() >= Duration::from_millis(49),
            "{:?}",
            start.elapsed()
        );
        let mut pacer = Pacer::new(Rate::Max, 0.5);
        for _ in 0..1000 {
            pacer.wait().await;
        }
    }
}
