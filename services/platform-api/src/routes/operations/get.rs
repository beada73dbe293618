//! `GET /v1/operations/{id}`.

use axum::Json;
use axum::extract::{Path, State};
use sens_storage::operation::{OperationKind, find_operation};

use super::operation::{Operation, parse};
use crate::app::App;
use crate::auth::Viewer;
use crate::problem::{AccessErrors, Code, NotFoundError, Problem};

/// An operation
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
    _: Viewer,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<Operation>, Problem> {
    find(&app, &id).await.map(Json)
}

/// The same of a kind.
///
/// # Errors
/// `operation_not_found`, or that the database is away.
pub(crate) async fn find_by_id(
    app: &App,
    kind: OperationKind,
    number: i64,
) -> Result<Operation, Problem> {
    find(app, &format!("{}-{number}", kind.as_str())).await
}

/// From the primary: whoever asked for it looks at it at once.
pub(super) async fn find(app: &App, id: &str) -> Result<Operation, Problem> {
    let found = match parse(id) {
        Some((kind, number)) => find_operation(&app.pools.primary, kind, number).await?,
        None => None,
    };
    found.map(Operation::from).ok_or_else(|| {
        let detail = format!("there is no operation {id}");
        Problem::new(Code::OperationNotFound, detail)
    })
}
