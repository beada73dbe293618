//! An operation, as answers show it.

use sens_storage::operation::{self, OperationKind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::time::Timestamp;

/// Long work that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Operation {
    /// `<kind>-<number>`.
    id: String,
    /// `replay`, `retention`, `erasure`, `import` or `export`.
    kind: &'static str,
    /// `requested`, `running`, `done`, `refused`, `failed` or `cancelled`.
    state: String,
    /// Whether nothing is changed.
    dry_run: bool,
    /// How far it is.
    progress: OperationProgress,
    /// Who asked for it; `schedule` for regular work.
    requested_by: String,
    /// When it was asked for.
    requested_at: Timestamp,
    /// When work began.
    started_at: Option<Timestamp>,
    /// When it ended.
    finished_at: Option<Timestamp>,
    /// What it came to so far; its members depend on the kind.
    result: serde_json::Value,
    /// Why it was refused or failed.
    problem: Option<OperationProblem>,
    /// Where more is to be found.
    links: OperationLinks,
}

/// How far an operation is.
#[derive(Debug, Serialize, ToSchema)]
struct OperationProgress {
    /// How much is done.
    done: i64,
    /// Of how much; null while that is not known.
    total: Option<i64>,
}

/// Why an operation did not come to its end.
#[derive(Debug, Serialize, ToSchema)]
struct OperationProblem {
    /// `operation_failed` or `operation_refused`, or a code that says more, such as `export_too_large`.
    code: String,
    /// For people.
    detail: String,
}

/// Where more is to be found.
#[derive(Debug, Serialize, ToSchema)]
struct OperationLinks {
    /// The operation.
    #[serde(rename = "self")]
    this: String,
    /// The same with what is particular to its kind.
    resource: String,
    /// The file of an export that is done, as long as it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    content: Option<String>,
}

/// Address of an operation.
pub(crate) fn address(kind: OperationKind, id: i64) -> String {
    format!("/v1/operations/{}-{id}", kind.as_str())
}

/// Address of the file of an export.
pub(crate) fn content_address(id: i64) -> String {
    format!("/v1/exports/{id}/content")
}

/// Reads the id of an operation.
pub(super) fn parse(id: &str) -> Option<(OperationKind, i64)> {
    let (kind, number) = id.rsplit_once('-')?;
    Some((OperationKind::parse(kind)?, number.parse().ok()?))
}

impl From<operation::Operation> for Operation {
    fn from(operation: operation::Operation) -> Self {
        let (kind, id) = (operation.kind, operation.id);
        let code = match operation.state.as_str() {
            "failed" => Some("operation_failed"),
            "refused" => Some("operation_refused"),
            _ => None,
        };
        let resource = match kind {
            OperationKind::Replay => format!("/v1/replays/{id}"),
            OperationKind::Retention => format!("/v1/retention-runs/{id}"),
            OperationKind::Erasure | OperationKind::Import | OperationKind::Export => {
                address(kind, id)
            }
        };
        let has_file = operation.result["available"] == serde_json::json!(true);
        Self {
            id: format!("{}-{id}", kind.as_str()),
            kind: kind.as_str(),
            dry_run: operation.dry_run,
            progress: OperationProgress {
                done: operation.done,
                total: operation.total,
            },
            requested_by: operation.requested_by,
            requested_at: Timestamp(operation.requested_at),
            started_at: operation.started_at.map(Timestamp),
            finished_at: operation.finished_at.map(Timestamp),
            result: operation.result,
            problem: code.map(|code| OperationProblem {
                code: operation.problem.unwrap_or_else(|| code.to_owned()),
                detail: operation.detail.unwrap_or_default(),
            }),
            links: OperationLinks {
                this: address(kind, id),
                resource,
                content: has_file.then(|| content_address(id)),
            },
            state: operation.state,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_back() {
        assert_eq!(parse("replay-7"), Some((OperationKind::Replay, 7)));
        assert_eq!(parse("retention-1"), Some((OperationKind::Retention, 1)));
        assert_eq!(parse("export-9"), Some((OperationKind::Export, 9)));
        for bad in ["", "replay", "replay-", "backup-1", "7"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
