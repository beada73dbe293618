//! Long work of every kind in one shape: replays, runs of retention, erasures, imports, exports.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool, Row as _};

use crate::Error;

/// What every kind says of itself; ordered by when it was asked for.
const OPERATIONS: &str = "
    SELECT kind, id, state, dry_run, done, total, requested_by, requested_at, started_at, finished_at, detail, result::text, key_id, problem
    FROM (
        SELECT 'replay' AS kind, id, state, dry_run, records AS done, total, requested_by, requested_at, started_at,
               finished_at, detail,
               json_build_object('records', records, 'unchanged', unchanged, 'added', added, 'superseded', superseded,
                   'restored', restored, 'skipped', skipped, 'errors', errors, 'resolved', resolved) AS result,
               NULL AS key_id, NULL AS problem
        FROM replay_run
        UNION ALL
        SELECT 'retention', r.id, state, dry_run, coalesce(i.items, 0),
               CASE WHEN finished_at IS NOT NULL THEN coalesce(i.items, 0) END,
               requested_by, requested_at, started_at, finished_at, detail,
               json_build_object('partitions', coalesce(i.items, 0), 'rows', coalesce(i.rows, 0), 'bytes', coalesce(i.bytes, 0)), NULL, NULL
        FROM retention_run r LEFT JOIN LATERAL (
            SELECT count(*) AS items, sum(rows)::bigint AS rows, sum(bytes)::bigint AS bytes
            FROM retention_item WHERE run_id = r.id) i ON true
        UNION ALL
        SELECT 'erasure', id, state, dry_run, done, total, requested_by, requested_at, started_at, finished_at, detail,
               json_build_object('device', serial, 'reason', reason, 'received_before', received_before, 'before', counts_before,
                   'after', counts_after, 'notes', notes), NULL, NULL
        FROM erasure_run
        UNION ALL
        SELECT 'import', id, state, dry_run, done, total, requested_by, requested_at, started_at, finished_at, detail,
               json_build_object('lines', done, 'accepted', accepted, 'known', known, 'refused', refused, 'errors', errors), NULL, NULL
        FROM import_run
        UNION ALL
        SELECT 'export', id, state, false, rows, CASE WHEN state = 'done' THEN rows END, requested_by, requested_at, started_at,
               finished_at, detail,
               json_build_object('query', query, 'format', format, 'compression', compression, 'rows', rows, 'bytes', bytes, 'share', share,
                   'sha256', encode(sha256, 'hex'), 'expires_at', to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'),
                   'available', coalesce(state = 'done' AND kept AND expires_at > now(), false)), key_id, problem
        FROM export_run
    ) AS operation
    WHERE ($1::text IS NULL OR kind = $1) AND ($2::bigint IS NULL OR id = $2) AND ($3::text IS NULL OR state = $3)
      AND ($4::timestamptz IS NULL OR (requested_at, kind, id) < ($4, $5, $6)) AND ($8::text IS NULL OR key_id = $8)
    ORDER BY requested_at DESC, kind DESC, id DESC LIMIT $7";

/// What is worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationKind {
    /// Stored payloads are decoded again.
    Replay,
    /// What is old enough is dropped.
    Retention,
    /// What is stored of a device is purged.
    Erasure,
    /// Past readings are taken from a file.
    Import,
    /// Readings are written into a file.
    Export,
}

impl OperationKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Replay,
        Self::Retention,
        Self::Erasure,
        Self::Import,
        Self::Export,
    ];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Replay => "replay",
            Self::Retention => "retention",
            Self::Erasure => "erasure",
            Self::Import => "import",
            Self::Export => "export",
        }
    }

    /// Reads a stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Work that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// What is worked on.
    pub kind: OperationKind,
    /// Its number among those of its kind.
    pub id: i64,
    /// `requested`, `running`, `done`, `refused`, `failed` or `cancelled`.
    pub state: String,
    /// Whether nothing is changed.
    pub dry_run: bool,
    /// How much is done.
    pub done: i64,
    /// Of how much, where that is known.
    pub total: Option<i64>,
    /// Who asked for it.
    pub requested_by: String,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// When work began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Why it was refused or failed.
    pub detail: Option<String>,
    /// What it came to so far.
    pub result: serde_json::Value,
    /// Whose it is: the key that asked for an export.
    pub key_id: Option<String>,
    /// The code of the problem that it failed with, where it has one of its own.
    pub problem: Option<String>,
}

/// The place of an operation in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperationPlace {
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// What is worked on.
    pub kind: OperationKind,
    /// Its number.
    pub id: i64,
}

/// Which operations to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct OperationFilter<'a> {
    /// Only of this kind.
    pub kind: Option<OperationKind>,
    /// Only in this state.
    pub state: Option<&'a str>,
    /// Only older ones.
    pub before: Option<OperationPlace>,
    /// Only exports of this key.
    pub key_id: Option<&'a str>,
}

impl FromRow<'_, PgRow> for Operation {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let kind: String = row.try_get("kind")?;
        let result: String = row.try_get("result")?;
        Ok(Self {
            kind: OperationKind::parse(&kind)
                .ok_or_else(|| sqlx::Error::Decode(format!("there is no kind {kind}").into()))?,
            id: row.try_get("id")?,
            state: row.try_get("state")?,
            dry_run: row.try_get("dry_run")?,
            done: row.try_get("done")?,
            total: row.try_get("total")?,
            requested_by: row.try_get("requested_by")?,
            requested_at: row.try_get("requested_at")?,
            started_at: row.try_get("started_at")?,
            finished_at: row.try_get("finished_at")?,
            detail: row.try_get("detail")?,
            result: serde_json::from_str(&result)
                .map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
            key_id: row.try_get("key_id")?,
            problem: row.try_get("problem")?,
        })
    }
}

/// Lists at most `limit` operations, the newest first.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn list_operations(
    pool: &PgPool,
    filter: &OperationFilter<'_>,
    limit: i64,
) -> Result<Vec<Operation>, Error> {
    sqlx::query_as(OPERATIONS)
        .bind(filter.kind.map(OperationKind::as_str))
        .bind(None::<i64>)
        .bind(filter.state)
        .bind(filter.before.map(|place| place.requested_at))
        .bind(filter.before.map(|place| place.kind.as_str()))
        .bind(filter.before.map(|place| place.id))
        .bind(limit)
        .bind(filter.key_id)
        .fetch_all(pool)
        .await
        .map_err(Error::during("list operations"))
}

/// An operation.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn find_operation(
    pool: &PgPool,
    kind: OperationKind,
    id: i64,
) -> Result<Option<Operation>, Error> {
    sqlx::query_as(OPERATIONS)
        .bind(kind.as_str())
        .bind(id)
        .bind(None::<&str>)
        .bind(None::<DateTime<Utc>>)
        .bind(None::<&str>)
        .bind(None::<i64>)
        .bind(1_i64)
        .bind(None::<&str>)
        .fetch_optional(pool)
        .await
        .map_err(Error::during("find an operation"))
}
