//! The REST API beside a bare axum handler with the same SQL and a handler in Go with the barest: the same requests of the same
//! database, in turns, in one run, so that the ratios hold where the absolute figures do not.

mod bare;
mod fill;
mod load;
mod options;
mod run;

use std::process::ExitCode;

use clap::Parser;
use options::Options;

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let ended = match &options.bare {
        Some(address) => bare::serve(address).await,
        None => run::run(&options).await,
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sens-bench-api: {error:#}");
            ExitCode::FAILURE
        }
    }
}
