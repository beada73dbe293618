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
    let floor = status
        .ack_floor
        .max(status.first_sequence.saturating_sub(1))
        .min(status.last_sequence);
    EpochSplit {
        epoch,
        floor: signed(floor),
        last: signed(status.last_sequence),
    }
}

/// Balances the ledger; `waiting` is the stream that is written now, where its messages belong to the interval.
pub(crate) fn balance(
    totals: &LedgerTotals,
    waiting: Option<(EpochSplit, CommittedPositions)>,
) -> Balance {
    let (in_flight, lost) = waiting.map_or((0, 0), |(split, committed)| {
        (
            split.last - split.floor - committed.to_last,
            split.floor - committed.to_floor,
        )
    });
    let messages = MessageAccount {
        received: totals.positions + in_flight + lost,
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
    let sum =
        messages.parsed + messages.failed + messages.control + messages.dead + messages.in_flight;
    let balanced = messages.received == sum
        && readings.decoded == readings.processed + readings.duplicate + readings.error;
    Balance {
        messages,
        readings,
        balanced,
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
        let balance = balance(
            &totals(90),
            Some((
                split,
                CommittedPositions {
                    to_floor: 80,
                    to_last: 10,
                },
            )),
        );
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
        let balance = balance(
            &totals(99),
            Some((
                split,
                CommittedPositions {
                    to_floor: 79,
                    to_last: 20,
                },
            )),
        );
        assert_eq!(
            (balance.messages.received, balance.messages.in_flight),
            (100, 0)
        );
        assert!(!balance.balanced);
    }

    #[test]
    fn sums_that_disagree_with_the_positions_do_not_balance() {
        assert!(balance(&totals(50), None).balanced);
        let wrong = LedgerTotals {
            parsed: 40,
            ..totals(50)
        };
        assert!(!balance(&wrong, None).balanced);
        let wrong = LedgerTotals {
            duplicate: 9,
            ..totals(50)
        };
        assert!(!balance(&wrong, None).balanced);
    }

    #[test]
    fn an_empty_stream_balances() {
        let split = split(None, &status(1, 0, 0));
        let balance = balance(
            &LedgerTotals::default(),
            Some((split, CommittedPositions::default())),
        );
        assert_eq!(balance.messages.received, 0);
        assert!(balance.balanced);
    }
}
