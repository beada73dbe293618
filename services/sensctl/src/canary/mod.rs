//! Judging a new version while it takes a part of the load: by the metrics of its own process, and by Prometheus where there is one.

mod judge;
mod metrics;

pub(crate) use judge::{Limits, broken};
pub(crate) use metrics::Metrics;
