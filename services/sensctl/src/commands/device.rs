//! `sensctl device`: erasing one.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use sens_config::Need;
use sens_schema::Position;
use sens_storage::PgPool;
use sens_storage::WorkState;
use sens_storage::erasure::{
    ErasureRequest, ErasureRun, find_erasure, is_known, request_erasure, take_erasures,
};
use serde_json::Value as Json;

use super::actor::actor;
use crate::cli::{EraseArguments, RegistryCommand};
use crate::settings;

/// How often the progress is shown.
const LOOK_EVERY: Duration = Duration::from_secs(1);

pub(crate) async fn run(command: RegistryCommand) -> anyhow::Result<ExitCode> {
    let RegistryCommand::Erase(arguments) = command;
    let config = settings::load(&[Need::Database])?;
    let pool = sens_storage::connect(&config.database, "sensctl", None)?.primary;
    erase(&pool, arguments).await
}

async fn erase(pool: &PgPool, arguments: EraseArguments) -> anyhow::Result<ExitCode> {
    if !is_known(pool, &arguments.serial).await? {
        bail!("there is no device {}", arguments.serial);
    }
    let request = ErasureRequest {
        serial: arguments.serial,
        reason: arguments.reason,
        dry_run: arguments.dry_run,
    };
    let id = request_erasure(pool, &request, &actor()).await?;
    if !request.dry_run {
        eprintln!(
            "erasure {id} waits for a telemetry-worker; when this command ends early, the worker goes on all the same"
        );
    }
    let run = follow(pool, id, request.dry_run).await?;
    tell(&run);
    Ok(if run.state == WorkState::Done {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Counts here; looks on while a worker erases.
async fn follow(pool: &PgPool, id: i64, count: bool) -> anyhow::Result<ErasureRun> {
    let mut shown = 0;
    loop {
        if count && let Some(mut erasures) = take_erasures(pool).await? {
            let nowhere = Position { epoch: 0, seq: 0 };
            erasures.begin(id, nowhere).await?;
            erasures.end().await?;
        }
        let run = find_erasure(pool, id)
            .await?
            .context("the erasure is gone")?;
        if run.state.is_over() {
            return Ok(run);
        }
        if run.done > shown {
            shown = run.done;
            eprintln!("{shown} of {} spans", run.total.unwrap_or_default());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn tell(run: &ErasureRun) {
    let count = |counts: &Option<Json>, table: &str| {
        let counts = counts.as_ref();
        counts.and_then(|counts| counts[table].as_i64())
    };
    let tables = run.before.as_ref().and_then(Json::as_object);
    for table in tables.into_iter().flat_map(serde_json::Map::keys) {
        let before = count(&run.before, table).unwrap_or_default();
        match count(&run.after, table) {
            Some(after) => println!("{table:<20} {before:>12} -> {after}"),
            None => println!("{table:<20} {before:>12}"),
        }
    }
    for note in ["dead_letters", "shared_payloads"] {
        if let Some(number) = run.notes[note].as_i64() {
            println!("{note:<20} {number:>12}");
        }
    }
    let detail = run.detail.as_deref().map(|detail| format!(": {detail}"));
    println!(
        "{} {} of {} {}{}",
        if run.request.dry_run {
            "dry run"
        } else {
            "erasure"
        },
        run.id,
        run.request.serial,
        run.state.as_str(),
        detail.unwrap_or_default()
    );
}
