//! `/v1/corrections`: readings that a person sets or takes out.

mod correction;
mod create;
mod get;
mod list;
mod refuse;
mod undo;

pub(crate) use create::*;
pub(crate) use get::*;
pub(crate) use list::*;
pub(crate) use undo::*;
