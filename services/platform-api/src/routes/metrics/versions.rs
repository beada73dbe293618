//! `GET /v1/metrics/{name}/versions`.

use axum::Json;
use axum::extract::{Path, State};
use sens_storage::query::metric_changes::metric_versions;
use serde::Serialize;
use utoipa::ToSchema;

use super::metric::not_found;
use crate::app::App;
use crate::auth::Viewer;
use crate::http::time::Timestamp;
use crate::problem::{AccessErrors, NotFoundError, Problem};

/// What was ever said about a metric.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MetricVersions {
    /// The changes, newest first. A metric that nobody changed has none.
    items: Vec<MetricVersion>,
}

/// A change of a metric.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MetricVersion {
    /// Its version after the change.
    version: i64,
    /// When.
    changed_at: Timestamp,
    /// Name of the key that did it.
    changed_by: String,
    /// What it was; null for a new metric.
    before: Option<serde_json::Value>,
    /// What it became.
    after: serde_json::Value,
}

/// The changes of a metric
#[utoipa::path(
    get,
    path = "/v1/metrics/{name}/versions",
    tag = "metrics",
    params(("name" = String, Path, description = "name of the metric")),
    responses(
        (status = 200, description = "the changes", body = MetricVersions),
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn list_metric_versions(
    _: Viewer,
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<Json<MetricVersions>, Problem> {
    let versions = metric_versions(&app.pools.primary, &name).await?;
    let versions = versions.ok_or_else(|| not_found(&name))?;
    let items = versions.into_iter().map(|version| MetricVersion {
        version: version.version,
        changed_at: Timestamp(version.changed_at),
        changed_by: version.changed_by,
        before: version.before,
        after: version.after,
    });
    Ok(Json(MetricVersions {
        items: items.collect(),
    }))
}
