//! `GET /v1/replays/{id}`.

use axum::Json;
use axum::extract::{Path, State};
use sens_storage::replay::find_replay;

use super::replay::ReplayDetail;
use crate::app::App;
use crate::auth::Viewer;
use crate::problem::{AccessErrors, Code, NotFoundError, Problem};

/// A replay
///
/// Shows how far it is and what it changed, or in a dry run would change.
#[utoipa::path(
    get,
    path = "/v1/replays/{id}",
    tag = "replays",
    params(("id" = String, Path, description = "number of the replay")),
    responses(
        (status = 200, description = "the replay", body = ReplayDetail),
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn get_replay(
    _: Viewer,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<ReplayDetail>, Problem> {
    find(&app, &id).await.map(Json)
}

/// The replay of that number. From the primary: whoever asked for it looks at it at once.
pub(super) async fn find(app: &App, id: &str) -> Result<ReplayDetail, Problem> {
    let found = match id.parse() {
        Ok(number) => find_replay(&app.pools.primary, number).await?,
        Err(_) => None,
    };
    found
        .map(ReplayDetail::from)
        .ok_or_else(|| Problem::new(Code::ReplayNotFound, format!("there is no replay {id}")))
}
