//! Rollups by minute, hour and day (UTC): count, min, max, sum, first and last of each device and metric.
//!
//! Whoever changes readings appends [`Marks`] in the same transaction. [`recompute`] computes the marked buckets again from
//! the readings, in a snapshot that holds every reading whose mark it sees, and deletes exactly those marks: late data,
//! corrections and deletions of any age come out right, and what is marked meanwhile is done next time.

mod levels;
mod marks;
mod plan;
mod recompute;
mod series;
mod sql;

pub use levels::Level;
pub use marks::Marks;
pub(crate) use sql::{OF_BUCKETS, OF_READINGS};

pub use recompute::{
    Backlog, Pass, Rollups, Step, UnderWay, backlog, recompute, take_rollups, tick,
};
