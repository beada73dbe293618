//! `sens-fuzz`: fuzzes the decoders without a nightly compiler. `just fuzz SECONDS` runs it where `cargo fuzz` is not
//! installed.

mod cli;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use sens_fuzz::{Corpus, run};

fn main() -> Result<ExitCode> {
    let arguments = cli::Arguments::parse();
    let options = arguments.options()?;
    if let Some(folder) = &arguments.write_corpus {
        Corpus::load()?.write(&options.targets, folder)?;
        return Ok(ExitCode::SUCCESS);
    }
    println!("seed {} on {} threads", options.seed, options.threads);
    let report = run(&options)?;
    println!("{report}");
    Ok(if report.findings.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
