//! `/v1/analytics`: the metric views.

mod average_extension;
mod battery_summary;
mod extension_vs_retraction;
mod platform_height;

pub(crate) use average_extension::*;
pub(crate) use battery_summary::*;
pub(crate) use extension_vs_retraction::*;
pub(crate) use platform_height::*;
