//! `sensctl replay`: decoding stored payloads again.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use sens_config::Need;
use sens_schema::DecoderMap;
use sens_storage::PgPool;
use sens_storage::WorkState;
use sens_storage::query::Scope;
use sens_storage::query::family::find_family;
use sens_storage::replay::{
    Change, ChangeKind, ReplayRequest, ReplayRun, find_replay, request_replay, take_replays,
};

use super::actor::actor;
use crate::cli::ReplayArguments;
use crate::settings;

/// How often the progress is shown while a worker does the replay.
const LOOK_EVERY: Duration = Duration::from_secs(1);

pub(crate) async fn run(arguments: ReplayArguments) -> anyhow::Result<ExitCode> {
    let config = settings::load(&[Need::Database])?;
    let decoders = DecoderMap::configured(config.ingest.decoders.as_deref())?;
    let pool = sens_storage::connect(&config.database, "sensctl", None)?.primary;
    let request = ReplayRequest {
        serial: arguments.device,
        from: arguments.from,
        to: arguments.to,
        dry_run: arguments.dry_run,
    };
    if let (Some(from), Some(to)) = (request.from, request.to)
        && from >= to
    {
        bail!("--to must be after --from");
    }
    if let Some(serial) = &request.serial
        && find_family(&pool, &Scope::EVERYTHING, serial)
            .await?
            .is_none()
    {
        bail!("there is no device {serial}");
    }
    let id = request_replay(&pool, &request, &actor()).await?;
    eprintln!(
        "replay {id}: when this command ends early, a worker goes on; DELETE /v1/replays/{id} cancels it"
    );
    let run = follow(&pool, id, &decoders).await?;
    for change in &run.changes {
        println!("{}", line(change));
    }
    println!("{}", summary(&run));
    Ok(if run.state == WorkState::Done {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Does the replay here, or looks on while a worker does it.
async fn follow(pool: &PgPool, id: i64, decoders: &DecoderMap) -> anyhow::Result<ReplayRun> {
    let mut shown = 0;
    loop {
        if let Some(mut replays) = take_replays(pool, decoders.clone()).await? {
            // Those that were asked for earlier come first, as they would with a worker.
            while let Some(next) = replays.next().await?
                && next <= id
            {
                replays.perform(next).await?;
            }
            replays.end().await?;
        }
        let run = find_replay(pool, id).await?.context("the replay is gone")?;
        if run.state.is_over() {
            return Ok(run);
        }
        if run.progress.records > shown {
            shown = run.progress.records;
            eprintln!("{shown} of {} payloads", run.total.unwrap_or_default());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn line(change: &Change) -> String {
    let kind = match change.kind {
        ChangeKind::Added => "added",
        ChangeKind::Superseded => "superseded",
        ChangeKind::Restored => "restored",
    };
    format!(
        "{kind:<10} {} {} {} at {} from {}-{}",
        change.serial,
        change.metric,
        change.value,
        change.recorded_at.format("%Y-%m-%dT%H:%M:%S%.6fZ"),
        change.epoch,
        change.seq
    )
}

fn summary(run: &ReplayRun) -> String {
    let progress = &run.progress;
    let detail = run.detail.as_deref().map(|detail| format!(": {detail}"));
    format!(
        "{} {} {}{}\n{} payloads: {} readings unchanged, {} added, {} superseded, {} restored, {} skipped; {} errors, {} resolved",
        if run.request.dry_run {
            "dry run"
        } else {
            "replay"
        },
        run.id,
        run.state.as_str(),
        detail.unwrap_or_default(),
        progress.records,
        progress.unchanged,
        progress.added,
        progress.superseded,
        progress.restored,
        progress.skipped,
        progress.errors,
        progress.resolved
    )
}
