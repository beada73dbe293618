//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// Measures throughput, CPU, memory and latency of the platform beside its bare parts, on this machine.
///
/// Starts PostgreSQL, nats-server, mosquitto and the services on 127.0.0.1 in temporary folders. Everything that is
/// acknowledged is on the disk: fsync and `synchronous_commit` are on, and JetStream runs with `sync_interval: always`.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "sens-bench",
    version,
    after_help = "Exit codes: 0 measured and every message accounted for, 1 something failed or a message is missing, 2 bad arguments.\n
Examples:
  sens-bench                                 three runs, a few minutes
  sens-bench --quick                         one short run: does everything work?
  sens-bench --runs 1 --messages 200000      one long run
  sens-bench --write-path --runs 5           storing alone beside COPY of the same rows
  sens-bench --json bench.json               the figures for programs as well"
)]
pub(crate) struct Options {
    /// Runs; the figures are medians
    #[arg(long, default_value_t = 3, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20))]
    pub(crate) runs: u32,
    /// Messages in each measurement
    #[arg(long, default_value_t = 50_000, value_name = "N", value_parser = clap::value_parser!(u64).range(1000..=2_000_000))]
    pub(crate) messages: u64,
    /// One run of 10,000 messages and 3 s of latency; noisy
    #[arg(long, conflicts_with_all = ["runs", "messages", "latency_seconds"])]
    quick: bool,
    /// Publishing connections
    #[arg(long, default_value_t = 4, value_name = "C", value_parser = clap::value_parser!(u32).range(1..=64))]
    pub(crate) connections: u32,
    /// Messages that may be on their way between publishing and commit at full speed
    #[arg(long, default_value_t = 20_000, value_name = "N", value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    pub(crate) backlog: u32,
    /// Messages per second for the latency
    #[arg(long, default_value_t = 1000, value_name = "R", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) latency_rate: u32,
    /// Seconds for which the latency is measured; 0 leaves it out
    #[arg(long, default_value_t = 10, value_name = "S", value_parser = clap::value_parser!(u32).range(0..=600))]
    pub(crate) latency_seconds: u32,
    /// Writes when each message of the latency was published, had arrived and could be queried to this file as CSV, in
    /// microseconds: shows when the slow ones were
    #[arg(long, value_name = "FILE")]
    pub(crate) latency_trace: Option<PathBuf>,
    /// Leaves the bare parts out: no ratios
    #[arg(long)]
    pub(crate) platform_only: bool,
    /// Measures only the write path beside COPY of the same rows
    #[arg(long, conflicts_with_all = ["platform_only", "peers"])]
    pub(crate) write_path: bool,
    /// Measures the peers whose programs are in this folder as well (`just bench-peers` builds them)
    #[arg(long, value_name = "DIR")]
    pub(crate) peers: Option<PathBuf>,
    /// Sets a variable for the services, to compare settings; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    pub(crate) set: Vec<(String, String)>,
    /// Writes all figures to this file as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

impl Options {
    /// With what `--quick` stands for.
    pub(crate) fn settled(&self) -> Self {
        if !self.quick {
            return self.clone();
        }
        Self {
            runs: 1,
            messages: 10_000,
            latency_seconds: 3,
            ..self.clone()
        }
    }
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("must be NAME=VALUE, for example SENS_WORKER__WRITERS=4".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Options::command().debug_assert();
        assert!(Options::try_parse_from(["sens-bench", "--quick", "--runs", "2"]).is_err());
        assert!(Options::try_parse_from(["sens-bench", "--set", "SENS_X"]).is_err());
        let quick = Options::try_parse_from(["sens-bench", "--quick"])
            .unwrap()
            .settled();
        assert_eq!((quick.runs, quick.messages), (1, 10_000));
    }
}
