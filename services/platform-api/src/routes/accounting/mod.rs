//! `/v1/accounting`: whether everything that arrived is accounted for.

mod balance;
mod device;
mod get;
mod losses;

pub(crate) use get::*;
pub(crate) use losses::{LostRange, lost_messages};
