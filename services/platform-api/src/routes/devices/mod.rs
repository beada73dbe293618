//! `/v1/devices`: registry, newest values and what there is.

mod device;
mod get;
mod latest;
mod list;
mod series;

pub(crate) use device::not_found;
pub(crate) use get::*;
pub(crate) use latest::*;
pub(crate) use list::*;
pub(crate) use series::*;
