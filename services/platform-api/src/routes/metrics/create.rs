//! `POST /v1/metrics`.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sens_storage::query::metric_changes::{MetricChange, create_metric};
use serde::Deserialize;
use utoipa::ToSchema;

use super::metric::{Metric, MetricFields, refused, with_member};
use crate::app::App;
use crate::auth::Operator;
use crate::http::body::JsonBody;
use crate::problem::{AccessErrors, BodyErrors, Problem};

/// A metric to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(try_from = "serde_json::Map<String, serde_json::Value>")]
pub(crate) struct MetricRequest {
    /// Its name, 1 to 128 characters.
    name: String,
    /// What is known about it.
    #[serde(flatten)]
    fields: MetricFields,
}

impl TryFrom<serde_json::Map<String, serde_json::Value>> for MetricRequest {
    type Error = serde_json::Error;

    fn try_from(
        body: serde_json::Map<String, serde_json::Value>,
    ) -> Result<Self, serde_json::Error> {
        let (name, fields) = with_member(body, "name")?;
        Ok(Self { name, fields })
    }
}

/// Add a metric to the catalogue
///
/// Workers check ranges and units by it within 5 seconds.
#[utoipa::path(
    post,
    path = "/v1/metrics",
    tag = "metrics",
    request_body = MetricRequest,
    responses(
        (status = 201, description = "the metric", body = Metric),
        (status = 409, description = "`metric_exists`", content_type = "application/problem+json"),
        BodyErrors,
        AccessErrors
    )
)]
pub(crate) async fn create_metric_route(
    Operator(caller): Operator,
    State(app): State<App>,
    JsonBody(request): JsonBody<MetricRequest>,
) -> Result<Response, Problem> {
    let name = request.name;
    let change = MetricChange::from(request.fields);
    let made = create_metric(&app.pools.primary, &name, &change, &caller.actor()).await?;
    let metric = made.map_err(|refusal| refused(&name, refusal))?;
    tracing::info!(metric = name, actor = caller.name, "a metric was added");
    let location = format!("/v1/metrics/{}", path_segment(&name));
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, location)],
        Json(Metric::from(metric)),
    )
        .into_response())
}

/// Percent-encodes what may not stand in a path.
fn path_segment(name: &str) -> String {
    name.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::path_segment;

    #[test]
    fn names_fit_into_an_address() {
        assert_eq!(path_segment("battery_charge"), "battery_charge");
        assert_eq!(path_segment("a/b °"), "a%2Fb%20%C2%B0");
    }
}
