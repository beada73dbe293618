//! Proof by faults: a whole platform is broken under load, again and again, and in the end the devices' ledger must agree
//! with the platform's: nothing missing, nothing twice, balanced.

mod cli;
mod execute;
mod http_load;
mod load;
mod plan;
mod progress;
mod random;
mod report;
mod run;
mod stage;

use std::process::ExitCode;

use clap::Parser as _;

#[tokio::main]
async fn main() -> ExitCode {
    let options = cli::Options::parse();
    match Box::pin(run::run(&options)).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("sens-chaos: {error:#}");
            ExitCode::FAILURE
        }
    }
}
