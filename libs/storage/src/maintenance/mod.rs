//! Work beside the write path: partitions ahead of time, a small ledger, and looking for what the ledger misses.

mod integrity;
mod ledger;
mod partitions;
mod redelivery;

/// The advisory lock of whoever drops or moves partitions.
pub(crate) const LOCK: &str = "sens.maintenance";

pub use integrity::{MissingRows, missing_raw_records, missing_readings};
pub use ledger::{compact_ledger, unaccounted_positions};
pub use partitions::ensure_partitions_ahead;
pub use redelivery::{forget_redeliveries, note_redeliveries};
