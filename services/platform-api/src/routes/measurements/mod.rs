//! Readings over time: one grammar for one device and for many, as query parameters and as a body.
//!
//! `grammar` reads the query, `plan` decides how it is answered and whether it can be; both are pure, as are `step`
//! (buckets of the calendar), `fill` and `downsample`. `read` and `whole` carry the plan out, `format` writes the rows.

mod answer;
mod columnar;
mod doc;
mod downsample;
mod file;
mod fill;
mod format;
mod grammar;
mod many;
mod one;
mod pieces;
mod plan;
mod read;
mod rows;
#[cfg(test)]
mod samples;
mod step;
mod text;
mod units;
mod whole;

pub(crate) use doc::MeasurementPage;
pub(crate) use file::{Compression, FileKind, FileQuery};
pub(crate) use many::*;
pub(crate) use one::*;
pub(crate) use pieces::Pieces;
