//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// Breaks a whole platform under load, again and again, and compares what devices sent with what it holds.
///
/// Starts PostgreSQL, nats-server, mosquitto and two replicas of each worker on 127.0.0.1, lets simulated devices publish by
/// MQTT and HTTP, and carries out one fault after the other: kill -9, stop and continue, restarts, connections that are cut,
/// refused, slow or half-open, a full stream, NATS down while ingestion is killed, PostgreSQL failing over or read-only.
/// After each fault everything must become ready again, and the devices must go on.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "sens-chaos",
    version,
    after_help = "Exit codes: 0 nothing missing, nothing twice, balanced; 1 something else, or a part did not come back; 2 bad arguments.\n
Examples:
  sens-chaos                      50 faults of a new seed
  sens-chaos 200 7                200 faults of the plan with seed 7
  sens-chaos 20 7 --plan          only show the plan
  sens-chaos 50 7 --dir chaos     keep the servers' data and all logs in this folder"
)]
pub(crate) struct Options {
    /// How many faults
    #[arg(default_value_t = 50, value_name = "FAULTS")]
    pub(crate) faults: usize,
    /// The plan; the same seed is the same plan [default: a new one each time, told at the start]
    #[arg(value_name = "SEED")]
    pub(crate) seed: Option<u64>,
    /// Messages per second from devices, by MQTT
    #[arg(long, default_value_t = 600, value_name = "R", value_parser = clap::value_parser!(u32).range(10..=20_000))]
    pub(crate) rate: u32,
    /// Devices
    #[arg(long, default_value_t = 60, value_name = "N", value_parser = clap::value_parser!(u32).range(4..=10_000))]
    pub(crate) devices: u32,
    /// Show the plan and end
    #[arg(long)]
    pub(crate) plan: bool,
    /// Folder for data and logs, kept [default: a temporary one, kept only after a failure]
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Options::command().debug_assert();
        let options = Options::try_parse_from(["sens-chaos", "200", "7"]).unwrap();
        assert_eq!((options.faults, options.seed), (200, Some(7)));
    }
}
