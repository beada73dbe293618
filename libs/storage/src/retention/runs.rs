//! Runs of retention: asked for, done, and what they did.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::Error;
use crate::audit::{self, Actor, Entry};

const REQUEST: &str =
    "INSERT INTO retention_run (dry_run, requested_by) VALUES ($1, $2) RETURNING id";

const RUNS: &str = "
    SELECT id, dry_run, state, requested_by, requested_at, started_at, finished_at, detail FROM retention_run
    WHERE id = $1 OR $1 IS NULL ORDER BY id DESC LIMIT $2";

const ITEMS: &str = "
    SELECT class, lower_bound, upper_bound, action, metrics, rows, bytes, devices, lost, outcome, reason
    FROM retention_item WHERE run_id = $1 ORDER BY position";

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// Waits for a worker.
    Requested,
    /// At work.
    Running,
    /// Everything that was due is dropped, or planned in a dry run.
    Done,
    /// Something that is due had to stay; the items say why.
    Refused,
    /// Ended by an error; what was dropped until then stands in the items.
    Failed,
}

/// What happens to a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It is dropped.
    Drop,
    /// It is made anew with the named metrics alone, which are kept longer.
    DropExcept,
    /// It is made anew without the named metrics, which are kept shorter.
    DropOnly,
}

/// What became of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Would be done; this is a dry run.
    Planned,
    /// Done.
    Dropped,
    /// Not done; the reason says why.
    Refused,
}

/// A partition that a run looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionItem {
    /// Class of the data.
    pub class: String,
    /// From here…
    pub lower_bound: DateTime<Utc>,
    /// …up to here, exclusive.
    pub upper_bound: DateTime<Utc>,
    /// What happens to it.
    pub action: Action,
    /// The metrics that the action names.
    pub metrics: Vec<String>,
    /// Rows that go.
    pub rows: i64,
    /// Bytes they take on disk, with their indexes.
    pub bytes: i64,
    /// Devices they are of.
    pub devices: i64,
    /// What cannot be asked any more afterwards, in words.
    pub lost: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it was refused.
    pub reason: Option<String>,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionRun {
    /// Its number.
    pub id: i64,
    /// Whether nothing is dropped.
    pub dry_run: bool,
    /// How far it is.
    pub state: RunState,
    /// Who asked for it; `schedule` for the regular ones.
    pub requested_by: String,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// When work began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Why it was refused or failed.
    pub detail: Option<String>,
    /// The partitions, in the order of work. Empty in lists.
    pub items: Vec<RetentionItem>,
}

macro_rules! names {
    ($type:ident { $($variant:ident => $name:literal),+ }) => {
        impl $type {
            /// The stable name.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            pub(super) fn parse(name: &str) -> Result<Self, Error> {
                match name {
                    $($name => Ok(Self::$variant),)+
                    _ => Err(Error::during("read a run of retention")(sqlx::Error::Decode(
                        format!("{name} is not known to this version").into(),
                    ))),
                }
            }
        }
    };
}

names!(RunState { Requested => "requested", Running => "running", Done => "done", Refused => "refused", Failed => "failed" });
names!(Action { Drop => "drop", DropExcept => "drop_except", DropOnly => "drop_only" });
names!(Outcome { Planned => "planned", Dropped => "dropped", Refused => "refused" });

type ItemRow = (
    String,
    DateTime<Utc>,
    DateTime<Utc>,
    String,
    Vec<String>,
    i64,
    i64,
    i64,
    String,
    String,
    Option<String>,
);

type RunRow = (
    i64,
    bool,
    String,
    String,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
    Option<String>,
);

/// Asks for a run, which a worker does. Gives its number.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn request_run<'e>(
    executor: impl sqlx::PgExecutor<'e>,
    dry_run: bool,
    requested_by: &str,
) -> Result<i64, Error> {
    sqlx::query_scalar(REQUEST)
        .bind(dry_run)
        .bind(requested_by)
        .fetch_one(executor)
        .await
        .map_err(Error::during("ask for a run of retention"))
}

/// The same for somebody, whose wish is kept.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn request_run_for(pool: &PgPool, dry_run: bool, actor: &Actor) -> Result<i64, Error> {
    let failed = Error::during("ask for a run of retention");
    let mut transaction = pool.begin().await.map_err(&failed)?;
    let id = request_run(&mut *transaction, dry_run, &actor.name).await?;
    let entry = Entry {
        action: "request",
        kind: "retention_run",
        id: &id.to_string(),
        before: None,
        after: Some(serde_json::json!({ "dry_run": dry_run })),
    };
    audit::record(&mut transaction, actor, entry).await?;
    transaction.commit().await.map_err(&failed)?;
    Ok(id)
}

/// Whether a run was asked for, or was begun and is not ended: whoever did it may be gone.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn is_requested(pool: &PgPool) -> Result<bool, Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM retention_run WHERE state IN ('requested', 'running'))",
    )
    .fetch_one(pool)
    .await
    .map_err(Error::during("look for runs of retention"))
}

/// A run with its items.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn find_run(pool: &PgPool, id: i64) -> Result<Option<RetentionRun>, Error> {
    let row: Option<RunRow> = sqlx::query_as(RUNS)
        .bind(id)
        .bind(1_i64)
        .fetch_optional(pool)
        .await
        .map_err(Error::during("read a run of retention"))?;
    let Some(row) = row else {
        return Ok(None);
    };
    let mut run = run(row)?;
    run.items = items(pool, id).await?;
    Ok(Some(run))
}

/// The newest runs first, without their items.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn list_runs(pool: &PgPool, limit: i64) -> Result<Vec<RetentionRun>, Error> {
    let rows: Vec<RunRow> = sqlx::query_as(RUNS)
        .bind(None::<i64>)
        .bind(limit)
        .fetch_all(pool)
        .await
        .map_err(Error::during("list the runs of retention"))?;
    rows.into_iter().map(run).collect()
}

fn run(row: RunRow) -> Result<RetentionRun, Error> {
    let (id, dry_run, state, requested_by, requested_at, started_at, finished_at, detail) = row;
    Ok(RetentionRun {
        id,
        dry_run,
        state: RunState::parse(&state)?,
        requested_by,
        requested_at,
        started_at,
        finished_at,
        detail,
        items: Vec::new(),
    })
}

async fn items(pool: &PgPool, run: i64) -> Result<Vec<RetentionItem>, Error> {
    let rows: Vec<ItemRow> = sqlx::query_as(ITEMS)
        .bind(run)
        .fetch_all(pool)
        .await
        .map_err(Error::during("read a run of retention"))?;
    rows.into_iter().map(item).collect()
}

fn item(row: ItemRow) -> Result<RetentionItem, Error> {
    let (
        class,
        lower_bound,
        upper_bound,
        action,
        metrics,
        rows,
        bytes,
        devices,
        lost,
        outcome,
        reason,
    ) = row;
    Ok(RetentionItem {
        class,
        lower_bound,
        upper_bound,
        action: Action::parse(&action)?,
        metrics,
        rows,
        bytes,
        devices,
        lost,
        outcome: Outcome::parse(&outcome)?,
        reason,
    })
}
