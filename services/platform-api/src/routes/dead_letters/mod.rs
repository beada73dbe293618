//! `/v1/dead-letters`: messages that the database refused for good, and decisions about them.

mod delete;
mod get;
mod letter;
mod list;
mod requeue;

pub(crate) use delete::*;
pub(crate) use get::*;
pub(crate) use letter::{DeadLetter, Decision};
pub(crate) use list::*;
pub(crate) use requeue::*;
