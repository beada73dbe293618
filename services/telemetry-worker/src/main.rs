//! telemetry-worker: takes raw messages from JetStream, decodes and deduplicates them and stores them in PostgreSQL.

mod app;
mod audit;
mod catalogue;
mod commands;
mod erasures;
mod hold;
mod imports;
mod maintenance;
mod metrics;
mod pipeline;
mod presence;
mod replays;
mod retention;
mod rollups;
mod stand_down;
mod trouble;

use std::process::ExitCode;

use sens_config::Need;
use sens_observability::{ServiceInfo, launch};

const SERVICE: ServiceInfo = ServiceInfo {
    name: "telemetry-worker",
    version: env!("CARGO_PKG_VERSION"),
    about: "Takes raw messages from JetStream, decodes and deduplicates them and stores them in PostgreSQL",
    needs: &[Need::Database, Need::Nats],
    modes: &[],
};

/// A message is many small allocations that another thread frees: a fifth of this worker's time with the system's allocator.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    launch(SERVICE, app::run)
}
