//! What `sensctl device` takes.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum RegistryCommand {
    /// Purge everything that is stored of a device; it cannot be undone. A telemetry-worker does it
    Erase(EraseArguments),
}

/// Which device, and why.
#[derive(Debug, Args)]
pub(crate) struct EraseArguments {
    /// Its serial, also when it was deleted; a legacy number that is linked to it goes with it
    pub(crate) serial: String,
    /// Why; kept with the proof, so name nobody here
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) reason: String,
    /// Only count what would go
    #[arg(long, required_unless_present = "yes", conflicts_with = "yes")]
    pub(crate) dry_run: bool,
    /// Do it
    #[arg(long)]
    pub(crate) yes: bool,
}
