//! `POST /v1/corrections/{id}/undo`.

use axum::Json;
use axum::extract::{Path, State};
use sens_storage::correction::{Refusal, find_correction, plan_undo, undo_correction};
use sens_storage::query::family::find_family;
use serde::Deserialize;
use utoipa::ToSchema;

use super::correction::CorrectionDetail;
use super::get::{find, number};
use super::refuse::{invalid, reason};
use crate::app::App;
use crate::auth::Operator;
use crate::http::body::JsonBody;
use crate::problem::{AccessErrors, BodyErrors, NotFoundError, Problem};

/// Why a correction is undone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UndoRequest)]
pub(crate) struct Undo {
    /// Why.
    reason: String,
    /// Only say whether it can be undone.
    #[serde(default)]
    dry_run: bool,
}

/// Undo a correction
///
/// What it superseded counts again, and what it brought counts no more; both stay to be seen with `as_of`. Of corrections that
/// stand on each other the last is undone first.
#[utoipa::path(
    post,
    path = "/v1/corrections/{id}/undo",
    tag = "corrections",
    params(("id" = String, Path, description = "number of the correction")),
    request_body = Undo,
    responses(
        (status = 200, description = "the correction; with `dry_run` nothing was changed", body = CorrectionDetail),
        (status = 409, description = "`correction_conflict`", content_type = "application/problem+json"),
        NotFoundError,
        BodyErrors,
        AccessErrors
    )
)]
pub(crate) async fn undo_correction_route(
    Operator(caller): Operator,
    State(app): State<App>,
    Path(id): Path<String>,
    JsonBody(undo): JsonBody<Undo>,
) -> Result<Json<CorrectionDetail>, Problem> {
    let number = number(&id)?;
    let mut faults = Vec::new();
    let reason = reason(&undo.reason, &mut faults);
    if !faults.is_empty() {
        return Err(invalid(faults));
    }
    let pool = &app.pools.primary;
    let known = find_correction(pool, number).await?;
    let serial = known.map(|known| known.serial).unwrap_or_default();
    if find_family(pool, &caller.scope, &serial).await?.is_none() {
        return Err(Refusal::UnknownCorrection(number).into());
    }
    if undo.dry_run {
        plan_undo(pool, number).await?;
        return Ok(Json(find(&app, &id).await?.tried()));
    }
    undo_correction(pool, number, &reason, &caller.actor()).await?;
    tracing::info!(
        correction = number,
        actor = caller.name,
        "a correction was undone"
    );
    find(&app, &id).await.map(Json)
}
