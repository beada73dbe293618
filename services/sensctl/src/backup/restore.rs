//! Restoring a backup into an empty database, and putting back what waited in the streams.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use chrono::DateTime;
use sens_config::{Config, Database};
use sens_messaging::{Extent, KeptMessage, KeptStream, Messaging};
use sens_storage::backup::{self, BackupEventKind, Snapshot};

use super::manifest::{Manifest, StreamPart, StreamsPart};
use super::place::Place;
use super::streams::Messages;
use super::trace::Run;
use super::{compare, take};

/// How often to look whether a worker waits for messages.
const LOOKS: u32 = 5;
const BETWEEN_LOOKS: Duration = Duration::from_millis(300);

/// How to restore.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RestoreOptions {
    /// Leave the streams alone.
    pub(crate) skip_streams: bool,
}

/// What a restore did, a line for each thing.
pub(crate) type Report = Vec<String>;

/// Restores the backup.
pub(crate) async fn restore(
    config: &Config,
    place: &Place,
    manifest: &Manifest,
    options: RestoreOptions,
    run: &Run,
) -> Result<Report> {
    let known = sens_storage::latest_version();
    ensure!(
        manifest.database.schema_version <= known,
        "backup {} has schema version {}, this sensctl knows {known}: use the version {} or newer",
        manifest.id,
        manifest.database.schema_version,
        manifest.version
    );
    let work = tempfile::tempdir().context("make a folder for the backup's files")?;
    let mut report = Report::new();
    // Everything that can be refused is refused before anything is changed.
    let streams = if options.skip_streams {
        None
    } else {
        manifest.streams.as_ref()
    };
    let mut files = HashMap::new();
    for stream in streams.iter().flat_map(|streams| &streams.kept) {
        let path = place.fetch(manifest, &stream.file, work.path()).await?;
        files.insert(stream.file.as_str(), path);
    }
    let messaging = match streams {
        Some(_) => Some(reach_streams(config).await?),
        None => None,
    };
    if is_half_done(&config.database, manifest).await? {
        report.push("the database is restored already, going on with the streams".to_owned());
    } else {
        let dump = place.fetch(manifest, take::DUMP, work.path()).await?;
        restore_database(&config.database, manifest, &dump, run).await?;
        report.push(format!(
            "database: {} rows in {} tables, as the manifest says; schema at version {known}",
            manifest.rows(),
            manifest.database.tables.len()
        ));
    }
    if let (Some(messaging), Some(streams)) = (&messaging, streams) {
        renew_positions(config, messaging, &mut report).await?;
        let arbiter = Arbiter::of(&config.database, streams, &files).await?;
        for part in &streams.kept {
            let path = files
                .get(part.file.as_str())
                .context("a file went missing")?;
            let line = put_back(messaging, part, path, &arbiter).await?;
            report.push(line);
        }
    }
    // What a further restore decides by.
    let event = run.event(BackupEventKind::Restored, Some(manifest));
    backup::record_backup_event(&config.database, &event).await?;
    Ok(report)
}

/// The streams are there and nobody takes messages from them meanwhile.
async fn reach_streams(config: &Config) -> Result<Messaging> {
    let messaging = Messaging::connect(&config.nats, "sensctl-restore").await?;
    messaging.ensure_streams(&config.nats).await?;
    messaging.ensure_raw_consumer().await?;
    // A busy worker does not wait at every moment.
    for _ in 0..LOOKS {
        let readers = messaging.raw_readers().await?;
        ensure!(
            readers == 0,
            "{readers} telemetry-worker take messages from SENS_RAW: stop them before a restore, start them after it"
        );
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
    Ok(messaging)
}

/// Whether this backup's database was restored here and its streams were not.
async fn is_half_done(config: &Database, manifest: &Manifest) -> Result<bool> {
    let foreign = backup::foreign_tables(config).await?;
    if foreign.is_empty() {
        return Ok(false);
    }
    if foreign_is_ours(config, manifest).await {
        return Ok(true);
    }
    anyhow::bail!(
        "the database is not empty ({}, …): a restore never overwrites anything; name an empty database",
        foreign.join(", ")
    )
}

async fn foreign_is_ours(config: &Database, manifest: &Manifest) -> bool {
    let Ok(pools) = sens_storage::connect(config, "sensctl", None) else {
        return false;
    };
    let last = |kind| {
        let pool = pools.primary.clone();
        async move { backup::last_backup_event(&pool, kind).await.ok().flatten() }
    };
    let database = last(BackupEventKind::DatabaseRestored).await;
    let whole = last(BackupEventKind::Restored).await;
    database.is_some_and(|event| {
        event.backup_id == manifest.id && whole.is_none_or(|whole| whole.at < event.at)
    })
}

async fn restore_database(
    config: &Database,
    manifest: &Manifest,
    dump: &Path,
    run: &Run,
) -> Result<()> {
    compare::play_back(config, manifest, dump).await?;
    sens_storage::migrate(config).await?;
    let event = run.event(BackupEventKind::DatabaseRestored, Some(manifest));
    backup::record_backup_event(config, &event).await?;
    Ok(())
}

/// A stream that the restored ledger knows: what lies in it is delivered once more, and where its positions would come
/// again, they get a new epoch.
async fn renew_positions(
    config: &Config,
    messaging: &Messaging,
    report: &mut Report,
) -> Result<()> {
    let Some(live) = messaging.extent(KeptStream::Raw).await? else {
        return Ok(());
    };
    let created_at = DateTime::from_timestamp_micros(live.created_at).unwrap_or_default();
    let mut snapshot = Snapshot::take(&config.database).await?;
    let epoch = snapshot.epoch(created_at).await?;
    snapshot.close().await?;
    match epoch {
        None => report.push("SENS_RAW is a new stream: its positions are a new epoch".to_owned()),
        Some(epoch) if live.last < epoch.committed => {
            let new = backup::renew_epoch(&config.database, created_at).await?;
            report.push(format!(
                "SENS_RAW stands at {} and the ledger at {}: positions will come again, so they are epoch {new} from now on",
                live.last, epoch.committed
            ));
            messaging.redeliver_raw().await?;
        }
        Some(epoch) => {
            messaging.redeliver_raw().await?;
            report.push(format!(
                "SENS_RAW is still the stream of epoch {}: its {} messages are delivered once more, the ledger knows which it has",
                epoch.id, live.messages
            ));
        }
    }
    Ok(())
}

/// Says which messages are to be put back: what the restored database has already is not.
struct Arbiter {
    config: Database,
    epoch: Option<i32>,
    /// Where a requeued letter went, `None` for a dropped one.
    decided: HashMap<(i32, i64), Option<i64>>,
    /// Sequences of raw messages in the backup.
    raw: BTreeSet<u64>,
    /// Letters that were there after the snapshot as well.
    letters_after: BTreeSet<u64>,
}

impl Arbiter {
    async fn of(
        config: &Database,
        streams: &StreamsPart,
        files: &HashMap<&str, std::path::PathBuf>,
    ) -> Result<Self> {
        let sequences = |wanted: &dyn Fn(&StreamPart) -> bool| -> Result<BTreeSet<u64>> {
            let part = streams.kept.iter().find(|part| wanted(part));
            match part.and_then(|part| files.get(part.file.as_str())) {
                Some(path) => Messages::open(path)?.sequences(),
                None => Ok(BTreeSet::new()),
            }
        };
        let mut snapshot = Snapshot::take(config).await?;
        let decisions = snapshot.dead_letter_decisions().await?;
        snapshot.close().await?;
        Ok(Self {
            config: config.clone(),
            epoch: streams.epoch,
            decided: decisions
                .into_iter()
                .map(|trace| ((trace.epoch, trace.seq), trace.requeued_as))
                .collect(),
            raw: sequences(&|part| part.stream == KeptStream::Raw.name())?,
            letters_after: sequences(&|part| part.file.contains("-after"))?,
        })
    }

    /// Those of the messages that are to be put back.
    async fn wanted(
        &self,
        part: &StreamPart,
        messages: Vec<KeptMessage>,
    ) -> Result<Vec<KeptMessage>> {
        if part.stream == KeptStream::Raw.name() {
            return self.uncommitted(messages).await;
        }
        if part.stream != KeptStream::DeadLetters.name() {
            return Ok(messages);
        }
        let is_before = !part.file.contains("-after");
        let mut wanted = Vec::new();
        for message in messages {
            let twice = is_before && self.letters_after.contains(&message.sequence);
            if !twice && self.is_undecided(&message).await? {
                wanted.push(message);
            }
        }
        Ok(wanted)
    }

    async fn uncommitted(&self, messages: Vec<KeptMessage>) -> Result<Vec<KeptMessage>> {
        let Some(epoch) = self.epoch else {
            return Ok(messages);
        };
        let positions: Vec<u64> = messages.iter().map(|message| message.sequence).collect();
        let mut snapshot = Snapshot::take(&self.config).await?;
        let uncommitted: BTreeSet<u64> = snapshot
            .uncommitted(epoch, &positions)
            .await?
            .into_iter()
            .collect();
        snapshot.close().await?;
        let mut messages = messages;
        messages.retain(|message| uncommitted.contains(&message.sequence));
        Ok(messages)
    }

    /// A letter that was requeued counts as decided only when the message it became is in the backup.
    async fn is_undecided(&self, letter: &KeptMessage) -> Result<bool> {
        let number = |name: &str| -> Option<i64> {
            let (_, value) = letter.headers.iter().find(|(header, _)| header == name)?;
            value.parse().ok()
        };
        let origin = number("Sens-Origin-Epoch").zip(number("Sens-Origin-Sequence"));
        let Some((epoch, seq)) = origin else {
            return Ok(true);
        };
        let epoch = i32::try_from(epoch).unwrap_or_default();
        match self.decided.get(&(epoch, seq)) {
            None => Ok(true),
            Some(None) => Ok(false),
            Some(Some(new)) => {
                let new = new.cast_unsigned();
                if self.raw.contains(&new) {
                    return Ok(false);
                }
                let mut snapshot = Snapshot::take(&self.config).await?;
                let lost = snapshot
                    .uncommitted(self.epoch.unwrap_or(epoch), &[new])
                    .await?;
                snapshot.close().await?;
                Ok(!lost.is_empty())
            }
        }
    }
}

/// Puts the messages of one file back, but for those that the stream has still.
async fn put_back(
    messaging: &Messaging,
    part: &StreamPart,
    path: &Path,
    arbiter: &Arbiter,
) -> Result<String> {
    let stream = kept_stream(&part.stream)?;
    let live = messaging.extent(stream).await?;
    let mut file = Messages::open(path)?;
    let (mut put, mut left) = (0, 0);
    loop {
        let chunk = file.next_chunk()?;
        if chunk.is_empty() {
            break;
        }
        let count = chunk.len();
        let wanted = arbiter.wanted(part, chunk).await?;
        let wanted = absent(messaging, stream, live.as_ref(), part, wanted).await?;
        messaging.put_back(stream, &wanted).await?;
        put += wanted.len();
        left += count - wanted.len();
    }
    Ok(format!(
        "{}: {put} messages put back, {left} were there already ({})",
        part.stream, part.file
    ))
}

/// Those of the messages that are not in the stream, where it is still the one of the backup.
async fn absent(
    messaging: &Messaging,
    stream: KeptStream,
    live: Option<&Extent>,
    part: &StreamPart,
    mut messages: Vec<KeptMessage>,
) -> Result<Vec<KeptMessage>> {
    let same =
        live.is_some_and(|live| live.created_at == part.created_at && live.last >= part.last);
    let (true, Some(first), Some(last)) = (same, messages.first(), messages.last()) else {
        return Ok(messages);
    };
    let (mut from, last) = (first.sequence, last.sequence);
    let mut present = BTreeSet::new();
    loop {
        let found = messaging.kept_messages(stream, from, last).await?;
        let Some(newest) = found.last() else { break };
        from = newest.sequence + 1;
        present.extend(found.iter().map(|message| message.sequence));
    }
    messages.retain(|message| !present.contains(&message.sequence));
    Ok(messages)
}

fn kept_stream(name: &str) -> Result<KeptStream> {
    [
        KeptStream::Parked,
        KeptStream::Raw,
        KeptStream::DeadLetters,
        KeptStream::Sessions,
    ]
    .into_iter()
    .find(|stream| stream.name() == name)
    .with_context(|| format!("the manifest names a stream {name} that this version does not know"))
}
