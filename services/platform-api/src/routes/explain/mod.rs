//! `/v1/devices/{serial}/explain`: why a reading is there or not.

mod gather;
mod get;
mod stream;

pub(crate) use gather::Window;
pub(crate) use get::*;
pub(crate) use stream::{Streams, look};
