//! Replays: stored payloads are decoded again with the decoders and the catalogue of today.
//!
//! A reading that comes out of its payload no more is superseded, one that is new is added, one that was superseded and
//! comes out again counts again. Nothing is deleted or overwritten: [`reading_superseded`](crate::query::history) says from
//! when until when a reading did not count, so that reads as of a past moment give what they gave then. Rollups are marked
//! and the newest values put right in the same transaction. A part of a replay is one transaction with the note how far it
//! is: whoever is killed midway loses nothing, and doing a part again changes nothing.
//!
//! Readings that a person corrected stay as they were corrected.

mod apply;
mod compare;
mod covered;
mod latest;
mod perform;
mod records;
mod runs;

pub use perform::{Replays, take_replays};
pub use runs::{
    Change, ChangeKind, Progress, ReplayRequest, ReplayRun, cancel_replay, find_replay,
    is_replay_open, list_replays, request_replay,
};
