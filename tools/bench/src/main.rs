//! Measures the platform beside its bare parts: what the broker, JetStream and PostgreSQL reach alone and what the whole
//! chain reaches, on the same machine in the same run, so that the ratios hold where the absolute figures do not.

mod committed;
mod disk;
mod figures;
mod options;
mod ours;
mod parts;
mod peers;
mod progress;
mod report;
mod rounds;
mod usage;
mod wire;
mod workload;

use std::process::ExitCode;

use clap::Parser;
use options::Options;

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    match rounds::run(&options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sens-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}
