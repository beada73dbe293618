//! Imports that were asked for, and how far they are.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool, Row as _};

use crate::Error;
use crate::audit::Actor;
use crate::work::{Queue, WorkState, queue};

pub(super) const QUEUE: Queue =
    queue!("import" in "import_run", cancelled while "'requested', 'running'");

const FIND: &str = "
    SELECT id, dry_run, state, requested_by, requested_at, started_at, finished_at, detail, total, done, accepted, known, refused,
           errors
    FROM import_run WHERE id = $1";

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
    pub state: WorkState,
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
        let errors: sqlx::types::Json<Vec<ImportError>> = row.try_get("errors")?;
        Ok(Self {
            id: row.try_get("id")?,
            dry_run: row.try_get("dry_run")?,
            state: WorkState::parse(row.try_get("state")?)?,
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
    if !QUEUE.cancel_within(&mut transaction, id, actor).await? {
        return Ok(false);
    }
    sqlx::query("DELETE FROM import_part WHERE run_id = $1")
        .bind(id)
        .execute(&mut *transaction)
        .await
        .map_err(&failed)?;
    transaction.commit().await.map_err(&failed)?;
    Ok(true)
}

/// Whether an import waits to be begun or to go on.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn is_import_open(pool: &PgPool) -> Result<bool, Error> {
    Ok(QUEUE.oldest(pool).await?.is_some())
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
