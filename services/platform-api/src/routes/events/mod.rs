//! Changes besides readings: steps of commands and presence of devices.

mod presence;
mod stream;

pub(crate) use presence::*;
pub(crate) use stream::*;
