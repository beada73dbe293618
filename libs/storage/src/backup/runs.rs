//! Backups, their proofs and restores, as people look at them.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool, Row as _};

use super::BackupEventKind;
use crate::Error;

/// A run of a backup, of a proof or of a restore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupRun {
    /// Its number; rises with time.
    pub id: i64,
    /// What happened.
    pub kind: BackupEventKind,
    /// Which backup; `None` when it was never made or found.
    pub backup_id: Option<String>,
    /// Length of the backup; 0 when there is none.
    pub bytes: i64,
    /// When the run began; earlier versions did not keep it.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: DateTime<Utc>,
    /// Everything that was acknowledged before then is in the backup.
    pub taken_at: Option<DateTime<Utc>>,
    /// Where the backup lies.
    pub place: Option<String>,
    /// Version of the schema in it.
    pub schema_version: Option<i64>,
    /// Why the run failed.
    pub detail: Option<String>,
}

const RUNS: &str = "
    SELECT id, kind, backup_id, bytes, started_at, at, taken_at, place, schema_version, detail FROM backup_event";

impl FromRow<'_, PgRow> for BackupRun {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let kind: String = row.try_get("kind")?;
        Ok(Self {
            id: row.try_get("id")?,
            kind: BackupEventKind::parse(&kind)
                .ok_or_else(|| sqlx::Error::Decode(format!("{kind} is no event").into()))?,
            backup_id: row.try_get("backup_id")?,
            bytes: row.try_get("bytes")?,
            started_at: row.try_get("started_at")?,
            finished_at: row.try_get("at")?,
            taken_at: row.try_get("taken_at")?,
            place: row.try_get("place")?,
            schema_version: row.try_get("schema_version")?,
            detail: row.try_get("detail")?,
        })
    }
}

/// The newest runs first, at most `limit`; a restore once, when it is over.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn list_backup_runs(
    pool: &PgPool,
    before_id: Option<i64>,
    limit: i64,
) -> Result<Vec<BackupRun>, Error> {
    let sql = format!(
        "{RUNS} WHERE kind <> 'database_restored' AND ($1::bigint IS NULL OR id < $1) ORDER BY id DESC LIMIT $2"
    );
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(before_id)
        .bind(limit)
        .fetch_all(pool)
        .await
        .map_err(Error::during("list the runs of backups"))
}

/// The newest run of a kind.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn newest_backup_run(
    pool: &PgPool,
    kind: BackupEventKind,
) -> Result<Option<BackupRun>, Error> {
    let sql = format!("{RUNS} WHERE kind = $1 ORDER BY at DESC LIMIT 1");
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(kind.as_str())
        .fetch_optional(pool)
        .await
        .map_err(Error::during("look for the newest run of a backup"))
}
