//! A folder per resource, a verb per file.

pub(crate) mod accounting;
pub(crate) mod analytics;
pub(crate) mod api_keys;
pub(crate) mod audit_log;
pub(crate) mod commands;
pub(crate) mod corrections;
pub(crate) mod dead_letters;
pub(crate) mod devices;
pub(crate) mod docs;
pub(crate) mod events;
pub(crate) mod explain;
pub(crate) mod health;
pub(crate) mod ingest;
pub(crate) mod ingest_errors;
pub(crate) mod measurements;
pub(crate) mod messages;
pub(crate) mod metrics;
pub(crate) mod operations;
pub(crate) mod overview;
pub(crate) mod raw_records;
pub(crate) mod replays;
pub(crate) mod retention;
pub(crate) mod stream;
pub(crate) mod system;
pub(crate) mod web;
pub(crate) mod whoami;
