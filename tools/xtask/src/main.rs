//! Checks and generated references of this repository, run as `cargo run -p xtask -- <command>`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod architecture;
mod repository;
mod sizes;

#[derive(Parser)]
#[command(about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Fails on source files that are too long to be read in one go
    Sizes,
    /// Fails on a dependency between crates that the architecture does not allow
    Architecture,
}

fn main() -> ExitCode {
    let faults = match Arguments::parse().command {
        Command::Sizes => sizes::check(),
        Command::Architecture => architecture::check(),
    };
    match faults {
        Ok(faults) if faults.is_empty() => ExitCode::SUCCESS,
        Ok(faults) => {
            for fault in faults {
                eprintln!("error: {fault}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
