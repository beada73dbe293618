//! Health and version, without a key.

mod get;
mod probe;
mod replica;

pub(crate) use get::*;
pub(crate) use probe::watch_database;
pub(crate) use replica::watch_replica;
