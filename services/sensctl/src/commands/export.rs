//! `sensctl export`: readings into a file.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use clap::ValueEnum as _;
use sens_config::Need;
use sens_storage::export::{ExportRun, NewExport, export_chunk, find_export, request_export};
use sens_storage::query::Scope;
use sens_storage::{PgPool, WorkState};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;

use super::actor::actor;
use crate::cli::{ExportArguments, ExportCompression, ExportFormat, ExportQuery};
use crate::settings;

/// How often the progress is shown.
const LOOK_EVERY: Duration = Duration::from_secs(1);

pub(crate) async fn run(arguments: ExportArguments) -> anyhow::Result<ExitCode> {
    let config = settings::load(&[Need::Database])?;
    let pool = sens_storage::connect(&config.database, "sensctl", None)?.primary;
    let (format, compression) = kind(&arguments)?;
    let query = query(arguments.query, &format, &compression);
    let new = NewExport {
        query: &query,
        format: &format,
        compression: &compression,
        scope: &Scope::EVERYTHING,
    };
    let id = request_export(&pool, &new, config.api.export_total_bytes, &actor()).await?;
    eprintln!(
        "export {id} waits for a platform-api; when this command ends early, it is written all the same, for GET /v1/exports/{id}/content"
    );
    let run = follow(&pool, id).await?;
    if run.state != WorkState::Done {
        let detail = run.detail.map(|detail| format!(": {detail}"));
        bail!(
            "export {id} {}{}",
            run.state.as_str(),
            detail.unwrap_or_default()
        );
    }
    save(&pool, &run, &arguments.output).await?;
    println!(
        "{}: {} rows, {} bytes, sha256 {}",
        arguments.output.display(),
        run.rows,
        run.bytes,
        run.sha256.unwrap_or_default()
    );
    Ok(ExitCode::SUCCESS)
}

/// Format and compression by their names: as they are given, or by the extension of the file.
fn kind(arguments: &ExportArguments) -> anyhow::Result<(String, String)> {
    let path = &arguments.output;
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.unwrap_or_default();
    let (stem, packed) = match name.rsplit_once('.') {
        Some((stem, "gz")) => (stem, ExportCompression::Gzip),
        Some((stem, "zst")) => (stem, ExportCompression::Zstd),
        _ => (name, ExportCompression::None),
    };
    let told = match stem.rsplit_once('.') {
        Some((_, "csv")) => Some(ExportFormat::Csv),
        Some((_, "ndjson" | "jsonl")) => Some(ExportFormat::Ndjson),
        Some((_, "parquet")) => Some(ExportFormat::Parquet),
        Some((_, "arrow" | "arrows")) => Some(ExportFormat::Arrow),
        _ => None,
    };
    let Some(format) = arguments.format.or(told) else {
        bail!(
            "whether {} is to be csv, ndjson, parquet or arrow must be said: --format",
            path.display()
        );
    };
    let compression = arguments.compression.unwrap_or(packed);
    let name = |value: Option<clap::builder::PossibleValue>| {
        value
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    };
    Ok((
        name(format.to_possible_value()),
        name(compression.to_possible_value()),
    ))
}

/// The body that `POST /v1/exports` takes.
fn query(wanted: ExportQuery, format: &str, compression: &str) -> Value {
    let mut body = Map::new();
    for (name, values) in [
        ("device", wanted.device),
        ("label", wanted.label),
        ("metric", wanted.metric),
        ("agg", wanted.agg),
    ] {
        if !values.is_empty() {
            body.insert(name.to_owned(), values.into());
        }
    }
    for (name, value) in [
        ("from", wanted.from),
        ("to", wanted.to),
        ("last", wanted.last),
        ("resolution", wanted.resolution),
        ("tz", wanted.tz),
        ("unit", wanted.unit),
        ("as_of", wanted.as_of),
        ("format", Some(format.to_owned())),
        ("compression", Some(compression.to_owned())),
    ] {
        if let Some(value) = value {
            body.insert(name.to_owned(), value.into());
        }
    }
    Value::Object(body)
}

async fn follow(pool: &PgPool, id: i64) -> anyhow::Result<ExportRun> {
    let mut shown = 0;
    loop {
        let run = find_export(pool, id).await?.context("the export is gone")?;
        if run.state.is_over() {
            return Ok(run);
        }
        if run.rows > shown {
            shown = run.rows;
            eprintln!("{shown} rows, {:.0} %", run.share * 100.0);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Writes the file beside its place and puts it there when it is whole and has the hash that it should have.
async fn save(pool: &PgPool, run: &ExportRun, output: &Path) -> anyhow::Result<()> {
    let mut partial = output.as_os_str().to_owned();
    partial.push(".part");
    let partial = PathBuf::from(partial);
    let mut file = tokio::fs::File::create(&partial)
        .await
        .with_context(|| format!("write {}", partial.display()))?;
    let (mut hash, mut written) = (Sha256::new(), 0);
    for chunk in 0.. {
        if written >= run.bytes {
            break;
        }
        let body = export_chunk(pool, run.id, chunk)
            .await?
            .with_context(|| format!("the file of export {} is kept no more", run.id))?;
        hash.update(&body);
        file.write_all(&body).await?;
        written += i64::try_from(body.len())?;
    }
    file.sync_all().await?;
    let sha256 = hex::encode(hash.finalize());
    ensure!(
        run.sha256.as_deref() == Some(sha256.as_str()),
        "{} is not what was exported: its sha256 is {sha256}",
        partial.display()
    );
    tokio::fs::rename(&partial, output)
        .await
        .with_context(|| format!("put the file at {}", output.display()))
}
