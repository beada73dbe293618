//! `GET /v1/system/backups`.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use sens_storage::backup::{self, BackupEventKind, list_backup_runs, newest_backup_run};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Viewer;
use crate::http::cursor::{self, Fingerprint};
use crate::http::params::Params;
use crate::http::time::Timestamp;
use crate::problem::{AccessErrors, ParameterErrors, Problem};

/// A page of the runs of backups, and what matters of all of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BackupPage {
    /// The newest backup that was taken; `null` when none ever was.
    last_taken: Option<BackupRun>,
    /// The newest proof: a backup that was restored into a scratch database and found equal; `null` when none ever was.
    last_proven: Option<BackupRun>,
    /// Runs of backups, proofs and restores, the newest first.
    items: Vec<BackupRun>,
    /// Continues after this page; `null` on the last one.
    next_cursor: Option<String>,
}

/// A run of a backup, of a proof or of a restore.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BackupRun {
    /// Its number; rises with time.
    id: i64,
    /// `backup`, `verify` or `restore`.
    kind: &'static str,
    /// `done` or `failed`.
    outcome: &'static str,
    /// Which backup; `null` when it was never made or found.
    backup_id: Option<String>,
    /// When the run began; `null` of runs of earlier versions.
    started_at: Option<Timestamp>,
    /// When it ended.
    finished_at: Timestamp,
    /// Everything that was acknowledged before then is in the backup.
    taken_at: Option<Timestamp>,
    /// Length of the backup in bytes.
    bytes: Option<i64>,
    /// Where the backup lies: a folder, or `s3://bucket/prefix`.
    place: Option<String>,
    /// Version of the schema in it.
    schema_version: Option<i64>,
    /// Why the run failed.
    detail: Option<String>,
}

/// Backups and their proofs
///
/// What `sensctl backup`, `sensctl backup verify` and `sensctl restore` have noted in this database, failures included. After a
/// restore the list is as old as the backup, with the restore in it.
#[utoipa::path(
    get,
    path = "/v1/system/backups",
    tag = "operation",
    params(
        ("limit" = Option<u32>, Query, description = "page size, 1 to 1000, default 100"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before")
    ),
    responses(
        (status = 200, description = "a page of runs", body = BackupPage),
        ParameterErrors,
        AccessErrors
    )
)]
pub(crate) async fn backups(
    _: Viewer,
    State(app): State<App>,
    uri: Uri,
    mut params: Params,
) -> Result<Response, Problem> {
    let limit = params.limit(100, 1000);
    let cursor = params.text("cursor");
    params.finish()?;
    let fingerprint = Fingerprint::of(&["backups"]);
    let before_id = cursor::decode(fingerprint, cursor.as_deref(), |place| place.parse().ok())?;
    let pool = &app.pools.read;
    let (last_taken, last_proven, mut found) = tokio::try_join!(
        newest_backup_run(pool, BackupEventKind::Backup),
        newest_backup_run(pool, BackupEventKind::Verified),
        list_backup_runs(pool, before_id, cursor::one_more(limit)),
    )?;
    let next_cursor = cursor::next(fingerprint, &mut found, limit, |last| last.id.to_string());
    let link = next_cursor.as_deref().map(|next| cursor::link(&uri, next));
    let page = BackupPage {
        last_taken: last_taken.map(BackupRun::from),
        last_proven: last_proven.map(BackupRun::from),
        items: found.into_iter().map(BackupRun::from).collect(),
        next_cursor,
    };
    Ok((link, Json(page)).into_response())
}

impl From<backup::BackupRun> for BackupRun {
    fn from(run: backup::BackupRun) -> Self {
        let (kind, outcome) = match run.kind {
            BackupEventKind::Backup => ("backup", "done"),
            BackupEventKind::BackupFailed => ("backup", "failed"),
            BackupEventKind::Verified => ("verify", "done"),
            BackupEventKind::VerifyFailed => ("verify", "failed"),
            BackupEventKind::DatabaseRestored | BackupEventKind::Restored => ("restore", "done"),
            BackupEventKind::RestoreFailed => ("restore", "failed"),
        };
        Self {
            id: run.id,
            kind,
            outcome,
            backup_id: run.backup_id,
            started_at: run.started_at.map(Timestamp),
            finished_at: Timestamp(run.finished_at),
            taken_at: run.taken_at.map(Timestamp),
            bytes: Some(run.bytes).filter(|bytes| *bytes > 0),
            place: run.place,
            schema_version: run.schema_version,
            detail: run.detail,
        }
    }
}
