//! The trace that backups, their proofs and restores leave, for alerts on their age.

use chrono::{DateTime, Utc};
use sens_config::Database;
use sqlx::{Connection, PgPool};

use crate::{Error, pool};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackupEventKind {
    /// A backup is complete.
    Backup,
    /// A backup was restored into a scratch database and found equal.
    Verified,
    /// The database of a backup is restored, its streams are not yet.
    DatabaseRestored,
    /// A backup is restored.
    Restored,
}

impl BackupEventKind {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Verified => "verified",
            Self::DatabaseRestored => "database_restored",
            Self::Restored => "restored",
        }
    }
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupEvent {
    /// Which backup.
    pub backup_id: String,
    /// When it happened.
    pub at: DateTime<Utc>,
}

/// Keeps an event.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn record_backup_event(
    config: &Database,
    kind: BackupEventKind,
    backup_id: &str,
    bytes: u64,
) -> Result<(), Error> {
    let mut connection = pool::connect_owner(config).await?;
    sqlx::query("INSERT INTO backup_event (kind, backup_id, bytes) VALUES ($1, $2, $3)")
        .bind(kind.as_str())
        .bind(backup_id)
        .bind(bytes.cast_signed())
        .execute(&mut connection)
        .await
        .map_err(Error::during("record the backup"))?;
    connection
        .close()
        .await
        .map_err(Error::during("close the connection"))
}

/// The newest event of a kind.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn last_backup_event(
    pool: &PgPool,
    kind: BackupEventKind,
) -> Result<Option<BackupEvent>, Error> {
    let row: Option<(String, DateTime<Utc>)> = sqlx::query_as(
        "SELECT backup_id, at FROM backup_event WHERE kind = $1 ORDER BY at DESC LIMIT 1",
    )
    .bind(kind.as_str())
    .fetch_optional(pool)
    .await
    .map_err(Error::during("look for the newest backup"))?;
    Ok(row.map(|(backup_id, at)| BackupEvent { backup_id, at }))
}
