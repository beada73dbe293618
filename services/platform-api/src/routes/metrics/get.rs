//! `GET /v1/metrics/{name}`.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use sens_storage::query::metrics;

use super::metric::{Metric, not_found};
use crate::app::App;
use crate::auth::Viewer;
use crate::http::conditional;
use crate::problem::{AccessErrors, NotFoundError, Problem};

/// A metric
#[utoipa::path(
    get,
    path = "/v1/metrics/{name}",
    tag = "metrics",
    params(("name" = String, Path, description = "name of the metric")),
    responses(
        (status = 200, description = "the metric", body = Metric),
        (status = 304, description = "unchanged since the answer with this `ETag`"),
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn get_metric(
    _: Viewer,
    State(app): State<App>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let metric = metrics::find_metric(&app.pools.primary, &name).await?;
    let metric = metric.ok_or_else(|| not_found(&name))?;
    conditional::json(&headers, &Metric::from(metric))
}
