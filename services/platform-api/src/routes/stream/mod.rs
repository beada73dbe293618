//! Live readings as server-sent events.

mod device;
mod events;
mod fleet;
mod messages;
mod select;
mod socket;
mod watch;

pub(crate) use device::*;
pub(crate) use fleet::*;
pub(crate) use socket::*;
