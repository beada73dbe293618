//! `/metrics` and `/health` of every service.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus::{Encoder as _, IntGaugeVec, Registry, TextEncoder};
use serde_json::json;

use crate::{BuildInfo, Health, metrics};

struct Ops {
    registry: Registry,
    health: Health,
    build: BuildInfo,
    components: IntGaugeVec,
}

/// The routes of the ops listener.
pub(crate) fn router(
    registry: &Registry,
    health: &Health,
    build: &BuildInfo,
) -> Result<Router, metrics::MetricError> {
    let ops = Ops {
        registry: registry.clone(),
        health: health.clone(),
        build: build.clone(),
        components: metrics::gauge_vec(registry, &metrics::COMPONENT_UP)?,
    };
    Ok(Router::new()
        .route("/metrics", get(exposition))
        .route("/health", get(ready))
        .route("/health/ready", get(ready))
        .route("/health/live", get(live))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(Arc::new(ops)))
}

async fn exposition(State(ops): State<Arc<Ops>>) -> Response {
    for component in ops.health.report().components {
        ops.components
            .with_label_values(&[component.name])
            .set(component.ok.into());
    }
    let mut text = Vec::new();
    match TextEncoder::new().encode(&ops.registry.gather(), &mut text) {
        Ok(()) => ([(header::CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response(),
        Err(error) => {
            tracing::error!("cannot encode the metrics: {error}");
            problem(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the metrics cannot be encoded",
            )
        }
    }
}

async fn ready(State(ops): State<Arc<Ops>>) -> Response {
    let report = ops.health.report();
    let code = if ops.health.is_ready() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let body = json!({
        "status": report.status,
        "service": ops.build.service,
        "version": ops.build.version,
        "build_sha": ops.build.build_sha,
        "components": report.components,
    });
    (code, Json(body)).into_response()
}

/// Says only that the process answers: a dependency that is away is no reason to restart it.
async fn live(State(ops): State<Arc<Ops>>) -> Response {
    Json(json!({
        "status": "ok",
        "service": ops.build.service,
        "version": ops.build.version,
        "build_sha": ops.build.build_sha,
    }))
    .into_response()
}

async fn not_found(uri: Uri) -> Response {
    let detail = format!(
        "there is no {}; see /metrics, /health, /health/live and /health/ready",
        uri.path()
    );
    problem(StatusCode::NOT_FOUND, &detail)
}

async fn method_not_allowed() -> Response {
    problem(StatusCode::METHOD_NOT_ALLOWED, "only GET is answered here")
}

/// An RFC 9457 error.
fn problem(code: StatusCode, detail: &str) -> Response {
    let body = json!({
        "type": "about:blank",
        "title": code.canonical_reason(),
        "status": code.as_u16(),
        "detail": detail,
    });
    (
        code,
        [(header::CONTENT_TYPE, "application/problem+json")],
        body.to_string(),
    )
        .into_response()
}
