//! Health and version, without a key.

mod get;
mod probe;

pub(crate) use get::*;
pub(crate) use probe::watch_database;
