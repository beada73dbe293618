//! Versions, release metadata and the deployment log; `sens-release --help` has examples.

mod cli;
mod commands;
mod deploy;
mod evidence;
mod git;
mod infra;
mod next;
mod notes;
mod product;
mod record;
mod release;
mod statements;
mod version;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match commands::run(cli::Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
