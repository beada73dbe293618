//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// Measures the REST API beside a bare axum handler with the same SQL and, if asked to, one in Go; then how its memory grows under load.
///
/// Starts PostgreSQL, NATS, platform-api and the bare handler on 127.0.0.1; nothing is left behind.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "sens-bench-api",
    version,
    after_help = "Exit codes: 0 measured, 1 something failed or a request was not answered 200, 2 bad arguments.\n
Examples:
  sens-bench-api                 about a minute and a half
  sens-bench-api --seconds 1 --rounds 1 --minutes 0
  sens-bench-api --minutes 10    does the memory stay flat?"
)]
pub(crate) struct Options {
    /// How long each measurement takes
    #[arg(long, default_value_t = 2, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) seconds: u64,
    /// Measurements of each kind; medians are printed
    #[arg(long, default_value_t = 3, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=99))]
    pub(crate) rounds: u32,
    /// Minutes of load while memory is watched
    #[arg(long, default_value_t = 0.5, value_name = "N")]
    pub(crate) minutes: f64,
    /// A handler in Go to be measured beside as well: the program of tools/bench/peers/range
    #[arg(long, value_name = "FILE")]
    pub(crate) go: Option<PathBuf>,
    /// Serves the bare handlers at this address, and nothing else; the database is that of `DATABASE_URL`
    #[arg(long, value_name = "ADDRESS", hide = true)]
    pub(crate) bare: Option<String>,
}
