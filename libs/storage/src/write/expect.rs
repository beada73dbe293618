//! Whether a batch's rows are inserted as if all of them were new. Nearly always they are, and then it costs a third less;
//! when one is not, the whole statement is done again and leaves dead rows behind.

use std::sync::atomic::{AtomicU32, Ordering};

/// Fewer rows are looked up in any case: what that costs is less than what expecting costs.
const FEW: usize = 64;
/// So many batches are looked up after one that held something known: what a device sends twice seldom comes alone.
const CAREFUL: u32 = 100;

/// What the last batches were like.
#[derive(Debug, Default)]
pub(super) struct Expectation {
    /// Batches that are still looked up.
    careful: AtomicU32,
}

impl Expectation {
    /// Whether the rows of the next batch are expected to be new.
    pub(super) fn all_new(&self, rows: usize) -> bool {
        let one_less = |careful: u32| careful.checked_sub(1);
        let careful = self
            .careful
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less)
            .is_ok();
        rows >= FEW && !careful
    }

    /// Something was there already.
    pub(super) fn disappoint(&self) {
        self.careful.store(CAREFUL, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_something_known_the_next_batches_are_looked_up() {
        let expectation = Expectation::default();
        assert!(expectation.all_new(FEW));
        assert!(!expectation.all_new(FEW - 1));
        expectation.disappoint();
        for _ in 0..CAREFUL {
            assert!(!expectation.all_new(1000));
        }
        assert!(expectation.all_new(1000));
    }
}
