//! `GET /v1/devices/{serial}/measurements`.

use axum::extract::{OriginalUri, Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::Utc;

use super::answer::answer;
use super::doc::Measurements;
use super::format::Format;
use super::grammar::Ask;
use super::many::MeasurementParams;
use crate::app::App;
use crate::auth::Reader;
use crate::http::negotiate;
use crate::http::params::Params;
use crate::problem::{ParameterErrors, Problem};

/// Readings of a device over time
///
/// The interval is half open, `[from, to)`; rolled up, it is widened to whole buckets. JSON comes in pages. The other formats
/// come as a whole, one metric after the other, unless `limit` or `cursor` asks for a page; their next one is named by `Link`.
#[utoipa::path(
    get,
    path = "/v1/devices/{serial}/measurements",
    tag = "measurements",
    params(("serial" = String, Path, description = "serial of the device"), MeasurementParams),
    responses(Measurements, ParameterErrors)
)]
pub(crate) async fn list_measurements(
    Reader(scope): Reader,
    State(app): State<App>,
    Path(serial): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let format = negotiate::choose(&headers, &Format::OFFERS)?;
    let ask = Ask::read(Some(&serial), params, Utc::now())?;
    answer(&app, &scope, Some(serial), ask, format, Some(&uri)).await
}
