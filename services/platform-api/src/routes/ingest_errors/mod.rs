//! `/v1/ingest-errors`: what could not be read.

mod list;

pub(crate) use list::*;
