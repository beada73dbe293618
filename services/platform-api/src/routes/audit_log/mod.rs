//! `/v1/audit-log`: who changed what.

mod list;

pub(crate) use list::*;
