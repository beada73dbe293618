//! `/v1/imports`: past readings from files.

mod create;

pub(crate) use create::*;
