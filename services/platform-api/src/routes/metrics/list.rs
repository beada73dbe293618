//! `GET /v1/metrics`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use sens_storage::query::metrics;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Viewer;
use crate::http::conditional;
use crate::http::value;
use crate::problem::{AccessErrors, Problem};

/// The catalogue of metrics.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MetricList {
    /// The metrics, by name.
    items: Vec<Metric>,
}

/// A metric.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Metric {
    /// Its name.
    name: String,
    /// Unit of stored values.
    unit: Option<String>,
    /// `number`, `boolean` or `text`.
    kind: String,
    /// Least valid value.
    #[serde(serialize_with = "value::optional_number")]
    min: Option<f64>,
    /// Greatest valid value.
    #[serde(serialize_with = "value::optional_number")]
    max: Option<f64>,
    /// Name for people.
    display_name: Option<String>,
    /// Unit for people.
    display_unit: Option<String>,
    /// What a stored value is multiplied with to get the display unit.
    #[serde(serialize_with = "value::optional_number")]
    display_factor: Option<f64>,
    /// Whether somebody described it; otherwise devices just send it.
    listed: bool,
}

impl From<metrics::Metric> for Metric {
    fn from(metric: metrics::Metric) -> Self {
        Self {
            name: metric.name,
            unit: metric.unit,
            kind: metric.kind,
            min: metric.min,
            max: metric.max,
            display_name: metric.display_name,
            display_unit: metric.display_unit,
            display_factor: metric.display_factor,
            listed: metric.listed,
        }
    }
}

/// The catalogue of metrics
#[utoipa::path(
    get,
    path = "/v1/metrics",
    tag = "metrics",
    responses(
        (status = 200, description = "all metrics", body = MetricList),
        (status = 304, description = "unchanged since the answer with this `ETag`"),
        AccessErrors
    )
)]
pub(crate) async fn list_metrics(
    _: Viewer,
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let metrics = metrics::list_metrics(&app.pools.read).await?;
    conditional::json(
        &headers,
        &MetricList {
            items: metrics.into_iter().map(Metric::from).collect(),
        },
    )
}
