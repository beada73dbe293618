//! Corrections: a person sets the value of readings, or takes readings out, and says why.
//!
//! Nothing is overwritten: the earlier readings stay, superseded, and reads as of a moment before the correction give them.
//! Rollups are marked and the newest values put right in the same transaction. Undoing a correction lets the earlier readings
//! count again. Replays leave alone what a person has corrected.

mod perform;
mod record;
mod refusal;
mod series;

pub use perform::{correct, plan_correction, plan_undo, undo_correction};
pub(crate) use record::corrections_of_message;
pub use record::{
    Correction, CorrectionChange, Undoing, corrected_readings, corrections_within, find_correction,
    list_corrections,
};
pub use refusal::Refusal;

use chrono::{DateTime, Utc};

use crate::query::StoredValue;

/// The decoder of readings that a person gave, and of what made earlier ones count no more.
pub(crate) const CORRECTION: &str = "correction@1";

/// Most readings of one correction.
pub const MOST: i64 = 10_000;

/// Most readings that are named of one correction.
pub const NAMED: i64 = 50;

/// What to correct: the readings of a metric of a device that count and were measured in `[from, to)`.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrectionRequest {
    /// The device.
    pub serial: String,
    /// Name of the metric.
    pub metric: String,
    /// Inclusive start.
    pub from: DateTime<Utc>,
    /// Exclusive end.
    pub to: DateTime<Utc>,
    /// The value in the unit of the catalogue; `None` takes the readings out.
    pub value: Option<StoredValue>,
    /// Why.
    pub reason: String,
}
