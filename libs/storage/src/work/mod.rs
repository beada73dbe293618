//! Long work that people ask for and workers do: replays, erasures, imports. What is asked for is a row, and one session of the
//! database at a time has the turn to do work of a kind; one that dies leaves the rest to whoever takes the turn next.

mod queue;
mod state;
mod turn;

pub(crate) use queue::{Queue, queue};
pub use state::WorkState;
pub(crate) use turn::Turn;
