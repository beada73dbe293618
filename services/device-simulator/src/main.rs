//! Plays devices: fleets for the demo and for tests, files of payloads, and load.

mod accounting;
mod cli;
mod clock;
mod commands;
mod deliver;
mod feed;
mod fleet;
mod ledger;
mod limits;
mod load;
mod message;
mod mqtt;
mod pacer;
mod payload;
mod progress;
mod run;
mod stop;
mod tally;
mod target;
mod verify;

use std::process::ExitCode;

use clap::Parser as _;

/// The arguments or the configuration make no sense; everything else fails with 1.
const BAD_CONFIGURATION: u8 = 2;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    let executor = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(executor) => executor,
        Err(error) => return fail(&anyhow::anyhow!("cannot start the runtime: {error}")),
    };
    let outcome = executor.block_on(arguments.command.execute());
    executor.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("{error:#}");
    if error.is::<target::BadArgument>() {
        ExitCode::from(BAD_CONFIGURATION)
    } else {
        ExitCode::FAILURE
    }
}
