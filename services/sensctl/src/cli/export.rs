//! What `sensctl export` takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// A header, and a line per row
    Csv,
    /// A JSON object per line
    Ndjson,
    /// A Parquet file
    Parquet,
    /// An Arrow stream
    Arrow,
}

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportCompression {
    /// Not at all
    None,
    /// gzip
    Gzip,
    /// Zstandard
    Zstd,
}

/// Which readings, and where to.
#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    /// Where to write the file; it appears there when it is whole
    #[arg(long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// What it is to be; told by its extension when left out (.csv, .ndjson, .parquet, .arrows)
    #[arg(long)]
    pub(crate) format: Option<ExportFormat>,
    /// How it is to be packed; told by its extension when left out (.gz, .zst)
    #[arg(long)]
    pub(crate) compression: Option<ExportCompression>,
    #[command(flatten)]
    pub(crate) query: ExportQuery,
}

/// Which readings: as the parameters of `GET /v1/measurements`.
#[derive(Debug, Args)]
pub(crate) struct ExportQuery {
    /// Only these devices; may be repeated
    #[arg(long, value_name = "SERIAL")]
    pub(crate) device: Vec<String>,
    /// Only devices with these labels, such as site=vie,line!=3; may be repeated
    #[arg(long, value_name = "SELECTOR")]
    pub(crate) label: Vec<String>,
    /// Only these metrics; may be repeated
    #[arg(long)]
    pub(crate) metric: Vec<String>,
    /// Inclusive start, RFC 3339
    #[arg(long)]
    pub(crate) from: Option<String>,
    /// Exclusive end, RFC 3339
    #[arg(long)]
    pub(crate) to: Option<String>,
    /// Instead of both: the time up to now, such as 24h
    #[arg(long)]
    pub(crate) last: Option<String>,
    /// raw, auto, or the width of buckets, such as 15m
    #[arg(long)]
    pub(crate) resolution: Option<String>,
    /// Of each bucket only these: avg, min, max, count, sum, first, last, p95; may be repeated
    #[arg(long)]
    pub(crate) agg: Vec<String>,
    /// Time zone of days and longer buckets, such as Europe/Vienna
    #[arg(long)]
    pub(crate) tz: Option<String>,
    /// Convert values: display, or a unit that the metrics have
    #[arg(long)]
    pub(crate) unit: Option<String>,
    /// Answer as the platform would have done then, RFC 3339
    #[arg(long)]
    pub(crate) as_of: Option<String>,
}
