//! Work beside the write path: partitions ahead of time, a small ledger, and looking for what the ledger misses.

mod integrity;
mod ledger;
mod partitions;

pub use integrity::{MissingRows, missing_raw_records, missing_readings};
pub use ledger::{compact_ledger, unaccounted_positions};
pub use partitions::ensure_partitions_ahead;
