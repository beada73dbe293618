//! `DELETE /v1/operations/{id}`.

use axum::Json;
use axum::extract::{Path, State};
use sens_storage::erasure::cancel_erasure;
use sens_storage::export::cancel_export;
use sens_storage::import::cancel_import;
use sens_storage::operation::OperationKind;
use sens_storage::replay::cancel_replay;

use super::get::find;
use super::operation::{Operation, parse};
use crate::app::App;
use crate::auth::{Listener, Role};
use crate::problem::{AccessErrors, Code, NotFoundError, Problem};
use crate::routes::exports::may_end;

/// Cancel an operation
///
/// A replay or an import ends before its next part; what was changed until then stays. One that is over stays as it is. An erasure
/// can be taken back until it is begun, a run of retention cannot be cancelled. Of an export nothing is left; whoever asked for it
/// may cancel it. The others take an operator.
#[utoipa::path(
    delete,
    path = "/v1/operations/{id}",
    tag = "operation",
    params(("id" = String, Path, description = "`<kind>-<number>`, such as `replay-7`")),
    responses(
        (status = 200, description = "the operation", body = Operation),
        (status = 409, description = "`operation_not_cancellable`", content_type = "application/problem+json"),
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn cancel_operation(
    Listener(caller): Listener,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<Operation>, Problem> {
    let parsed = parse(&id);
    if !matches!(parsed, Some((OperationKind::Export, _))) {
        caller.insist(&[Role::Operator, Role::Admin])?;
    }
    find(&app, &caller, &id).await?;
    match parsed {
        Some((OperationKind::Replay, number)) => {
            if cancel_replay(&app.pools.primary, number, &caller.actor()).await? {
                tracing::info!(
                    operation = id,
                    actor = caller.name,
                    "an operation was cancelled"
                );
            }
        }
        Some((OperationKind::Import, number)) => {
            cancel_import(&app.pools.primary, number, &caller.actor()).await?;
        }
        Some((OperationKind::Export, number)) => {
            may_end(&app, &caller, number).await?;
            cancel_export(&app.pools.primary, number, &caller.actor()).await?;
        }
        Some((OperationKind::Erasure, number)) => {
            if !cancel_erasure(&app.pools.primary, number, &caller.actor()).await? {
                return Err(Problem::of(Code::OperationNotCancellable));
            }
        }
        Some((OperationKind::Retention, _)) | None => {
            return Err(Problem::of(Code::OperationNotCancellable));
        }
    }
    find(&app, &caller, &id).await.map(Json)
}
