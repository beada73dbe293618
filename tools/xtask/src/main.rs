//! Checks and generated references of this repository, run as `cargo run -p xtask -- <command>`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod architecture;
mod docs;
mod generate;
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
    /// Writes the generated reference pages of the documentation
    Generate,
    /// Fails on a generated page that differs from what the code says
    CheckGenerated,
    /// Fails on a payload example, name or link in the documentation that does not hold
    CheckDocs,
}

fn main() -> ExitCode {
    let faults = match Arguments::parse().command {
        Command::Sizes => sizes::check(),
        Command::Architecture => architecture::check(),
        Command::Generate => generate::write(),
        Command::CheckGenerated => generate::check(),
        Command::CheckDocs => docs::check(),
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
