//! Live readings as server-sent events.

mod device;
mod events;
mod fleet;
mod select;

pub(crate) use device::*;
pub(crate) use fleet::*;
