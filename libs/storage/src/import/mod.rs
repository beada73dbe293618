//! Imports of past readings. A file is kept in parts until a worker has put its lines into the raw stream, as payloads that are
//! decoded, stored and accounted for like everything else. What is known already is left out, so that the same file again, or
//! one with what was received before, adds nothing.

mod parts;
mod perform;
mod runs;

pub use parts::{Intake, Refusal};
pub use perform::{ImportPart, Imports, Ready, take_imports};
pub use runs::{ImportError, ImportRun, cancel_import, find_import, is_import_open};
