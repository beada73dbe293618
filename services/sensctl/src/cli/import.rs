//! What `sensctl import` takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// How lines are to be read.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ImportFormat {
    /// A header, and a reading per line
    Csv,
    /// A JSON object per line
    Ndjson,
}

/// Which file.
#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// A reading per line: serial, metric, `recorded_at` (RFC 3339), value and, where it is not the catalogue's, unit
    pub(crate) file: PathBuf,
    /// How it is to be read; told by its extension when left out
    #[arg(long)]
    pub(crate) format: Option<ImportFormat>,
    /// Only say what would become of the lines
    #[arg(long)]
    pub(crate) dry_run: bool,
}
