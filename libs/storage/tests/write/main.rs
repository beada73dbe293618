//! The write path on a real PostgreSQL: what is stored, what is counted, and what a repetition changes.

mod as_of;
mod correction;
mod history;
mod ledger;
mod once;
mod partitions;
mod plans;
mod poison;
mod previous;
mod ranges;
mod replay;
mod replica;
mod retention;
mod roles;
mod rollups;
mod support;
mod warm;
