//! Reads of the REST API, and the few writes that belong to the registry: one file per resource.
//!
//! Each function takes the pool it shall use: reads that must see their own writes go to the primary.

pub mod accounting;
pub mod analytics;
pub mod api_keys;
pub mod buckets;
pub mod dead_letters;
pub mod devices;
pub mod durability;
pub mod epochs;
pub mod estimate;
pub mod explain;
pub mod family;
pub mod fate;
mod grid;
pub mod health;
pub mod history;
pub mod ingest_errors;
pub mod latest;
pub mod measurements;
pub mod messages;
pub mod metric_changes;
pub mod metrics;
pub mod named_series;
pub mod nearest;
mod one_series;
pub mod overview;
mod packed;
pub mod points;
pub mod raw_records;
mod scope;
pub mod series;
pub mod targets;
mod value;

pub use scope::Scope;
pub use value::StoredValue;

use crate::Error;

/// Whether a statement was ended because it took longer than the session allows (`statement_timeout`).
pub fn is_timeout(error: &Error) -> bool {
    let Error::Query { source, .. } = error else {
        return false;
    };
    source
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .as_deref()
        == Some("57014")
}
