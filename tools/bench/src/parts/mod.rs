//! The bare parts, each alone on this machine.

pub(crate) mod insert;
pub(crate) mod jetstream;
pub(crate) mod mqtt;
pub(crate) mod write_path;
