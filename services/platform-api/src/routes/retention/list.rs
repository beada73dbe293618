//! `GET /v1/retention-runs`.

use axum::Json;
use axum::extract::State;
use sens_storage::retention::list_runs;
use serde::Serialize;
use utoipa::ToSchema;

use super::run::RunSummary;
use crate::app::App;
use crate::auth::Viewer;
use crate::http::params::Params;
use crate::problem::{AccessErrors, ParameterErrors, Problem};

/// Most runs in an answer.
const LIMIT: usize = 100;

/// The newest runs of retention.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RetentionRunList)]
pub(crate) struct RunList {
    /// The runs, newest first, without their partitions.
    items: Vec<RunSummary>,
}

/// The newest runs of retention
#[utoipa::path(
    get,
    path = "/v1/retention-runs",
    tag = "retention",
    params(("limit" = Option<u32>, Query, description = "most runs to show, 1 to 100, default 20")),
    responses(
        (status = 200, description = "the runs, newest first", body = RunList),
        ParameterErrors,
        AccessErrors
    )
)]
pub(crate) async fn list_retention_runs(
    _: Viewer,
    State(app): State<App>,
    mut params: Params,
) -> Result<Json<RunList>, Problem> {
    let limit = params.limit(20, LIMIT);
    params.finish()?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let runs = list_runs(&app.pools.primary, limit).await?;
    Ok(Json(RunList {
        items: runs.iter().map(RunSummary::from).collect(),
    }))
}
