//! `/v1/messages`: the life of a packet.

mod get;
mod life;
mod payload;

pub(crate) use get::*;
pub(crate) use life::{Life, current_epoch};
