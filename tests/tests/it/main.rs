//! End to end: MQTT to row to REST, with real servers and real kills.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod samples;
mod support;
