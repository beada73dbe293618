//! Faults that last: told at once, then once in a while, not at every attempt.

use std::time::{Duration, Instant};

/// A fault that lasts is told again after this time.
const AGAIN: Duration = Duration::from_mins(1);

/// What was told last.
#[derive(Debug, Default)]
pub struct Repeat {
    told: Option<(String, Instant)>,
}

impl Repeat {
    /// Whether the fault is to be told at `now`: it is another one than before, or has lasted for a minute since.
    pub fn is_due(&mut self, fault: &str, now: Instant) -> bool {
        let due = self
            .told
            .as_ref()
            .is_none_or(|(told, at)| told != fault || now.saturating_duration_since(*at) >= AGAIN);
        if due {
            self.told = Some((fault.to_owned(), now));
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lasting_fault_is_told_once_a_minute_and_another_one_at_once() {
        let mut repeat = Repeat::default();
        let start = Instant::now();
        let told = |repeat: &mut Repeat, fault: &str, second| {
            repeat.is_due(fault, start + Duration::from_secs(second))
        };
        assert!(told(&mut repeat, "away", 0));
        assert!(!told(&mut repeat, "away", 59));
        assert!(told(&mut repeat, "away", 60));
        assert!(!told(&mut repeat, "away", 61));
        assert!(told(&mut repeat, "full", 61));
        assert!(told(&mut repeat, "away", 62));
    }
}
