//! What `sensctl correct` takes.

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};

use super::parse_time;

#[derive(Debug, Subcommand)]
pub(crate) enum CorrectCommand {
    /// Give readings another value
    Set {
        /// The value, of the kind and in the unit of the metric: 71.5, true, or a text
        #[arg(long, allow_hyphen_values = true)]
        value: String,
        #[command(flatten)]
        readings: ChosenReadings,
    },
    /// Take readings out
    Withdraw {
        #[command(flatten)]
        readings: ChosenReadings,
    },
    /// Let the earlier readings count again
    Undo {
        /// Number of the correction
        id: i64,
        /// Why
        #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
        reason: String,
        /// Only say whether it can be undone
        #[arg(long)]
        dry_run: bool,
    },
    /// List the newest corrections
    List {
        /// Only of this device
        #[arg(long, value_name = "SERIAL")]
        device: Option<String>,
        /// Most corrections to show
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// Show a correction with the first readings it superseded
    Show {
        /// Number of the correction
        id: i64,
    },
}

/// Which readings to correct: at most 10,000 that count.
#[derive(Debug, Args)]
pub(crate) struct ChosenReadings {
    /// The device
    #[arg(long, value_name = "SERIAL")]
    pub(crate) device: String,
    /// The metric
    #[arg(long, value_name = "NAME")]
    pub(crate) metric: String,
    /// Measured at this very instant (RFC 3339)
    #[arg(long, value_name = "TIME", value_parser = parse_time, required_unless_present_all = ["from", "to"], conflicts_with_all = ["from", "to"])]
    pub(crate) at: Option<DateTime<Utc>>,
    /// Measured from then on (RFC 3339)
    #[arg(long, value_name = "TIME", value_parser = parse_time, requires = "to")]
    pub(crate) from: Option<DateTime<Utc>>,
    /// Measured before (RFC 3339)
    #[arg(long, value_name = "TIME", value_parser = parse_time, requires = "from")]
    pub(crate) to: Option<DateTime<Utc>>,
    /// Why
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) reason: String,
    /// Only say what would change
    #[arg(long)]
    pub(crate) dry_run: bool,
}
