//! `/v1/ingest`: telemetry by HTTP.

mod answer;
mod idempotency;
mod items;
mod limit;
mod outcomes;
mod post;
mod prefer;

pub(crate) use post::*;
pub(crate) use prefer::MAX_WAIT;
