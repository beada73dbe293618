//! Exports of readings: a query whose answer becomes a file, kept in pieces of [`CHUNK`] bytes in the database until it expires.
//! So it outlives the process that writes it, and every replica has it.

mod content;
mod perform;
mod runs;

pub use content::{drop_export_content, expire_exports, export_chunk};
pub use perform::{ExportJob, ExportLimits, Kept, Writing, take_export};
pub use runs::{ExportRun, NewExport, Refusal, cancel_export, find_export, request_export};

/// Bytes of a piece of a file; the last one may have fewer.
pub const CHUNK: usize = 1024 * 1024;
