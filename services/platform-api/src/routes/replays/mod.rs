//! `/v1/replays`: decoding stored payloads again.

mod cancel;
mod create;
mod get;
mod list;
mod replay;

pub(crate) use cancel::*;
pub(crate) use create::*;
pub(crate) use get::*;
pub(crate) use list::*;
