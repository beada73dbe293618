//! The command line.

use clap::{Parser, ValueEnum};

/// Readings of a device and a day: a session of four minutes, a reading every ten seconds.
pub(crate) const A_DAY: u64 = 25;

/// Where the large tables live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Storage {
    /// Native partitions, in a server that this program starts.
    Plain,
    /// Compressed hypertables, in the server that `SENS_TEST_DATABASE_URL` names.
    Timescale,
}

impl Storage {
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Plain => "native partitions",
            Self::Timescale => "hypertables of TimescaleDB, compressed",
        }
    }
}

/// Fills storage with READINGS and measures it: how long questions take, and what a reading takes on the disk.
///
/// Every device sends 25 readings of one metric a day, so that the number of devices follows from the number of readings.
/// Checks the free disk first, and removes its server and files at the end.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "sens-scale",
    version,
    after_help = "Exit codes: 0 measured, 1 something failed or the disk is too small, 2 bad arguments.\n
Examples:
  sens-scale 1000000          100 devices, a minute or two
  sens-scale 50000000         5,000 devices, 400 days: about 20 GB while it runs
  SENS_TEST_DATABASE_URL=postgres://… sens-scale 50000000 --storage timescale"
)]
pub(crate) struct Options {
    /// How many readings
    #[arg(default_value_t = 50_000_000, value_name = "READINGS", value_parser = clap::value_parser!(u64).range(100_000..=1_000_000_000))]
    pub(crate) readings: u64,
    /// Days that they are spread over
    #[arg(long, default_value_t = 400, value_name = "N", value_parser = clap::value_parser!(u64).range(31..=3650))]
    pub(crate) days: u64,
    /// Where the large tables live
    #[arg(long, value_enum, default_value = "plain")]
    pub(crate) storage: Storage,
    /// Times that each question is asked, of other devices
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) questions: u32,
}

impl Options {
    /// Devices that send them.
    pub(crate) fn devices(&self) -> u64 {
        (self.readings / (self.days * A_DAY)).max(1)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Options::command().debug_assert();
        let options = Options::try_parse_from(["sens-scale"]).unwrap();
        assert_eq!((options.readings, options.devices()), (50_000_000, 5000));
        assert!(Options::try_parse_from(["sens-scale", "5"]).is_err());
    }
}
