//! Backups: what is in one, where they lie, taking, proving and restoring them.

mod compare;
mod files;
mod folder;
mod manifest;
mod place;
mod programs;
mod restore;
mod s3;
mod streams;
mod take;
mod trace;
mod verify;

pub(crate) use manifest::Manifest;
pub(crate) use place::{Listed, Place, S3Options};
pub(crate) use restore::{RestoreOptions, restore};
pub(crate) use take::{TakeOptions, take};
pub(crate) use trace::Run;
pub(crate) use verify::verify;
