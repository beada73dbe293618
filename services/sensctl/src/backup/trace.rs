//! What runs leave in the database, where people look for it. No run fails because it cannot be written down.

use std::time::Duration;

use anyhow::{Error, Result};
use chrono::{DateTime, Utc};
use sens_config::Database;
use sens_storage::backup::{BackupEventKind, NewBackupEvent, record_backup_event};

use super::manifest::Manifest;
use super::place::Place;

/// How long the database may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most of a failure that is kept, in characters.
const LONGEST: usize = 1000;

/// A run of a backup, of a proof or of a restore.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    started_at: DateTime<Utc>,
    place: String,
}

impl Run {
    /// A run that begins now.
    pub(crate) fn begin(place: &Place) -> Self {
        Self {
            started_at: Utc::now(),
            place: place.name(),
        }
    }

    /// What is kept of it; without a manifest when the backup was never made.
    pub(super) fn event(
        &self,
        kind: BackupEventKind,
        manifest: Option<&Manifest>,
    ) -> NewBackupEvent {
        NewBackupEvent {
            kind,
            backup_id: manifest.map(|manifest| manifest.id.clone()),
            bytes: manifest.map_or(0, Manifest::bytes),
            started_at: self.started_at,
            taken_at: manifest.map(|manifest| manifest.started_at),
            place: self.place.clone(),
            schema_version: manifest.map(|manifest| manifest.database.schema_version),
            detail: None,
        }
    }

    /// Writes down that it did what it was to do.
    pub(crate) async fn done(&self, config: &Database, kind: BackupEventKind, of: &Manifest) {
        write(config, self.event(kind, Some(of))).await;
    }

    /// Writes down that it failed.
    pub(crate) async fn failed(
        &self,
        config: &Database,
        kind: BackupEventKind,
        of: Option<&Manifest>,
        error: &Error,
    ) {
        let detail = format!("{error:#}").replace('\0', "");
        let event = NewBackupEvent {
            detail: Some(detail.chars().take(LONGEST).collect()),
            ..self.event(kind, of)
        };
        write(config, event).await;
    }
}

async fn write(config: &Database, event: NewBackupEvent) {
    let written: Result<bool> =
        match tokio::time::timeout(PATIENCE, record_backup_event(config, &event)).await {
            Ok(written) => written.map_err(Error::from),
            Err(_) => Err(Error::msg("the database does not answer in time")),
        };
    if let Err(error) = written {
        eprintln!("sensctl: the run is not written down in the database: {error:#}");
    }
}
