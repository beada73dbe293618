//! End to end: MQTT to row to REST, with real servers and real kills.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod accounting;
mod api_faults;
mod api_fuzz;
mod bad_days;
mod broker;
mod commands;
mod database_faults;
mod dead_letters;
mod drain;
mod erasure;
mod explain;
mod fleet;
mod imports;
mod kills;
mod malformed;
mod network;
mod pressure;
mod quotas;
mod replay;
mod replicas;
mod rest;
mod rotation;
mod samples;
mod soak;
mod support;
mod traces;
