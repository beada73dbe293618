//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use sens_fuzz::{Limit, Options, Target};

/// Feeds the decoders with damaged payloads and checks what must always hold. Findings are kept in
/// libs/schema/testdata/findings; the exit code is then 1.
#[derive(Parser)]
#[command(version, after_help = "Example: sens-fuzz --inputs 10000000 --seed 7")]
pub(crate) struct Arguments {
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
    /// Write the inputs that mutation begins with into this folder, and fuzz nothing
    #[arg(long)]
    pub(crate) write_corpus: Option<PathBuf>,
}

impl Arguments {
    /// How to run.
    pub(crate) fn options(&self) -> Result<Options> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Options {
            limit: match self.inputs {
                Some(inputs) => Limit::Inputs(inputs),
                None => Limit::Time(Duration::from_secs(self.seconds)),
            },
            seed: self.seed.unwrap_or_else(rand::random),
            threads: self.threads.unwrap_or(u32::try_from(processors)?),
            targets: if self.targets.is_empty() {
                Target::ALL.to_vec()
            } else {
                self.targets.clone()
            },
            findings: None,
        })
    }
}
