//! `sensctl import`: past readings from a file.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use sens_config::Need;
use sens_storage::PgPool;
use sens_storage::WorkState;
use sens_storage::import::{ImportRun, Intake, find_import};
use tokio::io::AsyncReadExt as _;

use super::actor::actor;
use crate::cli::{ImportArguments, ImportFormat};
use crate::settings;

/// How often the progress is shown.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Bytes that are read at once.
const PIECE: usize = 64 * 1024;

pub(crate) async fn run(arguments: ImportArguments) -> anyhow::Result<ExitCode> {
    let config = settings::load(&[Need::Database])?;
    let pool = sens_storage::connect(&config.database, "sensctl", None)?.primary;
    let path = &arguments.file;
    let extension = path.extension().and_then(|extension| extension.to_str());
    let csv = match (arguments.format, extension) {
        (Some(format), _) => matches!(format, ImportFormat::Csv),
        (None, Some("csv")) => true,
        (None, Some("ndjson" | "jsonl")) => false,
        _ => bail!(
            "whether {} is csv or ndjson must be said: --format",
            path.display()
        ),
    };
    let actor = actor();
    let mut file = tokio::fs::File::open(path)
        .await
        .with_context(|| format!("open {}", path.display()))?;
    let mut intake = Intake::begin(&pool, csv, arguments.dry_run, &actor).await?;
    let mut piece = vec![0; PIECE];
    loop {
        let read = file.read(&mut piece).await?;
        if read == 0 {
            break;
        }
        intake.push(&piece[..read]).await?;
    }
    let id = intake.finish(&actor).await?;
    eprintln!(
        "import {id} waits for a telemetry-worker; when this command ends early, the worker goes on all the same"
    );
    let run = follow(&pool, id).await?;
    tell(&run);
    Ok(if run.state == WorkState::Done && run.refused == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn follow(pool: &PgPool, id: i64) -> anyhow::Result<ImportRun> {
    let mut shown = 0;
    loop {
        let run = find_import(pool, id).await?.context("the import is gone")?;
        if run.state.is_over() {
            return Ok(run);
        }
        if run.done > shown {
            shown = run.done;
            eprintln!("{shown} of {} lines", run.total);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn tell(run: &ImportRun) {
    for error in &run.errors {
        println!("line {}: {}: {}", error.line, error.reason, error.detail);
    }
    let named = i64::try_from(run.errors.len()).unwrap_or(i64::MAX);
    if run.refused > named {
        println!("… and {} more", run.refused - named);
    }
    let detail = run.detail.as_deref().map(|detail| format!(": {detail}"));
    println!(
        "{} {} {}{}\n{} lines: {} accepted, {} known before, {} refused",
        if run.dry_run { "dry run" } else { "import" },
        run.id,
        run.state.as_str(),
        detail.unwrap_or_default(),
        run.done,
        run.accepted,
        run.known,
        run.refused
    );
}
