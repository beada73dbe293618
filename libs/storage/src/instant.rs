//! Instants as the database wants them.

use chrono::{DateTime, Utc};
use sens_schema::Micros;

/// Unix microseconds as a timestamp. Out of range (year 262143 and beyond, which no plausible clock passes) becomes the
/// epoch rather than a panic.
pub(crate) fn timestamp(micros: Micros) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

/// A timestamp as Unix microseconds.
pub(crate) fn micros(timestamp: DateTime<Utc>) -> Micros {
    timestamp.timestamp_micros()
}
