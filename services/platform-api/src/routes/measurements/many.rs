//! `GET /v1/measurements`, and `GET` and `POST /v1/measurements:query`: any number of devices and metrics.

use axum::extract::{OriginalUri, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::Utc;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::answer::answer;
use super::doc::Measurements;
use super::format::Format;
use super::grammar::Ask;
use sens_storage::query::Scope;

use crate::app::App;
use crate::auth::Reader;
use crate::http::body::JsonBody;
use crate::http::negotiate;
use crate::http::params::Params;
use crate::problem::{BodyErrors, ParameterErrors, Problem};

/// What a query for readings may say.
#[derive(Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes the query in the OpenAPI document")]
pub(crate) struct MeasurementParams {
    /// Only these metrics; may be repeated.
    metric: Option<Vec<String>>,
    /// Inclusive start, RFC 3339.
    #[schema(example = "2026-11-20T10:00:00Z")]
    #[param(example = "2026-11-20T10:00:00Z")]
    from: Option<String>,
    /// Exclusive end, RFC 3339.
    to: Option<String>,
    /// Instead of both: the time up to now, such as `24h`.
    #[schema(example = "24h")]
    last: Option<String>,
    /// `raw` (default), `auto` (by the length of the interval), or the width of buckets: a number and `s`, `m`, `h`, `d`, `w`,
    /// `mo` or `y`.
    #[schema(example = "15m")]
    resolution: Option<String>,
    /// Time zone of days, weeks, months and years, such as `Europe/Vienna`; default UTC.
    tz: Option<String>,
    /// Of each bucket only these: `avg`, `min`, `max`, `count`, `sum`, `first`, `last`, percentiles such as `p95`; with commas
    /// or repeated.
    agg: Option<Vec<String>>,
    /// Buckets without readings: `none` (default: left out), `null`, `previous` or `linear`. The answer has no pages.
    fill: Option<String>,
    /// At most so many points of each series, 4 to 10000, for a chart. The answer has no pages.
    points: Option<u32>,
    /// How points are chosen: `lttb` (default: keeps the shape) or `minmax` (keeps every peak).
    method: Option<String>,
    /// The reading of each series that is nearest to this instant, RFC 3339.
    at: Option<String>,
    /// By which time: `device` (default: when it was measured) or `received` (when it arrived).
    time: Option<String>,
    /// Answer as the platform would have done then, RFC 3339.
    as_of: Option<String>,
    /// Convert values: `display`, or a unit that the metrics have.
    unit: Option<String>,
    /// `asc` (default) or `desc`.
    order: Option<String>,
    /// JSON as `rows` (default) or `columns`.
    shape: Option<String>,
    /// Page size, 1 to 10000, default 1000.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Which devices a query is about.
#[derive(Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes the query in the OpenAPI document")]
pub(crate) struct DeviceParams {
    /// Only these serials; may be repeated. Without any: every device.
    device: Option<Vec<String>>,
    /// Only devices with these labels, such as `site=vie,line!=3`; may be repeated.
    label: Option<Vec<String>>,
}

/// A query for readings as a body: its members are those of the query string.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "only describes the body in the OpenAPI document")]
pub(crate) struct MeasurementQuery {
    #[serde(flatten)]
    devices: DeviceParams,
    #[serde(flatten)]
    query: MeasurementParams,
}

async fn by_address(
    app: &App,
    scope: &Scope,
    uri: &axum::http::Uri,
    headers: &HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let format = negotiate::choose(headers, &Format::OFFERS)?;
    let ask = Ask::read(None, params, Utc::now())?;
    answer(app, scope, None, ask, format, Some(uri)).await
}

/// Readings of any devices and metrics over time
///
/// As for one device, which is named in each row; pages are in the order of time over all of them. Answers that are not JSON
/// come as a whole, one series after the other, unless `limit` or `cursor` asks for a page. 422 `query_too_large` says what
/// would fit.
#[utoipa::path(
    get,
    path = "/v1/measurements",
    tag = "measurements",
    params(DeviceParams, MeasurementParams),
    responses(Measurements, ParameterErrors)
)]
pub(crate) async fn list_all_measurements(
    Reader(scope): Reader,
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    by_address(&app, &scope, &uri, &headers, params).await
}

/// Readings of any devices and metrics over time
///
/// The same as `GET /v1/measurements`.
#[utoipa::path(
    get,
    path = "/v1/measurements:query",
    tag = "measurements",
    params(DeviceParams, MeasurementParams),
    responses(Measurements, ParameterErrors)
)]
pub(crate) async fn get_measurement_query(
    Reader(scope): Reader,
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    by_address(&app, &scope, &uri, &headers, params).await
}

/// Readings of any devices and metrics over time, the query in the body
///
/// For queries that are too long for an address. The members are named as the parameters of `GET /v1/measurements`; what may be
/// repeated there is a list here. `cursor` goes into the body as well.
#[utoipa::path(
    post,
    path = "/v1/measurements:query",
    tag = "measurements",
    request_body = MeasurementQuery,
    responses(Measurements, BodyErrors)
)]
pub(crate) async fn post_measurement_query(
    Reader(scope): Reader,
    State(app): State<App>,
    headers: HeaderMap,
    JsonBody(object): JsonBody<serde_json::Map<String, serde_json::Value>>,
) -> Result<Response, Problem> {
    let format = negotiate::choose(&headers, &Format::OFFERS)?;
    let ask = Ask::read(None, Params::of_object(object), Utc::now())?;
    answer(&app, &scope, None, ask, format, None).await
}
