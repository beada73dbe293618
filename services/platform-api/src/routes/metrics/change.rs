//! `PATCH /v1/metrics/{name}`.

use axum::Json;
use axum::extract::{Path, State};
use sens_storage::query::metric_changes::{MetricChange, change_metric};
use serde::Deserialize;
use utoipa::ToSchema;

use super::metric::{Metric, MetricFields, refused, with_member};
use crate::app::App;
use crate::auth::Operator;
use crate::http::body::JsonBody;
use crate::problem::{AccessErrors, BodyErrors, NotFoundError, Problem};

/// What to change about a metric.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(try_from = "serde_json::Map<String, serde_json::Value>")]
pub(crate) struct MetricPatch {
    /// The version that the change is made for; the change is refused when there is another one. Any, when left out.
    version: Option<i64>,
    /// The fields to change.
    #[serde(flatten)]
    fields: MetricFields,
}

impl TryFrom<serde_json::Map<String, serde_json::Value>> for MetricPatch {
    type Error = serde_json::Error;

    fn try_from(
        body: serde_json::Map<String, serde_json::Value>,
    ) -> Result<Self, serde_json::Error> {
        let (version, fields) = with_member(body, "version")?;
        Ok(Self { version, fields })
    }
}

/// Describe or change a metric
///
/// Stored values stay as they are; workers check ranges and units by the change within 5 seconds. Every change is kept.
#[utoipa::path(
    patch,
    path = "/v1/metrics/{name}",
    tag = "metrics",
    params(("name" = String, Path, description = "name of the metric")),
    request_body = MetricPatch,
    responses(
        (status = 200, description = "the metric as it is now", body = Metric),
        (status = 409, description = "`metric_in_use` or `version_conflict`", content_type = "application/problem+json"),
        NotFoundError,
        BodyErrors,
        AccessErrors
    )
)]
pub(crate) async fn change_metric_route(
    Operator(caller): Operator,
    State(app): State<App>,
    Path(name): Path<String>,
    JsonBody(patch): JsonBody<MetricPatch>,
) -> Result<Json<Metric>, Problem> {
    let change = MetricChange::from(patch.fields);
    let pool = &app.pools.primary;
    let changed = change_metric(pool, &name, &change, &caller.actor(), patch.version).await?;
    let metric = changed.map_err(|refusal| refused(&name, refusal))?;
    tracing::info!(
        metric = name,
        actor = caller.name,
        version = metric.version,
        "a metric was changed"
    );
    Ok(Json(Metric::from(metric)))
}
