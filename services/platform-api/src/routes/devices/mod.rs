//! `/v1/devices`: registry, newest values and ranges.

mod device;
mod get;
mod latest;
mod list;
mod measurements;
mod resolution;
mod series;
mod table;
mod units;

pub(crate) use get::*;
pub(crate) use latest::*;
pub(crate) use list::*;
pub(crate) use measurements::*;
pub(crate) use series::*;
