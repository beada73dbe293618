//! The API's own documentation, complete without a network.

mod errors;
mod openapi;
mod page;

pub(crate) use errors::*;
pub(crate) use openapi::*;
pub(crate) use page::*;
