//! `sens-fuzz`: fuzzes the decoders without a nightly compiler. `just fuzz SECONDS` runs it where `cargo fuzz` is not
//! installed.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use sens_fuzz::{Limit, Options, Target, run};

/// Feeds the decoders with damaged payloads and checks what must always hold. Findings are kept in
/// libs/schema/testdata/findings; the exit code is then 1.
#[derive(Parser)]
#[command(version, after_help = "Example: sens-fuzz --inputs 10000000 --seed 7")]
struct Arguments {
    /// How long to go on
    #[arg(long, default_value_t = 60, conflicts_with = "inputs")]
    seconds: u64,
    /// How many inputs to try, instead of a time
    #[arg(long)]
    inputs: Option<u64>,
    /// Where randomness begins; a new one each time unless given
    #[arg(long)]
    seed: Option<u64>,
    /// Threads at work; as many as there are processors unless given
    #[arg(long)]
    threads: Option<u32>,
    /// What to fuzz: decode, senml, cbor, timestamps; all unless given
    #[arg(long = "target")]
    targets: Vec<Target>,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let options = Options {
        limit: match arguments.inputs {
            Some(inputs) => Limit::Inputs(inputs),
            None => Limit::Time(Duration::from_secs(arguments.seconds)),
        },
        seed: arguments.seed.unwrap_or_else(rand::random),
        threads: arguments.threads.unwrap_or(u32::try_from(processors)?),
        targets: if arguments.targets.is_empty() {
            Target::ALL.to_vec()
        } else {
            arguments.targets
        },
        findings: None,
    };
    println!("seed {} on {} threads", options.seed, options.threads);
    let report = run(&options)?;
    println!("{report}");
    Ok(if report.findings.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
