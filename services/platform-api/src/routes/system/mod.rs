//! `/v1/system`: what the platform runs on.

mod backups;
mod durability;
mod quotas;
mod replicas;
mod watch;

pub(crate) use backups::*;
pub(crate) use durability::*;
pub(crate) use quotas::*;
pub(crate) use replicas::*;
pub(crate) use watch::{Certificate, watch_durability};
