//! `DELETE /v1/replays/{id}`.

use axum::Json;
use axum::extract::{Path, State};
use sens_storage::replay::cancel_replay;

use super::get::find;
use super::replay::ReplayDetail;
use crate::app::App;
use crate::auth::Operator;
use crate::problem::{AccessErrors, NotFoundError, Problem};

/// Cancel a replay
///
/// It ends before its next part; what was changed until then stays. A replay that is over stays as it is.
#[utoipa::path(
    delete,
    path = "/v1/replays/{id}",
    tag = "replays",
    params(("id" = String, Path, description = "number of the replay")),
    responses(
        (status = 200, description = "the replay", body = ReplayDetail),
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn cancel_replay_route(
    Operator(caller): Operator,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<ReplayDetail>, Problem> {
    if let Ok(number) = id.parse()
        && cancel_replay(&app.pools.primary, number, &caller.actor()).await?
    {
        tracing::info!(
            replay = number,
            actor = caller.name,
            "a replay was cancelled"
        );
    }
    find(&app, &id).await.map(Json)
}
