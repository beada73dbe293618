//! `GET /v1/replays`.

use axum::Json;
use axum::extract::State;
use sens_storage::replay::list_replays;
use serde::Serialize;
use utoipa::ToSchema;

use super::replay::Replay;
use crate::app::App;
use crate::auth::Viewer;
use crate::http::params::Params;
use crate::problem::{AccessErrors, ParameterErrors, Problem};

/// Most replays in an answer.
const LIMIT: usize = 100;

/// The newest replays.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReplayList {
    /// The replays, newest first, without the readings they changed.
    items: Vec<Replay>,
}

/// The newest replays
#[utoipa::path(
    get,
    path = "/v1/replays",
    tag = "replays",
    params(("limit" = Option<u32>, Query, description = "most replays to show, 1 to 100, default 20")),
    responses(
        (status = 200, description = "the replays, newest first", body = ReplayList),
        ParameterErrors,
        AccessErrors
    )
)]
pub(crate) async fn list_replays_route(
    _: Viewer,
    State(app): State<App>,
    mut params: Params,
) -> Result<Json<ReplayList>, Problem> {
    let limit = params.limit(20, LIMIT);
    params.finish()?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let replays = list_replays(&app.pools.primary, limit).await?;
    Ok(Json(ReplayList {
        items: replays.iter().map(Replay::from).collect(),
    }))
}
