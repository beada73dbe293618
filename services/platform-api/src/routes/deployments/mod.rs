//! `/v1/deployments`: what was rolled out here, by whom, and what it rests on.

mod create;
mod deployment;
mod list;

pub(crate) use create::*;
pub(crate) use list::*;
