//! `/v1/accounting`: whether everything that arrived is accounted for.

mod balance;
mod get;

pub(crate) use get::*;
