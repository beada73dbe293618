//! `GET /v1/corrections`.

use axum::Json;
use axum::extract::State;
use sens_storage::correction::list_corrections;
use serde::Serialize;
use utoipa::ToSchema;

use super::correction::Correction;
use crate::app::App;
use crate::auth::Viewer;
use crate::http::cursor::{self, Fingerprint};
use crate::http::params::Params;
use crate::problem::{AccessErrors, ParameterErrors, Problem};

/// A page of corrections.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CorrectionPage {
    /// The corrections, newest first, undone ones too, without the readings they superseded.
    items: Vec<Correction>,
    /// Continues after this page; `null` on the last one.
    next_cursor: Option<String>,
}

/// Corrections, newest first
#[utoipa::path(
    get,
    path = "/v1/corrections",
    tag = "corrections",
    params(
        ("device" = Option<String>, Query, description = "only of this device"),
        ("limit" = Option<u32>, Query, description = "page size, 1 to 1000, default 100"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before")
    ),
    responses(
        (status = 200, description = "a page of corrections", body = CorrectionPage),
        ParameterErrors,
        AccessErrors
    )
)]
pub(crate) async fn list_corrections_route(
    _: Viewer,
    State(app): State<App>,
    mut params: Params,
) -> Result<Json<CorrectionPage>, Problem> {
    let device = params.text("device");
    let limit = params.limit(100, 1000);
    let cursor = params.text("cursor");
    params.finish()?;
    let fingerprint = Fingerprint::of(&["corrections", device.as_deref().unwrap_or_default()]);
    let before = cursor::decode(fingerprint, cursor.as_deref(), |place| place.parse().ok())?;
    let mut made = list_corrections(
        &app.pools.primary,
        device.as_deref(),
        before,
        cursor::one_more(limit),
    )
    .await?;
    let next_cursor = cursor::next(fingerprint, &mut made, limit, |last| last.id.to_string());
    Ok(Json(CorrectionPage {
        items: made.into_iter().map(Correction::from).collect(),
        next_cursor,
    }))
}
