//! What `sensctl deployments` takes.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum DeploymentsCommand {
    /// List the newest deployments, rollbacks, changed flags and migrations
    List {
        /// Most to show
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// Report a deployment to the API, with what its verification found; exit 1 when a check failed
    Report {
        /// The API
        #[arg(long, value_name = "URL")]
        api_url: String,
        /// API key with the role operator or admin
        #[arg(long, env = "SENS_API_KEY", hide_env_values = true, value_name = "KEY")]
        api_key: String,
        /// The record as JSON: that of the infrastructure repository, or at least environment, key and version
        #[arg(
            long,
            env = "SENS_DEPLOYMENT_RECORD",
            hide_env_values = true,
            value_name = "JSON",
            required_unless_present = "record_file"
        )]
        record: Option<String>,
        /// File with the record
        #[arg(long, value_name = "FILE", conflicts_with = "record")]
        record_file: Option<PathBuf>,
        /// File with lines 'ok …' and 'FAIL …', as `device-simulator verify` writes them; may be repeated
        #[arg(long, value_name = "FILE")]
        checks: Vec<PathBuf>,
        /// Seconds to wait for the API
        #[arg(long, default_value_t = 60, value_name = "SECONDS")]
        wait: u64,
    },
}
