//! `/v1/devices/{serial}/commands`: what devices are asked to do.

mod cancel;
mod command;
mod create;
mod get;
mod list;

pub(crate) use cancel::*;
pub(crate) use create::*;
pub(crate) use get::*;
pub(crate) use list::*;
