//! Imports that were asked for, and how far they are.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool, Row as _};

use crate::Error;
use crate::audit::{self, Actor, Entry};

const FIND: &str = "
    SELECT id, dry_run, state, requested_by, requested_at, started_at, finished_at, detail, total, done, accepted, known, refused,
           errors
    FROM import_run WHERE id = $1";

const CANCEL: &str = "
    UPDATE import_run SET state = 'cancelled', finished_at = now() WHERE id = $1 AND state IN ('requested', 'running')";

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportState {
    /// Waits for a worker.
    Requested,
    /// At work, or waits for a worker to go on.
    Running,
    /// Every line was looked at, and what was accepted is committed.
    Done,
    /// Ended by an error; what was put into the stream until then stays.
    Failed,
    /// Ended by somebody; what was put into the stream until then stays.
    Cancelled,
}

impl ImportState {
    const ALL: [Self; 5] = [
        Self::Requested,
        Self::Running,
        Self::Done,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing more will happen.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

/// A line that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportError {
    /// Its number in the file, from 1.
    pub line: u64,
    /// Stable reason: `invalid_line`, or the reason for which a reading is refused when it is received.
    pub reason: String,
    /// For people.
    pub detail: String,
}

/// An import.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportRun {
    /// Its number.
    pub id: i64,
    /// Whether nothing is stored.
    pub dry_run: bool,
    /// How far it is.
    pub state: ImportState,
    /// Who asked for it.
    pub requested_by: String,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// When work began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Why it failed.
    pub detail: Option<String>,
    /// Lines of the file that hold something.
    pub total: i64,
    /// Lines that were looked at.
    pub done: i64,
    /// Lines that became readings.
    pub accepted: i64,
    /// Lines whose reading is there already, or that repeat another one.
    pub known: i64,
    /// Lines that were refused.
    pub refused: i64,
    /// The first of them.
    pub errors: Vec<ImportError>,
}

impl FromRow<'_, PgRow> for ImportRun {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let state: String = row.try_get("state")?;
        let known = ImportState::ALL.into_iter();
        let errors: sqlx::types::Json<Vec<ImportError>> = row.try_get("errors")?;
        Ok(Self {
            id: row.try_get("id")?,
            dry_run: row.try_get("dry_run")?,
            state: known
                .into_iter()
                .find(|known| known.as_str() == state)
                .ok_or_else(|| {
                    sqlx::Error::Decode(format!("{state} is not known to this version").into())
                })?,
            requested_by: row.try_get("requested_by")?,
            requested_at: row.try_get("requested_at")?,
            started_at: row.try_get("started_at")?,
            finished_at: row.try_get("finished_at")?,
            detail: row.try_get("detail")?,
            total: row.try_get("total")?,
            done: row.try_get("done")?,
            accepted: row.try_get("accepted")?,
            known: row.try_get("known")?,
            refused: row.try_get("refused")?,
            errors: errors.0,
        })
    }
}

/// Ends an import before its next part. `false` when it is over already, or there is none.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn cancel_import(pool: &PgPool, id: i64, actor: &Actor) -> Result<bool, Error> {
    let failed = Error::during("cancel an import");
    let mut transaction = pool.begin().await.map_err(&failed)?;
    let cancelled = sqlx::query(CANCEL)
        .bind(id)
        .execute(&mut *transaction)
        .await
        .map_err(&failed)?;
    if cancelled.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("DELETE FROM import_part WHERE run_id = $1")
        .bind(id)
        .execute(&mut *transaction)
        .await
        .map_err(&failed)?;
    let entry = Entry {
        action: "cancel",
        kind: "import",
        id: &id.to_string(),
        before: None,
        after: Some(serde_json::json!({ "state": ImportState::Cancelled.as_str() })),
    };
    audit::record(&mut transaction, actor, entry).await?;
    transaction.commit().await.map_err(&failed)?;
    Ok(true)
}

/// Whether an import waits to be begun or to go on.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn is_import_open(pool: &PgPool) -> Result<bool, Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM import_run WHERE state IN ('requested', 'running'))",
    )
    .fetch_one(pool)
    .await
    .map_err(Error::during("look for imports"))
}

/// An import.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn find_import(pool: &PgPool, id: i64) -> Result<Option<ImportRun>, Error> {
    sqlx::query_as(FIND)
        .bind(id)
        .fetch_optional(pool)
        .await
        .map_err(Error::during("read an import"))
}
