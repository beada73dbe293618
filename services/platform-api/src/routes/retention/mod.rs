//! `/v1/retention-runs` and `/v1/retention-settings`: what is kept for how long, what would go, and letting it go.

mod change;
mod create;
mod get;
mod list;
mod run;
mod settings;

pub(crate) use change::*;
pub(crate) use create::*;
pub(crate) use get::*;
pub(crate) use list::*;
pub(crate) use settings::*;
