//! `/v1/metrics`: the catalogue.

mod list;

pub(crate) use list::*;
