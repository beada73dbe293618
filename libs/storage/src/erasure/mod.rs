//! Erasure: everything that is stored of one device is purged, with counts before and after as the proof.
//!
//! What goes is fixed when the work begins: what was received before. Functions of the database do it, span by span, so that
//! the role of the worker has no right to delete anything else; an erasure that was left midway begins again, and what is gone
//! is gone. The accounts stay: they know which positions were erased, and nothing is missing.

mod perform;
mod runs;

pub use perform::{ErasureScope, Erasures, take_erasures};
pub use runs::{
    ErasureRequest, ErasureRun, cancel_erasure, find_erasure, is_erasure_open, is_known,
    request_erasure,
};
