//! `POST /v1/retention-runs`.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sens_storage::retention::request_run_for;

use super::get::find;
use super::run::RunDetail;
use crate::app::App;
use crate::auth::Operator;
use crate::http::params::Params;
use crate::problem::{AccessErrors, ParameterErrors, Problem};

/// Let go what is older than the settings say
///
/// A worker does it within seconds; the run tells how far it is. With `dry_run=true` nothing is dropped: the run says which
/// partitions would go, how much they hold and what could not be asked any more. Readings go only when their rollups are
/// complete and hold the same; what has to stay makes the run `refused` and names the span.
#[utoipa::path(
    post,
    path = "/v1/retention-runs",
    tag = "retention",
    params(("dry_run" = Option<bool>, Query, description = "given bare or as `true`: only say what would go; default `false`")),
    responses(
        (status = 202, description = "the run; its address is in `Location`", body = RunDetail),
        ParameterErrors,
        AccessErrors
    )
)]
pub(crate) async fn create_retention_run(
    Operator(caller): Operator,
    State(app): State<App>,
    mut params: Params,
) -> Result<Response, Problem> {
    let dry_run = params.flag("dry_run");
    params.finish()?;
    let id = request_run_for(&app.pools.primary, dry_run, &caller.actor()).await?;
    tracing::info!(
        run = id,
        dry_run,
        actor = caller.name,
        "a run of retention was asked for"
    );
    let location = format!("/v1/retention-runs/{id}");
    let run = find(&app, &id.to_string()).await?;
    Ok((
        StatusCode::ACCEPTED,
        [(header::LOCATION, location)],
        Json(run),
    )
        .into_response())
}
