//! A replay, as answers show it.

use sens_storage::operation::OperationKind;
use sens_storage::replay::{Change, ChangeKind, ReplayRun};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::time::Timestamp;
use crate::routes::operations::address;

/// A replay and how far it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Replay {
    /// Its number.
    id: i64,
    /// Address of the same in the shape that all long work has.
    operation: String,
    /// `requested`, `running`, `done`, `failed` or `cancelled`.
    state: &'static str,
    /// Whether it only says what would change.
    dry_run: bool,
    /// Only payloads that speak of this device.
    device: Option<String>,
    /// Payloads that arrived from then on.
    from: Option<Timestamp>,
    /// Payloads that arrived before.
    to: Option<Timestamp>,
    /// Who asked for it.
    requested_by: String,
    /// When it was asked for.
    requested_at: Timestamp,
    /// When work began.
    started_at: Option<Timestamp>,
    /// When it ended.
    finished_at: Option<Timestamp>,
    /// Why it failed.
    detail: Option<String>,
    /// Payloads to look at, known when work has begun.
    total: Option<i64>,
    /// What it did so far, or would do.
    progress: ReplayProgress,
}

/// What a replay did so far, or would do.
#[derive(Debug, Serialize, ToSchema)]
struct ReplayProgress {
    /// Payloads decoded again.
    records: i64,
    /// Readings that came out as they are stored.
    unchanged: i64,
    /// Readings that are new.
    added: i64,
    /// Readings that count no more.
    superseded: i64,
    /// Readings that count again.
    restored: i64,
    /// Readings of a time whose readings retention has dropped: left alone.
    skipped: i64,
    /// Readings and payloads that the decoders refuse.
    errors: i64,
    /// Ingest errors that are none any more.
    resolved: i64,
}

/// A replay with the first of the readings it changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReplayDetail {
    /// The replay.
    #[serde(flatten)]
    replay: Replay,
    /// The first 50 changed readings.
    changes: Vec<ReplayChange>,
}

/// A changed reading.
#[derive(Debug, Serialize, ToSchema)]
struct ReplayChange {
    /// `added`, `superseded` or `restored`.
    change: &'static str,
    /// Device.
    serial: String,
    /// Metric.
    metric: String,
    /// When it was measured.
    recorded_at: Timestamp,
    /// Its value; booleans are 0 and 1.
    value: serde_json::Value,
    /// The payload.
    raw_record_id: String,
}

impl From<&ReplayRun> for Replay {
    fn from(run: &ReplayRun) -> Self {
        Self {
            id: run.id,
            operation: address(OperationKind::Replay, run.id),
            state: run.state.as_str(),
            dry_run: run.request.dry_run,
            device: run.request.serial.clone(),
            from: run.request.from.map(Timestamp),
            to: run.request.to.map(Timestamp),
            requested_by: run.requested_by.clone(),
            requested_at: Timestamp(run.requested_at),
            started_at: run.started_at.map(Timestamp),
            finished_at: run.finished_at.map(Timestamp),
            detail: run.detail.clone(),
            total: run.total,
            progress: ReplayProgress {
                records: run.progress.records,
                unchanged: run.progress.unchanged,
                added: run.progress.added,
                superseded: run.progress.superseded,
                restored: run.progress.restored,
                skipped: run.progress.skipped,
                errors: run.progress.errors,
                resolved: run.progress.resolved,
            },
        }
    }
}

impl From<ReplayRun> for ReplayDetail {
    fn from(run: ReplayRun) -> Self {
        Self {
            replay: Replay::from(&run),
            changes: run.changes.into_iter().map(ReplayChange::from).collect(),
        }
    }
}

impl From<Change> for ReplayChange {
    fn from(change: Change) -> Self {
        Self {
            change: match change.kind {
                ChangeKind::Added => "added",
                ChangeKind::Superseded => "superseded",
                ChangeKind::Restored => "restored",
            },
            serial: change.serial,
            metric: change.metric,
            recorded_at: Timestamp(change.recorded_at),
            value: change.value,
            raw_record_id: format!("{}-{}", change.epoch, change.seq),
        }
    }
}
