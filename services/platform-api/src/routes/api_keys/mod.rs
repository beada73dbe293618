//! `/v1/api-keys`: who may call.

mod create;
mod delete;
mod key;
mod list;

pub(crate) use create::*;
pub(crate) use delete::*;
pub(crate) use key::prefix;
pub(crate) use list::*;
