//! How storage behaves at size: fills the platform's own tables with readings of many devices and more than a year, lets the
//! platform's own code roll them up, then asks what an API asks, and says what a reading takes on the disk.

mod ask;
mod disk;
mod fill;
mod options;
mod run;

use std::process::ExitCode;

use clap::Parser;
use options::Options;

#[tokio::main]
async fn main() -> ExitCode {
    match run::run(&Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sens-scale: {error:#}");
            ExitCode::FAILURE
        }
    }
}
