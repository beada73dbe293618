//! The trace that backups, their proofs and restores leave.

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
    /// A backup was not taken.
    BackupFailed,
    /// A backup could not be proved.
    VerifyFailed,
    /// A restore was refused, or failed.
    RestoreFailed,
}

impl BackupEventKind {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Verified => "verified",
            Self::DatabaseRestored => "database_restored",
            Self::Restored => "restored",
            Self::BackupFailed => "backup_failed",
            Self::VerifyFailed => "verify_failed",
            Self::RestoreFailed => "restore_failed",
        }
    }

    /// Reads a stable name.
    pub fn parse(name: &str) -> Option<Self> {
        let all = [
            Self::Backup,
            Self::Verified,
            Self::DatabaseRestored,
            Self::Restored,
            Self::BackupFailed,
            Self::VerifyFailed,
            Self::RestoreFailed,
        ];
        all.into_iter().find(|kind| kind.as_str() == name)
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

/// What is kept of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBackupEvent {
    /// What happened.
    pub kind: BackupEventKind,
    /// Which backup; `None` when it was never made or found.
    pub backup_id: Option<String>,
    /// Its length.
    pub bytes: u64,
    /// When the run began.
    pub started_at: DateTime<Utc>,
    /// Everything that was acknowledged before then is in the backup.
    pub taken_at: Option<DateTime<Utc>>,
    /// Where the backup lies, without secrets.
    pub place: String,
    /// Version of the schema in it.
    pub schema_version: Option<i64>,
    /// Why the run failed.
    pub detail: Option<String>,
}

/// What a schema of before 23 keeps.
const INSERT_LITTLE: &str = "
    INSERT INTO backup_event (kind, backup_id, bytes) VALUES ($1, $2, $3)";

const INSERT: &str = "
    INSERT INTO backup_event (kind, backup_id, bytes, started_at, taken_at, place, schema_version, detail)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

/// How many columns for runs the table has; null where there is no table.
const COLUMNS: &str = "
    SELECT count(*) FILTER (WHERE attname IN ('started_at', 'detail')) FROM pg_attribute
    WHERE attrelid = to_regclass('backup_event') HAVING count(*) > 0";

/// Keeps an event. On the schema of an earlier version less of it is kept, and of failures nothing; `false` when nothing was.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn record_backup_event(config: &Database, event: &NewBackupEvent) -> Result<bool, Error> {
    let failed = Error::during("record the backup");
    let mut connection = pool::connect_owner(config).await?;
    let columns: Option<i64> = sqlx::query_scalar(COLUMNS)
        .fetch_optional(&mut connection)
        .await
        .map_err(&failed)?;
    let insert = |sql: &'static str| {
        sqlx::query(sql)
            .bind(event.kind.as_str())
            .bind(event.backup_id.as_deref())
            .bind(event.bytes.cast_signed())
    };
    let kept = match columns {
        Some(2) => insert(INSERT)
            .bind(event.started_at)
            .bind(event.taken_at)
            .bind(&event.place)
            .bind(event.schema_version)
            .bind(event.detail.as_deref())
            .execute(&mut connection)
            .await
            .map(|_| true),
        Some(_) if event.detail.is_none() => insert(INSERT_LITTLE)
            .execute(&mut connection)
            .await
            .map(|_| true),
        _ => Ok(false),
    };
    let kept = kept.map_err(&failed)?;
    connection
        .close()
        .await
        .map_err(Error::during("close the connection"))?;
    Ok(kept)
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
