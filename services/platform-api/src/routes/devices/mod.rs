//! `/v1/devices`: registry, newest values and what there is.

mod change;
mod create;
mod delete;
mod device;
mod erasure;
mod export;
mod fields;
mod get;
mod import;
mod latest;
mod lines;
mod list;
mod select;
mod series;
mod startups;

pub(crate) use change::*;
pub(crate) use create::*;
pub(crate) use delete::*;
pub(crate) use device::not_found;
pub(crate) use erasure::*;
pub(crate) use export::*;
pub(crate) use get::*;
pub(crate) use import::*;
pub(crate) use latest::*;
pub(crate) use list::*;
pub(crate) use series::*;
pub(crate) use startups::*;
