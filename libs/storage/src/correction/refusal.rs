//! Why a correction is not made.

use super::MOST;
use crate::Error;

/// Why a correction is not made, or not undone.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The registry has no such device.
    #[error("there is no device {0}")]
    UnknownDevice(String),
    /// The catalogue has no such metric.
    #[error("there is no metric {0}")]
    UnknownMetric(String),
    /// The value is not of the kind of the metric, or out of its range.
    #[error("{0}")]
    Value(String),
    /// No reading of the interval counts.
    #[error("no reading of {metric} of {serial} counts in this interval")]
    Nothing {
        /// The device.
        serial: String,
        /// The metric.
        metric: String,
    },
    /// More readings than one correction may touch.
    #[error(
        "the interval holds more than {MOST} readings, the most of one correction: correct it in parts"
    )]
    TooMany,
    /// There is no such correction.
    #[error("there is no correction {0}")]
    UnknownCorrection(i64),
    /// It was undone before.
    #[error("correction {0} is undone already")]
    Undone(i64),
    /// A later correction stands on it.
    #[error("correction {later} has corrected readings of correction {id} since: undo it first")]
    Blocked {
        /// The correction that should be undone.
        id: i64,
        /// The one to undo first.
        later: i64,
    },
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] Error),
}
