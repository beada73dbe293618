//! `GET /v1/retention-runs/{id}`.

use axum::Json;
use axum::extract::{Path, State};
use sens_storage::retention::find_run;

use super::run::RunDetail;
use crate::app::App;
use crate::auth::Viewer;
use crate::problem::{AccessErrors, Code, NotFoundError, Problem};

/// A run of retention
///
/// Shows how far it is, and every partition it looked at: rows, bytes, and what could not be asked any more.
#[utoipa::path(
    get,
    path = "/v1/retention-runs/{id}",
    tag = "retention",
    params(("id" = String, Path, description = "number of the run")),
    responses(
        (status = 200, description = "the run", body = RunDetail),
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn get_retention_run(
    _: Viewer,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<RunDetail>, Problem> {
    find(&app, &id).await.map(Json)
}

/// The run of that number. From the primary: whoever asked for it looks at it at once.
pub(super) async fn find(app: &App, id: &str) -> Result<RunDetail, Problem> {
    let found = match id.parse() {
        Ok(number) => find_run(&app.pools.primary, number).await?,
        Err(_) => None,
    };
    found.map(RunDetail::from).ok_or_else(|| {
        Problem::new(
            Code::RetentionRunNotFound,
            format!("there is no run of retention {id}"),
        )
    })
}
