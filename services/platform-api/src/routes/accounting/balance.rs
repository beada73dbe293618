//! The sums: received = parsed + failed + control + dead + in flight, decoded = processed + duplicate + error.
//!
//! Sequences of the stream have no gaps, so the positions that are neither committed nor waiting are lost; they are
//! received all the same, and nothing balances them.

use sens_messaging::RawStatus;
use sens_storage::query::accounting::{CommittedPositions, EpochSplit, LedgerTotals};
use serde::Serialize;
use utoipa::ToSchema;

/// What became of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct MessageAccount {
    /// Messages JetStream took.
    pub(crate) received: i64,
    /// Read without error.
    pub(crate) parsed: i64,
    /// With an error.
    pub(crate) failed: i64,
    /// Startup, status and acknowledgement messages.
    pub(crate) control: i64,
    /// Refused by the database for good.
    pub(crate) dead: i64,
    /// Waiting in the stream. Counted only when the interval has no end or ends in the future.
    pub(crate) in_flight: i64,
}

/// What became of readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ReadingAccount {
    /// Readings found in messages.
    pub(crate) decoded: i64,
    /// Stored.
    pub(crate) processed: i64,
    /// There already.
    pub(crate) duplicate: i64,
    /// Bad.
    pub(crate) error: i64,
}

/// Both accounts, and whether they balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Balance {
    /// Messages.
    pub(crate) messages: MessageAccount,
    /// Readings.
    pub(crate) readings: ReadingAccount,
    /// Whether both sums hold.
    pub(crate) balanced: bool,
}

/// Where the positions of the stream are split: up to the floor everything must be committed, because only what is
/// committed is acknowledged or purged; after it something may wait.
pub(crate) fn split(epoch: Option<i32>, status: &RawStatus) -> EpochSplit {
    EpochSplit {
        epoch,
        floor: signed(status.floor()),
        last: signed(status.last_sequence),
    }
}

/// How many messages wait: after the floor, neither committed nor lost.
pub(crate) fn in_flight(split: EpochSplit, committed: CommittedPositions, lost_after: u64) -> i64 {
    split.last - split.floor - committed.to_last - signed(lost_after)
}

/// Balances the ledger with what waits and what is lost.
pub(crate) fn balance(totals: &LedgerTotals, in_flight: i64, lost: u64) -> Balance {
    let messages = MessageAccount {
        received: totals.positions + in_flight + signed(lost),
        parsed: totals.parsed,
        failed: totals.failed,
        control: totals.control,
        dead: totals.dead,
        in_flight,
    };
    let readings = ReadingAccount {
        decoded: totals.decoded,
        processed: totals.processed,
        duplicate: totals.duplicate,
        error: totals.error,
    };
    Balance {
        messages,
        readings,
        balanced: messages.balances() && readings.balances(),
    }
}

impl MessageAccount {
    /// Whether what was received is what became of it.
    pub(crate) fn balances(&self) -> bool {
        self.received == self.parsed + self.failed + self.control + self.dead + self.in_flight
    }
}

impl ReadingAccount {
    /// Whether what was decoded is what became of it.
    pub(crate) fn balances(&self) -> bool {
        self.decoded == self.processed + self.duplicate + self.error
    }
}

fn signed(sequence: u64) -> i64 {
    i64::try_from(sequence).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(first_sequence: u64, last_sequence: u64, ack_floor: u64) -> RawStatus {
        RawStatus {
            created_at: 0,
            first_sequence,
            last_sequence,
            messages: last_sequence + 1 - first_sequence,
            bytes: 0,
            max_bytes: 0,
            pending: 0,
            ack_pending: 0,
            ack_floor,
        }
    }

    fn totals(positions: i64) -> LedgerTotals {
        LedgerTotals {
            positions,
            parsed: positions - 1,
            failed: 1,
            decoded: 30,
            processed: 20,
            duplicate: 8,
            error: 2,
            ..LedgerTotals::default()
        }
    }

    #[test]
    fn what_is_not_committed_is_in_flight() {
        let split = split(Some(1), &status(81, 100, 80));
        assert_eq!((split.floor, split.last), (80, 100));
        let committed = CommittedPositions {
            to_floor: 80,
            to_last: 10,
        };
        let balance = balance(&totals(90), in_flight(split, committed, 0), 0);
        assert_eq!(
            (balance.messages.received, balance.messages.in_flight),
            (100, 10)
        );
        assert!(balance.balanced);
    }

    #[test]
    fn a_position_that_left_the_stream_uncommitted_is_lost() {
        let split = split(Some(1), &status(81, 100, 0));
        assert_eq!(
            split.floor, 80,
            "a purge proves commits as an acknowledgement does"
        );
        let committed = CommittedPositions {
            to_floor: 79,
            to_last: 19,
        };
        // One before the floor, one after it.
        let balance = balance(&totals(98), in_flight(split, committed, 1), 2);
        assert_eq!(
            (balance.messages.received, balance.messages.in_flight),
            (100, 0)
        );
        assert!(!balance.balanced);
    }

    #[test]
    fn sums_that_disagree_with_the_positions_do_not_balance() {
        assert!(balance(&totals(50), 0, 0).balanced);
        let wrong = LedgerTotals {
            parsed: 40,
            ..totals(50)
        };
        assert!(!balance(&wrong, 0, 0).balanced);
        let wrong = LedgerTotals {
            duplicate: 9,
            ..totals(50)
        };
        assert!(!balance(&wrong, 0, 0).balanced);
    }

    #[test]
    fn an_empty_stream_balances() {
        let split = split(None, &status(1, 0, 0));
        let waiting = in_flight(split, CommittedPositions::default(), 0);
        let balance = balance(&LedgerTotals::default(), waiting, 0);
        assert_eq!(balance.messages.received, 0);
        assert!(balance.balanced);
    }
}
