//! `GET /v1/operations/{id}`.

use axum::Json;
use axum::extract::{Path, State};
use sens_storage::operation::{OperationKind, find_operation};

use super::operation::{Operation, parse};
use crate::app::App;
use crate::auth::{Caller, Listener};
use crate::problem::{AccessErrors, Code, NotFoundError, Problem};

/// An operation
///
/// A key that is limited to some devices sees the exports that it asked for itself.
#[utoipa::path(
    get,
    path = "/v1/operations/{id}",
    tag = "operation",
    params(("id" = String, Path, description = "`<kind>-<number>`, such as `replay-7`")),
    responses(
        (status = 200, description = "the operation", body = Operation),
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn get_operation(
    Listener(caller): Listener,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<Operation>, Problem> {
    find(&app, &caller, &id).await.map(Json)
}

/// The same of a kind.
///
/// # Errors
/// `operation_not_found`, or that the database is away.
pub(crate) async fn find_by_id(
    app: &App,
    caller: &Caller,
    kind: OperationKind,
    number: i64,
) -> Result<Operation, Problem> {
    find(app, caller, &format!("{}-{number}", kind.as_str())).await
}

/// From the primary: whoever asked for it looks at it at once.
pub(super) async fn find(app: &App, caller: &Caller, id: &str) -> Result<Operation, Problem> {
    let found = match parse(id) {
        Some((kind, number)) => find_operation(&app.pools.primary, kind, number).await?,
        None => None,
    };
    let found = found.filter(|found| caller.sees_all() || caller.owns(found.key_id.as_deref()));
    found.map(Operation::from).ok_or_else(|| {
        let detail = format!("there is no operation {id}");
        Problem::new(Code::OperationNotFound, detail)
    })
}
