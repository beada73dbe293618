//! `/v1/operations`: long work of every kind in one shape.

mod cancel;
mod get;
mod list;
mod operation;

pub(crate) use cancel::*;
pub(crate) use get::*;
pub(crate) use list::*;
pub(crate) use operation::{Operation, address};
