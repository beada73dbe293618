//! Exports that were asked for, and how far they are.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool, Row as _};

use crate::Error;
use crate::audit::{self, Actor, Entry};
use crate::query::Scope;
use crate::work::{Queue, WorkState, queue};

/// Exports that may wait or be at work at a time, and those of one key.
const OPEN: (i64, i64) = (32, 4);

const COUNT: &str = "
    SELECT count(*), count(*) FILTER (WHERE key_id IS NOT DISTINCT FROM $1 AND requested_by = $2)
    FROM export_run WHERE state IN ('requested', 'running')";

/// Bytes of all files that are kept.
pub(super) const KEPT: &str =
    "SELECT coalesce(sum(bytes), 0)::bigint FROM export_run WHERE kept AND bytes > 0";

const REQUEST: &str = "
    INSERT INTO export_run (query, format, compression, scope_labels, scope_serials, key_id, requested_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";

const FIND: &str = "
    SELECT id, state, format, compression, key_id, requested_at, finished_at, detail, rows, bytes, share, encode(sha256, 'hex') AS sha256,
           expires_at, state = 'done' AND kept AND expires_at > now() AS available
    FROM export_run WHERE id = $1";

const QUEUE: Queue = queue!("export" in "export_run", cancelled while "'requested', 'running'");

/// What to export.
#[derive(Debug, Clone)]
pub struct NewExport<'a> {
    /// The body of the request; whoever writes the file reads it again.
    pub query: &'a Json,
    /// `csv`, `ndjson`, `parquet` or `arrow`.
    pub format: &'a str,
    /// `none`, `gzip` or `zstd`.
    pub compression: &'a str,
    /// Of which devices at most.
    pub scope: &'a Scope,
}

/// Why an export is not taken on.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Others wait already.
    #[error(
        "of one key {} exports may wait or be at work, of all {}: try again when one of them is over",
        OPEN.1, OPEN.0
    )]
    TooMany,
    /// The files that are kept take all the room there is.
    #[error(
        "the files of other exports take {0} bytes, and that is all that SENS_API__EXPORT_TOTAL_BYTES allows: try again when one \
         has expired, or delete one with DELETE /v1/exports/{{id}}/content"
    )]
    Full(i64),
    /// The database did not take it.
    #[error(transparent)]
    Database(#[from] Error),
}

/// An export.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportRun {
    /// Its number.
    pub id: i64,
    /// How far it is.
    pub state: WorkState,
    /// `csv`, `ndjson`, `parquet` or `arrow`.
    pub format: String,
    /// `none`, `gzip` or `zstd`.
    pub compression: String,
    /// Public part of the key that asked for it, where one did.
    pub key_id: Option<String>,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Why it failed.
    pub detail: Option<String>,
    /// Rows that are written.
    pub rows: i64,
    /// Bytes that are kept, or were.
    pub bytes: i64,
    /// How much of what was asked for is written, 0 to 1.
    pub share: f64,
    /// Of the whole file, in hexadecimal.
    pub sha256: Option<String>,
    /// Until when the file is kept.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether the file is there.
    pub available: bool,
}

impl FromRow<'_, PgRow> for ExportRun {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let available: Option<bool> = row.try_get("available")?;
        Ok(Self {
            id: row.try_get("id")?,
            state: WorkState::parse(row.try_get("state")?)?,
            format: row.try_get("format")?,
            compression: row.try_get("compression")?,
            key_id: row.try_get("key_id")?,
            requested_at: row.try_get("requested_at")?,
            finished_at: row.try_get("finished_at")?,
            detail: row.try_get("detail")?,
            rows: row.try_get("rows")?,
            bytes: row.try_get("bytes")?,
            share: row.try_get("share")?,
            sha256: row.try_get("sha256")?,
            expires_at: row.try_get("expires_at")?,
            available: available.unwrap_or_default(),
        })
    }
}

/// Asks for an export, which a replica of platform-api writes. Gives its number.
///
/// # Errors
/// [`Refusal`]: nothing is asked for then.
pub async fn request_export(
    pool: &PgPool,
    new: &NewExport<'_>,
    total_bytes: u64,
    actor: &Actor,
) -> Result<i64, Refusal> {
    let failed = Error::during("ask for an export");
    let mut transaction = pool.begin().await.map_err(&failed)?;
    let (all, own): (i64, i64) = sqlx::query_as(COUNT)
        .bind(&actor.key_id)
        .bind(&actor.name)
        .fetch_one(&mut *transaction)
        .await
        .map_err(&failed)?;
    if all >= OPEN.0 || own >= OPEN.1 {
        return Err(Refusal::TooMany);
    }
    let kept: i64 = sqlx::query_scalar(KEPT)
        .fetch_one(&mut *transaction)
        .await
        .map_err(&failed)?;
    if kept.unsigned_abs() >= total_bytes {
        return Err(Refusal::Full(kept));
    }
    let id: i64 = sqlx::query_scalar(REQUEST)
        .bind(new.query)
        .bind(new.format)
        .bind(new.compression)
        .bind(new.scope.labels().map(ToString::to_string))
        .bind(new.scope.serials())
        .bind(&actor.key_id)
        .bind(&actor.name)
        .fetch_one(&mut *transaction)
        .await
        .map_err(&failed)?;
    let entry = Entry {
        action: "request",
        kind: "export",
        id: &id.to_string(),
        before: None,
        after: Some(new.query.clone()),
    };
    audit::record(&mut transaction, actor, entry).await?;
    transaction.commit().await.map_err(&failed)?;
    Ok(id)
}

/// An export.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn find_export(pool: &PgPool, id: i64) -> Result<Option<ExportRun>, Error> {
    sqlx::query_as(FIND)
        .bind(id)
        .fetch_optional(pool)
        .await
        .map_err(Error::during("find an export"))
}

/// Ends an export before its next piece; what is written goes. `false` when it is over already, or there is none.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn cancel_export(pool: &PgPool, id: i64, actor: &Actor) -> Result<bool, Error> {
    let failed = Error::during("cancel an export");
    let mut transaction = pool.begin().await.map_err(&failed)?;
    if !QUEUE.cancel_within(&mut transaction, id, actor).await? {
        return Ok(false);
    }
    for clear in [
        "UPDATE export_run SET kept = false WHERE id = $1",
        "DELETE FROM export_chunk WHERE run_id = $1",
    ] {
        sqlx::query(clear)
            .bind(id)
            .execute(&mut *transaction)
            .await
            .map_err(&failed)?;
    }
    transaction.commit().await.map_err(&failed)?;
    Ok(true)
}
