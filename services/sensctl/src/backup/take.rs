//! Taking a backup.
//!
//! The order makes it consistent. First the streams are read, then the database's snapshot is taken: a message that was
//! acknowledged to its sender before the backup began is either still in the stream when that is read, or it was committed
//! before, and then the later snapshot has it. What is in both is told apart at the restore, by the ledger in the snapshot.
//! Dead letters are read on both sides of the snapshot, because they move both ways between stream and ledger.

use std::collections::BTreeMap;
use std::process::Stdio;

use anyhow::{Context as _, Result};
use chrono::{DateTime, SubsecRound as _, Utc};
use sens_config::Config;
use sens_messaging::{KeptStream, Messaging};
use sens_storage::backup::{LEFT_OUT, Snapshot};

use super::manifest::{DatabasePart, FileEntry, Manifest, StreamsPart, Table};
use super::place::Place;
use super::programs::{Program, major};
use super::streams::{self, Exported};

/// The dump's file.
pub(super) const DUMP: &str = "database.dump";

/// How to take a backup.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TakeOptions {
    /// Leave the streams out.
    pub(crate) skip_streams: bool,
}

/// Streams that are read before the snapshot, in the order in which messages move through them, and the one after it.
const BEFORE: [(KeptStream, &str); 4] = [
    (KeptStream::Parked, "parked.ndjson.gz"),
    (KeptStream::DeadLetters, "dead-letters-before.ndjson.gz"),
    (KeptStream::Raw, "raw.ndjson.gz"),
    (KeptStream::Sessions, "sessions.ndjson.gz"),
];
const AFTER: (KeptStream, &str) = (KeptStream::DeadLetters, "dead-letters-after.ndjson.gz");

/// Takes a backup and gives its manifest. What a failed one has written is deleted.
pub(crate) async fn take(config: &Config, place: &Place, options: TakeOptions) -> Result<Manifest> {
    let started_at = Utc::now();
    let id = new_id(started_at);
    let outcome = write(config, place, options, started_at, &id).await;
    if outcome.is_err() {
        // The failure is what matters; a rest goes with the next retention.
        _ = place.delete(&id).await;
    }
    outcome
}

async fn write(
    config: &Config,
    place: &Place,
    options: TakeOptions,
    started_at: DateTime<Utc>,
    id: &str,
) -> Result<Manifest> {
    let messaging = if options.skip_streams {
        None
    } else {
        Some(Messaging::connect(&config.nats, "sensctl-backup").await?)
    };
    let mut exported = Vec::new();
    if let Some(messaging) = &messaging {
        for (stream, file) in BEFORE {
            exported.extend(streams::export(messaging, stream, place, id, file).await?);
        }
    }
    let mut snapshot = Snapshot::take(&config.database).await?;
    let (database, dump) = dump(config, place, id, &mut snapshot).await?;
    let (epoch, missing) = account(&mut snapshot, &exported).await?;
    snapshot.close().await?;
    if let Some(messaging) = &messaging {
        exported.extend(streams::export(messaging, AFTER.0, place, id, AFTER.1).await?);
    }
    let mut files = vec![dump];
    files.extend(exported.iter().map(|stream| stream.file.clone()));
    let streams = messaging.is_some().then(|| StreamsPart {
        epoch,
        kept: exported.into_iter().map(|stream| stream.part).collect(),
        missing,
    });
    let manifest = Manifest {
        format: Manifest::CURRENT_FORMAT,
        id: id.to_owned(),
        started_at,
        finished_at: Utc::now(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        environment: config.environment.as_str().to_owned(),
        database,
        streams,
        files,
    };
    place.complete(&manifest).await?;
    Ok(manifest)
}

/// Sorts by time; the ending tells backups of the same second apart.
fn new_id(at: DateTime<Utc>) -> String {
    format!(
        "{}-{:06x}",
        at.trunc_subsecs(0).format("%Y%m%dT%H%M%SZ"),
        rand::random::<u32>() & 0xff_ffff
    )
}

/// Dumps the database as the snapshot sees it, and counts what is in it.
async fn dump(
    config: &Config,
    place: &Place,
    id: &str,
    snapshot: &mut Snapshot,
) -> Result<(DatabasePart, FileEntry)> {
    let facts = snapshot.facts().await?;
    let program = Program::find("pg_dump", major(facts.server_version_num)).await?;
    let mut command = program.command(&config.database)?;
    command
        .args(["--format=custom", "--lock-wait-timeout=60s"])
        .arg(format!("--snapshot={}", snapshot.id()))
        .arg(format!("--exclude-table-data=*.{LEFT_OUT}"))
        .stdout(Stdio::piped());
    let mut child = program.start(&mut command)?;
    let output = child.stdout.take().context("pg_dump has no output")?;
    let (entry, ()) = tokio::try_join!(place.put(id, DUMP, output), program.finish(child))?;
    let tables: BTreeMap<String, Table> = snapshot
        .tables()
        .await?
        .into_iter()
        .map(|(name, facts)| {
            let table = Table {
                rows: facts.rows,
                fingerprint: facts.fingerprint,
            };
            (name, table)
        })
        .collect();
    let part = DatabasePart {
        schema_version: snapshot.schema_version().await?,
        server_version_num: facts.server_version_num,
        timescaledb: facts.timescaledb,
        pg_dump: program.major,
        tables,
    };
    Ok((part, entry))
}

type Missing = Vec<std::ops::RangeInclusive<u64>>;

/// Which epoch the raw stream's positions have, and which of them are neither committed nor kept.
async fn account(snapshot: &mut Snapshot, exported: &[Exported]) -> Result<(Option<i32>, Missing)> {
    let raw = exported
        .iter()
        .find(|stream| stream.part.stream == KeptStream::Raw.name());
    let Some(raw) = raw else {
        return Ok((None, Vec::new()));
    };
    let created_at = DateTime::from_timestamp_micros(raw.part.created_at).unwrap_or_default();
    let Some(epoch) = snapshot.epoch(created_at).await? else {
        return Ok((None, Vec::new()));
    };
    let missing = snapshot.missing(epoch.id, raw.part.last, &raw.kept).await?;
    Ok((Some(epoch.id), missing))
}
