//! Erasures that were asked for, how far they are, and their proof.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool, Row as _};

use crate::Error;
use crate::audit::{self, Actor, Entry};
use crate::work::{Queue, WorkState, queue};

pub(super) const QUEUE: Queue = queue!("erasure" in "erasure_run", cancelled while "'requested'");

const REQUEST: &str = "INSERT INTO erasure_run (dry_run, serial, reason, requested_by) VALUES ($1, $2, $3, $4) RETURNING id";

const FIND: &str = "
    SELECT id, dry_run, serial, reason, state, requested_by, requested_at, started_at, finished_at, detail, received_before,
           serials, done, total, counts_before, counts_after, notes
    FROM erasure_run WHERE id = $1";

/// What to erase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureRequest {
    /// The device; a legacy number that is linked to it goes with it.
    pub serial: String,
    /// Why.
    pub reason: String,
    /// Only count.
    pub dry_run: bool,
}

/// An erasure.
#[derive(Debug, Clone, PartialEq)]
pub struct ErasureRun {
    /// Its number.
    pub id: i64,
    /// What was asked for.
    pub request: ErasureRequest,
    /// How far it is.
    pub state: WorkState,
    /// Who asked for it.
    pub requested_by: String,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// When work began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Why it failed.
    pub detail: Option<String>,
    /// What was received before goes; set when work begins.
    pub received_before: Option<DateTime<Utc>>,
    /// The serials under which it was looked for.
    pub serials: Vec<String>,
    /// Spans of tables that were gone through.
    pub done: i64,
    /// How many there are.
    pub total: Option<i64>,
    /// Rows by table when work began.
    pub before: Option<Json>,
    /// Rows by table at the end.
    pub after: Option<Json>,
    /// Payloads that spoke of other devices too, dead letters, and what stays for a while.
    pub notes: Json,
}

impl FromRow<'_, PgRow> for ErasureRun {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let serials: Option<Vec<String>> = row.try_get("serials")?;
        Ok(Self {
            id: row.try_get("id")?,
            request: ErasureRequest {
                serial: row.try_get("serial")?,
                reason: row.try_get("reason")?,
                dry_run: row.try_get("dry_run")?,
            },
            state: WorkState::parse(row.try_get("state")?)?,
            requested_by: row.try_get("requested_by")?,
            requested_at: row.try_get("requested_at")?,
            started_at: row.try_get("started_at")?,
            finished_at: row.try_get("finished_at")?,
            detail: row.try_get("detail")?,
            received_before: row.try_get("received_before")?,
            serials: serials.unwrap_or_default(),
            done: row.try_get("done")?,
            total: row.try_get("total")?,
            before: row.try_get("counts_before")?,
            after: row.try_get("counts_after")?,
            notes: row.try_get("notes")?,
        })
    }
}

/// Whether there is a device of this serial, also one that was deleted.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn is_known(pool: &PgPool, serial: &str) -> Result<bool, Error> {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM device WHERE serial = $1)")
        .bind(serial)
        .fetch_one(pool)
        .await
        .map_err(Error::during("find a device"))
}

/// Asks for an erasure, which a worker does. Gives its number.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn request_erasure(
    pool: &PgPool,
    request: &ErasureRequest,
    actor: &Actor,
) -> Result<i64, Error> {
    let failed = Error::during("ask for an erasure");
    let mut transaction = pool.begin().await.map_err(&failed)?;
    let id: i64 = sqlx::query_scalar(REQUEST)
        .bind(request.dry_run)
        .bind(&request.serial)
        .bind(&request.reason)
        .bind(&actor.name)
        .fetch_one(&mut *transaction)
        .await
        .map_err(&failed)?;
    let entry = Entry {
        action: "request",
        kind: "erasure",
        id: &id.to_string(),
        before: None,
        after: Some(serde_json::json!({
            "dry_run": request.dry_run, "device": request.serial, "reason": request.reason,
        })),
    };
    audit::record(&mut transaction, actor, entry).await?;
    transaction.commit().await.map_err(&failed)?;
    Ok(id)
}

/// Takes an erasure back that nobody has begun. `false` when it was begun, or there is none.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn cancel_erasure(pool: &PgPool, id: i64, actor: &Actor) -> Result<bool, Error> {
    QUEUE.cancel(pool, id, actor).await
}

/// Whether an erasure waits to be begun or to go on.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn is_erasure_open(pool: &PgPool) -> Result<bool, Error> {
    Ok(QUEUE.oldest(pool).await?.is_some())
}

/// An erasure.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn find_erasure(pool: &PgPool, id: i64) -> Result<Option<ErasureRun>, Error> {
    sqlx::query_as(FIND)
        .bind(id)
        .fetch_optional(pool)
        .await
        .map_err(Error::during("read an erasure"))
}
