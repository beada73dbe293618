//! What `sensctl canary` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum CanaryCommand {
    /// Watch a service for a time and write down when it breaks a rule; stays until it is stopped
    Watch(WatchArguments),
    /// Exit 1 when a watch has written down that a rule was broken (for readiness probes)
    Ready {
        /// The file of the watch
        #[arg(long, value_name = "FILE")]
        verdict: PathBuf,
    },
}

/// What to watch, and what is borne.
#[derive(Debug, Clone, Args)]
pub(crate) struct WatchArguments {
    /// Metrics of the service
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:9090/metrics"
    )]
    pub(crate) metrics: String,
    /// File that is written when a rule is broken
    #[arg(long, value_name = "FILE")]
    pub(crate) verdict: PathBuf,
    /// Seconds to watch
    #[arg(long, default_value_t = 300, value_name = "SECONDS")]
    pub(crate) seconds: u64,
    /// Seconds between two looks
    #[arg(long, default_value_t = 10, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) every: u64,
    /// Highest share of requests that may fail by the service's own fault
    #[arg(long, default_value_t = 0.01, value_name = "SHARE")]
    pub(crate) max_error_ratio: f64,
    /// Most seconds that 95 % of the requests may take
    #[arg(long, default_value_t = 1.0, value_name = "SECONDS")]
    pub(crate) max_request_seconds: f64,
    /// Most seconds that 95 % of the messages may take from arrival to commit
    #[arg(long, default_value_t = 5.0, value_name = "SECONDS")]
    pub(crate) max_ingest_seconds: f64,
    /// Fewest requests or messages that say something
    #[arg(long, default_value_t = 20.0, value_name = "N")]
    pub(crate) fewest: f64,
    /// Prometheus to ask as well
    #[arg(long, value_name = "URL", requires = "stop_when")]
    pub(crate) prometheus: Option<String>,
    /// A query of Prometheus that gives something only when the service is to be stopped, as an alert's; may be repeated
    #[arg(long, value_name = "PROMQL", requires = "prometheus")]
    pub(crate) stop_when: Vec<String>,
}
