//! `/v1/raw-records`: what arrived, verbatim.

mod get;
mod readings;

pub(crate) use get::*;
