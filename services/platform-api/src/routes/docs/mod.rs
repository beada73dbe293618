//! The API's own documentation, complete without a network.

mod asyncapi;
mod errors;
mod openapi;
mod page;
mod precise;

pub(crate) use asyncapi::*;
pub(crate) use errors::*;
pub(crate) use openapi::*;
pub(crate) use page::*;
pub(crate) use precise::refine;
