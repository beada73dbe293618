//! Proving a backup: every file, then a restore into a scratch database that is compared and dropped.

use anyhow::{Context as _, Result, ensure};
use sens_config::Config;
use sens_storage::backup;

use super::manifest::Manifest;
use super::place::Place;
use super::programs::with_database;
use super::streams::Messages;
use super::{compare, take};

/// Proves the backup. `work` takes files from S3.
pub(crate) async fn verify(config: &Config, place: &Place, manifest: &Manifest) -> Result<()> {
    let work = tempfile::tempdir().context("make a folder for the backup's files")?;
    for stream in manifest.streams.iter().flat_map(|streams| &streams.kept) {
        let path = place.fetch(manifest, &stream.file, work.path()).await?;
        let found = Messages::open(&path)?.sequences()?.len() as u64;
        ensure!(
            found == stream.messages,
            "backup {}: {} holds {found} messages, the manifest says {}",
            manifest.id,
            stream.file,
            stream.messages
        );
    }
    let dump = place.fetch(manifest, take::DUMP, work.path()).await?;
    let scratch = format!("sens_verify_{:08x}", rand::random::<u32>());
    let target = with_database(&config.database, &scratch)?;
    backup::create_database(&config.database, &scratch).await?;
    let outcome = compare::play_back(&target, manifest, &dump).await;
    backup::drop_database(&config.database, &scratch).await?;
    outcome
}
