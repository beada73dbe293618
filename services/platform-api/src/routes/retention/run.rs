//! A run of retention, as answers show it.

use sens_storage::operation::OperationKind;
use sens_storage::retention::{RetentionItem, RetentionRun};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::time::Timestamp;
use crate::routes::operations::address;

/// A run of retention.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RetentionRun)]
pub(crate) struct RunSummary {
    /// Its number.
    id: i64,
    /// Address of the same in the shape that all long work has.
    operation: String,
    /// Whether nothing is dropped.
    dry_run: bool,
    /// `requested`, `running`, `done`, `refused` (something due has to stay) or `failed`.
    state: &'static str,
    /// Who asked for it; `schedule` for the regular ones.
    requested_by: String,
    /// When it was asked for.
    requested_at: Timestamp,
    /// When work began.
    started_at: Option<Timestamp>,
    /// When it ended.
    finished_at: Option<Timestamp>,
    /// Why it was refused or failed: the first span that had to stay, and the reason.
    detail: Option<String>,
}

/// A run with the partitions it looked at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RetentionRunDetail)]
pub(crate) struct RunDetail {
    /// The run.
    #[serde(flatten)]
    run: RunSummary,
    /// Rows that are dropped, or would be.
    rows: i64,
    /// Bytes on disk that these take.
    bytes: i64,
    /// The partitions, oldest first within their class.
    items: Vec<Item>,
}

/// A partition that a run looked at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RetentionItem)]
struct Item {
    /// `raw`, `errors`, `readings`, `rollup_1m`, `rollup_1h` or `rollup_1d`.
    class: String,
    /// Start of its span.
    from: Timestamp,
    /// End of its span, exclusive.
    to: Timestamp,
    /// `drop`, `drop_except` (the metrics are kept longer) or `drop_only` (they are kept shorter).
    action: &'static str,
    /// The metrics that the action names.
    metrics: Vec<String>,
    /// Rows that go.
    rows: i64,
    /// Bytes on disk that they take.
    bytes: i64,
    /// Devices they are of.
    devices: i64,
    /// What cannot be asked any more afterwards.
    lost: String,
    /// `planned`, `dropped` or `refused`.
    outcome: &'static str,
    /// Why it was refused.
    reason: Option<String>,
}

impl From<&RetentionRun> for RunSummary {
    fn from(run: &RetentionRun) -> Self {
        Self {
            id: run.id,
            operation: address(OperationKind::Retention, run.id),
            dry_run: run.dry_run,
            state: run.state.as_str(),
            requested_by: run.requested_by.clone(),
            requested_at: run.requested_at.into(),
            started_at: run.started_at.map(Timestamp::from),
            finished_at: run.finished_at.map(Timestamp::from),
            detail: run.detail.clone(),
        }
    }
}

impl From<RetentionRun> for RunDetail {
    fn from(run: RetentionRun) -> Self {
        let goes = |item: &&RetentionItem| item.reason.is_none();
        Self {
            run: RunSummary::from(&run),
            rows: run.items.iter().filter(goes).map(|item| item.rows).sum(),
            bytes: run.items.iter().filter(goes).map(|item| item.bytes).sum(),
            items: run.items.into_iter().map(Item::from).collect(),
        }
    }
}

impl From<RetentionItem> for Item {
    fn from(item: RetentionItem) -> Self {
        Self {
            class: item.class,
            from: item.lower_bound.into(),
            to: item.upper_bound.into(),
            action: item.action.as_str(),
            metrics: item.metrics,
            rows: item.rows,
            bytes: item.bytes,
            devices: item.devices,
            lost: item.lost,
            outcome: item.outcome.as_str(),
            reason: item.reason,
        }
    }
}
