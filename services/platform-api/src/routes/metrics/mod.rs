//! `/v1/metrics`: the catalogue.

mod change;
mod create;
mod get;
mod list;
mod metric;
mod versions;

pub(crate) use change::*;
pub(crate) use create::*;
pub(crate) use get::*;
pub(crate) use list::*;
pub(crate) use versions::*;
