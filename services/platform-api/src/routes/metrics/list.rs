//! `GET /v1/metrics`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use sens_storage::query::metrics;
use serde::Serialize;
use utoipa::ToSchema;

use super::metric::Metric;
use crate::app::App;
use crate::auth::Viewer;
use crate::http::conditional;
use crate::http::params::Params;
use crate::problem::{AccessErrors, ParameterErrors, Problem};

/// The catalogue of metrics.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MetricList {
    /// The metrics, by name.
    items: Vec<Metric>,
}

/// The catalogue of metrics
///
/// Also what devices send without being described: `listed` tells them apart.
#[utoipa::path(
    get,
    path = "/v1/metrics",
    tag = "metrics",
    params(("listed" = Option<bool>, Query, description = "only those that are described (`true`), or that are not (`false`)")),
    responses(
        (status = 200, description = "all metrics", body = MetricList),
        (status = 304, description = "unchanged since the answer with this `ETag`"),
        ParameterErrors,
        AccessErrors
    )
)]
pub(crate) async fn list_metrics(
    _: Viewer,
    State(app): State<App>,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Response, Problem> {
    let listed = params.choice("listed", &[("true", true), ("false", false)]);
    params.finish()?;
    let read = async { Ok(metrics::list_metrics(&app.pools.primary).await?) };
    let metrics = app.caches.catalogue(read).await?;
    let wanted = metrics
        .iter()
        .filter(|metric| listed.is_none_or(|listed| listed == metric.listed));
    conditional::json(
        &headers,
        &MetricList {
            items: wanted.cloned().map(Metric::from).collect(),
        },
    )
}
