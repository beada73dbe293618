//! mqtt-ingestion-worker: puts every MQTT packet into JetStream and only then acknowledges it.

mod acks;
mod app;
mod backoff;
mod commands;
mod forward;
mod intake;
mod metrics;
mod mqtt;
mod parking;
mod quota;
mod sessions;
mod trace;
mod window;

use std::process::ExitCode;

use sens_config::Need;
use sens_observability::{ServiceInfo, launch};

const SERVICE: ServiceInfo = ServiceInfo {
    name: "mqtt-ingestion-worker",
    version: env!("CARGO_PKG_VERSION"),
    about: "Puts every MQTT packet into JetStream and only then acknowledges it",
    needs: &[Need::Mqtt, Need::Nats],
    modes: &[app::RETIRE],
};

/// A message is many small allocations that another thread frees, which take the system's allocator longer.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    launch(SERVICE, app::run)
}
