//! The whole platform on this machine: real servers, our services, simulated devices, and a live line of what happens.

mod live;
mod options;
mod preflight;
mod run;
mod screen;

use std::process::ExitCode;

use clap::Parser;
use options::Options;

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    match Box::pin(run::run(&options)).await {
        Ok(code) => code,
        Err(error) => {
            screen::fault(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}
