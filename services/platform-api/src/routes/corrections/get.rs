//! `GET /v1/corrections/{id}`.

use axum::Json;
use axum::extract::{Path, State};
use sens_storage::correction::{corrected_readings, find_correction};

use super::correction::CorrectionDetail;
use crate::app::App;
use crate::auth::Viewer;
use crate::problem::{AccessErrors, Code, NotFoundError, Problem};

/// A correction
///
/// Who made it and why, which readings it superseded, and whether it was undone.
#[utoipa::path(
    get,
    path = "/v1/corrections/{id}",
    tag = "corrections",
    params(("id" = String, Path, description = "number of the correction")),
    responses(
        (status = 200, description = "the correction", body = CorrectionDetail),
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn get_correction(
    _: Viewer,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<CorrectionDetail>, Problem> {
    find(&app, &id).await.map(Json)
}

/// The correction of that number. From the primary: whoever made it looks at it at once.
pub(super) async fn find(app: &App, id: &str) -> Result<CorrectionDetail, Problem> {
    let pool = &app.pools.primary;
    let number = number(id)?;
    let made = find_correction(pool, number)
        .await?
        .ok_or_else(|| not_found(id))?;
    let changes = corrected_readings(pool, number).await?;
    Ok(CorrectionDetail::made(made, changes))
}

/// Anything that is no number names nothing.
pub(super) fn number(id: &str) -> Result<i64, Problem> {
    id.parse().map_err(|_| not_found(id))
}

fn not_found(id: &str) -> Problem {
    Problem::new(
        Code::CorrectionNotFound,
        format!("there is no correction {id}"),
    )
}
