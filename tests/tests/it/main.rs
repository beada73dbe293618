//! End to end: MQTT to row to REST, with real servers and real kills.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod drain;
mod kills;
mod malformed;
mod network;
mod replicas;
mod samples;
mod support;
