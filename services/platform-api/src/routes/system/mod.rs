//! `/v1/system`: what the platform runs on.

mod durability;
mod quotas;
mod watch;

pub(crate) use durability::*;
pub(crate) use quotas::*;
pub(crate) use watch::{Certificate, watch_durability};
