//! Out of the event stream: one feed per replica for all live streams and waiting callers.

mod batch;
mod hub;
mod sequel;

pub(crate) use batch::Batch;
pub(crate) use hub::{Feed, Outcomes};
pub(crate) use sequel::{Item, Sequel, Start};
