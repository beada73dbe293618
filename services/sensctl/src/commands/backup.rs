//! `sensctl backup`: takes, lists and proves backups.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use chrono::{TimeDelta, Utc};
use sens_config::{Config, Need};
use sens_storage::backup::BackupEventKind;
use tokio::signal::unix::{SignalKind, signal};

use crate::backup::{Listed, Manifest, Place, Run, TakeOptions, take, verify};
use crate::cli::{BackupArguments, BackupCommand, FromArguments, TakeArguments};
use crate::settings;

/// Pause after a backup of a series that failed.
const AGAIN: Duration = Duration::from_mins(5);

pub(crate) async fn run(arguments: BackupArguments) -> Result<ExitCode> {
    match arguments.command {
        None => {
            let wanted = arguments.take;
            let needs: &[Need] = if wanted.skip_streams {
                &[Need::Database]
            } else {
                &[Need::Database, Need::Nats]
            };
            let config = settings::load(needs)?;
            let place = wanted
                .to
                .as_deref()
                .context("--to is missing: name a folder or s3://bucket/prefix")?;
            let place = Place::parse(place, &wanted.s3)?;
            match wanted.every {
                Some(hours) => series(&config, &place, &wanted, hours).await,
                None => once(&config, &place, &wanted)
                    .await
                    .map(|()| ExitCode::SUCCESS),
            }
        }
        Some(BackupCommand::Verify { from }) => prove(&from).await,
        Some(BackupCommand::List { from, max_age }) => list(&from, max_age).await,
    }
}

/// One backup, proved and others retired where that is asked for.
async fn once(config: &Config, place: &Place, wanted: &TakeArguments) -> Result<()> {
    let options = TakeOptions {
        skip_streams: wanted.skip_streams,
    };
    let run = Run::begin(place);
    let database = &config.database;
    let manifest = match take(config, place, options).await {
        Ok(manifest) => manifest,
        Err(error) => {
            let kind = BackupEventKind::BackupFailed;
            run.failed(database, kind, None, &error).await;
            return Err(error);
        }
    };
    run.done(database, BackupEventKind::Backup, &manifest).await;
    println!("backup {} is complete: {}", manifest.id, summary(&manifest));
    warn_about_missing(&manifest);
    if wanted.verify {
        proved(config, place, &manifest).await?;
        println!("backup {} is proved: restored and equal", manifest.id);
    }
    if let Some(keep) = wanted.keep {
        retire(place, keep).await?;
    }
    Ok(())
}

/// Backups at an interval until a stop signal. A failure is said and tried again.
async fn series(
    config: &Config,
    place: &Place,
    wanted: &TakeArguments,
    hours: u32,
) -> Result<ExitCode> {
    let interval = TimeDelta::hours(hours.into());
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    loop {
        let work = async {
            match due_in(place, interval).await {
                Ok(Some(wait)) => wait,
                Ok(None) => match once(config, place, wanted).await {
                    Ok(()) => Duration::ZERO,
                    Err(error) => complain(&error),
                },
                Err(error) => complain(&error),
            }
        };
        let pause = tokio::select! {
            pause = work => pause,
            _ = terminate.recv() => return Ok(ExitCode::SUCCESS),
            _ = interrupt.recv() => return Ok(ExitCode::SUCCESS),
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = terminate.recv() => return Ok(ExitCode::SUCCESS),
            _ = interrupt.recv() => return Ok(ExitCode::SUCCESS),
        }
    }
}

fn complain(error: &anyhow::Error) -> Duration {
    eprintln!(
        "sensctl: {error:#}; the next attempt is in {} minutes",
        AGAIN.as_secs() / 60
    );
    AGAIN
}

/// How long until the next backup is due; `None` when it is now.
async fn due_in(place: &Place, interval: TimeDelta) -> Result<Option<Duration>> {
    let listed = place.list().await?;
    let newest = listed
        .iter()
        .rev()
        .find_map(|entry| entry.manifest.as_ref().ok());
    let wait = newest.map(|manifest| manifest.started_at + interval - Utc::now());
    Ok(wait
        .and_then(|wait| wait.to_std().ok())
        .filter(|wait| !wait.is_zero()))
}

/// Deletes all but the newest complete backups, and incomplete ones that are older than the newest complete one.
async fn retire(place: &Place, keep: u32) -> Result<()> {
    let listed = place.list().await?;
    let complete: Vec<&Listed> = listed
        .iter()
        .filter(|entry| entry.manifest.is_ok())
        .collect();
    let Some(newest) = complete.last() else {
        return Ok(());
    };
    let keep = usize::try_from(keep).unwrap_or(usize::MAX);
    let old = complete.iter().take(complete.len().saturating_sub(keep));
    let unfinished = listed
        .iter()
        .filter(|entry| entry.manifest.is_err() && entry.id < newest.id);
    for entry in old.copied().chain(unfinished) {
        place.delete(&entry.id).await?;
        println!("backup {} is deleted", entry.id);
    }
    Ok(())
}

/// Proves a backup, and writes down what came of it.
async fn proved(config: &Config, place: &Place, manifest: &Manifest) -> Result<()> {
    let (run, database) = (Run::begin(place), &config.database);
    let outcome = verify(config, place, manifest).await;
    match &outcome {
        Ok(()) => {
            let kind = BackupEventKind::Verified;
            run.done(database, kind, manifest).await;
        }
        Err(error) => {
            let kind = BackupEventKind::VerifyFailed;
            run.failed(database, kind, Some(manifest), error).await;
        }
    }
    outcome
}

async fn prove(from: &FromArguments) -> Result<ExitCode> {
    let config = settings::load(&[Need::Database])?;
    let place = Place::parse(&from.from, &from.s3)?;
    let manifest = place.choose(from.id.as_deref()).await?;
    proved(&config, &place, &manifest).await?;
    println!(
        "backup {} is proved: every file is whole, the restored tables are equal; {}",
        manifest.id,
        summary(&manifest)
    );
    warn_about_missing(&manifest);
    Ok(ExitCode::SUCCESS)
}

async fn list(from: &FromArguments, max_age: Option<u32>) -> Result<ExitCode> {
    let place = Place::parse(&from.from, &from.s3)?;
    let listed = place.list().await?;
    for entry in &listed {
        match &entry.manifest {
            Ok(manifest) => println!("{}  {}", entry.id, summary(manifest)),
            Err(error) => println!("{}  UNUSABLE: {error:#}", entry.id),
        }
    }
    let newest = listed
        .iter()
        .rev()
        .find_map(|entry| entry.manifest.as_ref().ok());
    let Some(hours) = max_age else {
        return Ok(ExitCode::SUCCESS);
    };
    let oldest = Utc::now() - TimeDelta::hours(hours.into());
    if newest.is_some_and(|manifest| manifest.started_at >= oldest) {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("sensctl: the newest complete backup is older than {hours} hours, or there is none");
    Ok(ExitCode::FAILURE)
}

fn summary(manifest: &Manifest) -> String {
    format!(
        "{} KiB, schema {}, {} rows in {} tables, {} messages of streams, took {} s",
        manifest.bytes().div_ceil(1024),
        manifest.database.schema_version,
        manifest.rows(),
        manifest.database.tables.len(),
        manifest.messages(),
        (manifest.finished_at - manifest.started_at).num_seconds()
    )
}

fn warn_about_missing(manifest: &Manifest) {
    let missing = manifest.streams.iter().flat_map(|streams| &streams.missing);
    let ranges: Vec<String> = missing
        .map(|range| format!("{}..={}", range.start(), range.end()))
        .collect();
    if !ranges.is_empty() {
        eprintln!(
            "warning: positions of SENS_RAW that were neither committed nor in the stream when the backup was taken: {}",
            ranges.join(", ")
        );
    }
}
