//! How every service starts, is watched, and stops.
//!
//! A service's `main` is one call of [`launch()`]: it reads the command line and the
//! configuration, starts logging, serves `/metrics` and `/health` on the ops listener, runs the
//! service, and turns signals into a drain with one deadline and a well-defined exit code.
//!
//! ```no_run
//! use sens_observability::{Need, ServiceInfo, launch};
//!
//! fn main() -> std::process::ExitCode {
//!     let info = ServiceInfo {
//!         name: "telemetry-worker",
//!         version: env!("CARGO_PKG_VERSION"),
//!         about: "Writes what devices sent into the database",
//!         needs: &[Need::Database, Need::Nats],
//!         modes: &[],
//!     };
//!     launch(info, async |runtime| {
//!         runtime.health.component("database").set_ok();
//!         runtime.shutdown.cancelled().await;
//!         Ok(())
//!     })
//! }
//! ```

mod cli;
mod health;
mod launch;
pub mod logging;
pub mod metrics;
mod ops;
mod probe;
mod repeat;
mod signals;
pub mod traces;

pub use health::{Component, ComponentReport, Health, Report};
pub use launch::{BuildInfo, Mode, RunError, Runtime, ServiceInfo, launch};
pub use prometheus;
pub use repeat::Repeat;
pub use sens_config::Need;
pub use tokio_util::sync::CancellationToken;
