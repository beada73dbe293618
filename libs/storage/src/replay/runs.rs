//! Replays that were asked for, how far they are, and what they changed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool, Row as _};

use crate::Error;
use crate::audit::{self, Actor, Entry};
use crate::work::{Queue, WorkState, queue};

pub(super) const QUEUE: Queue =
    queue!("replay" in "replay_run", cancelled while "'requested', 'running'");

const REQUEST: &str = "
    INSERT INTO replay_run (dry_run, serial, from_at, to_at, requested_by)
    VALUES ($1, $2, $3, coalesce($4, now()), $5) RETURNING id";

const RUNS: &str = "
    SELECT id, dry_run, serial, from_at, to_at, state, requested_by, requested_at, started_at, finished_at, detail, total,
           records, unchanged, added, superseded, restored, skipped, errors, resolved, changes
    FROM replay_run WHERE id = $1 OR $1 IS NULL ORDER BY id DESC LIMIT $2";

/// What to decode again: payloads that arrived in `[from, to)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayRequest {
    /// Only those that speak of this device.
    pub serial: Option<String>,
    /// From the oldest, when not given.
    pub from: Option<DateTime<Utc>>,
    /// Up to now, when not given.
    pub to: Option<DateTime<Utc>>,
    /// Only say what would change.
    pub dry_run: bool,
}

/// What a replay did so far, or in a dry run would do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Payloads decoded again.
    pub records: i64,
    /// Readings that came out as they are stored.
    pub unchanged: i64,
    /// Readings that are new.
    pub added: i64,
    /// Readings that do not count any more.
    pub superseded: i64,
    /// Readings that were superseded and count again.
    pub restored: i64,
    /// Readings of a time of which retention has dropped the readings: left alone.
    pub skipped: i64,
    /// Readings and payloads that the decoders refuse.
    pub errors: i64,
    /// Ingest errors that are none any more.
    pub resolved: i64,
}

/// What became of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It counts no more.
    Superseded,
    /// It counts again.
    Restored,
}

/// One changed reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// What became of it.
    pub kind: ChangeKind,
    /// Its device.
    pub serial: String,
    /// Its metric.
    pub metric: String,
    /// When it was measured.
    pub recorded_at: DateTime<Utc>,
    /// Its value: a number or a text; booleans are 0 and 1.
    pub value: serde_json::Value,
    /// Epoch of the payload.
    pub epoch: i32,
    /// Sequence of the payload.
    pub seq: i64,
}

/// A replay.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayRun {
    /// Its number.
    pub id: i64,
    /// What was asked for. `to` is always given here.
    pub request: ReplayRequest,
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
    /// Payloads in the interval, known when work has begun.
    pub total: Option<i64>,
    /// What it did so far.
    pub progress: Progress,
    /// The first of the changed readings.
    pub changes: Vec<Change>,
}

struct Row {
    id: i64,
    dry_run: bool,
    serial: Option<String>,
    from_at: Option<DateTime<Utc>>,
    to_at: DateTime<Utc>,
    state: String,
    requested_by: String,
    requested_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    detail: Option<String>,
    total: Option<i64>,
    records: i64,
    unchanged: i64,
    added: i64,
    superseded: i64,
    restored: i64,
    skipped: i64,
    errors: i64,
    resolved: i64,
    changes: sqlx::types::Json<Vec<Change>>,
}

impl FromRow<'_, PgRow> for Row {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            dry_run: row.try_get("dry_run")?,
            serial: row.try_get("serial")?,
            from_at: row.try_get("from_at")?,
            to_at: row.try_get("to_at")?,
            state: row.try_get("state")?,
            requested_by: row.try_get("requested_by")?,
            requested_at: row.try_get("requested_at")?,
            started_at: row.try_get("started_at")?,
            finished_at: row.try_get("finished_at")?,
            detail: row.try_get("detail")?,
            total: row.try_get("total")?,
            records: row.try_get("records")?,
            unchanged: row.try_get("unchanged")?,
            added: row.try_get("added")?,
            superseded: row.try_get("superseded")?,
            restored: row.try_get("restored")?,
            skipped: row.try_get("skipped")?,
            errors: row.try_get("errors")?,
            resolved: row.try_get("resolved")?,
            changes: row.try_get("changes")?,
        })
    }
}

impl TryFrom<Row> for ReplayRun {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let state = WorkState::parse(&row.state).map_err(Error::during("read a replay"))?;
        Ok(Self {
            id: row.id,
            request: ReplayRequest {
                serial: row.serial,
                from: row.from_at,
                to: Some(row.to_at),
                dry_run: row.dry_run,
            },
            state,
            requested_by: row.requested_by,
            requested_at: row.requested_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
            detail: row.detail,
            total: row.total,
            progress: Progress {
                records: row.records,
                unchanged: row.unchanged,
                added: row.added,
                superseded: row.superseded,
                restored: row.restored,
                skipped: row.skipped,
                errors: row.errors,
                resolved: row.resolved,
            },
            changes: row.changes.0,
        })
    }
}

/// Asks for a replay, which a worker does. Gives its number.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn request_replay(
    pool: &PgPool,
    request: &ReplayRequest,
    actor: &Actor,
) -> Result<i64, Error> {
    let failed = Error::during("ask for a replay");
    let mut transaction = pool.begin().await.map_err(&failed)?;
    let id: i64 = sqlx::query_scalar(REQUEST)
        .bind(request.dry_run)
        .bind(&request.serial)
        .bind(request.from)
        .bind(request.to)
        .bind(&actor.name)
        .fetch_one(&mut *transaction)
        .await
        .map_err(&failed)?;
    let entry = Entry {
        action: "request",
        kind: "replay",
        id: &id.to_string(),
        before: None,
        after: Some(serde_json::json!({
            "dry_run": request.dry_run, "device": request.serial, "from": request.from, "to": request.to,
        })),
    };
    audit::record(&mut transaction, actor, entry).await?;
    transaction.commit().await.map_err(&failed)?;
    Ok(id)
}

/// Ends a replay before its next part. `false` when it is over already, or there is none.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn cancel_replay(pool: &PgPool, id: i64, actor: &Actor) -> Result<bool, Error> {
    QUEUE.cancel(pool, id, actor).await
}

/// Whether a replay waits to be begun or to go on.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn is_replay_open(pool: &PgPool) -> Result<bool, Error> {
    Ok(QUEUE.oldest(pool).await?.is_some())
}

/// A replay.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn find_replay(pool: &PgPool, id: i64) -> Result<Option<ReplayRun>, Error> {
    let row: Option<Row> = sqlx::query_as(RUNS)
        .bind(id)
        .bind(1_i64)
        .fetch_optional(pool)
        .await
        .map_err(Error::during("read a replay"))?;
    row.map(ReplayRun::try_from).transpose()
}

/// The newest replays first.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn list_replays(pool: &PgPool, limit: i64) -> Result<Vec<ReplayRun>, Error> {
    let rows: Vec<Row> = sqlx::query_as(RUNS)
        .bind(None::<i64>)
        .bind(limit)
        .fetch_all(pool)
        .await
        .map_err(Error::during("list replays"))?;
    rows.into_iter().map(ReplayRun::try_from).collect()
}
