//! `/health`, `/health/live`, `/health/ready` and `/version`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::replica;
use crate::app::App;
use crate::http::edge::OwnBody;

/// State of the service.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HealthReport {
    /// `ok`, `failing`, `starting` or `draining`.
    status: &'static str,
    /// Name of the service.
    service: &'static str,
    /// Version of the service.
    version: String,
    /// Git SHA of the build.
    build_sha: String,
    /// What the service depends on.
    components: Vec<ComponentHealth>,
}

/// State of one component.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComponentHealth {
    /// Its name.
    pub(super) name: &'static str,
    /// Whether it works.
    pub(super) ok: bool,
    /// What is wrong; of `durability` the verdict of `/v1/system/durability`, and of `read_replica` where reads go: these
    /// two never fail.
    pub(super) detail: Option<String>,
}

/// Which build runs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Version)]
pub(crate) struct Release {
    /// Name of the service.
    service: &'static str,
    /// Version of the service.
    version: String,
    /// Git SHA of the build.
    build_sha: String,
}

/// State of the service and its components
#[utoipa::path(
    get,
    path = "/health",
    tag = "health",
    security(()),
    responses(
        (status = 200, description = "the service works", body = HealthReport),
        (status = 503, description = "a component fails", body = HealthReport)
    )
)]
pub(crate) async fn health(State(app): State<App>) -> Response {
    report(&app)
}

/// Whether the service can answer: its database does
#[utoipa::path(
    get,
    path = "/health/ready",
    tag = "health",
    security(()),
    responses(
        (status = 200, description = "ready", body = HealthReport),
        (status = 503, description = "not ready", body = HealthReport)
    )
)]
pub(crate) async fn health_ready(State(app): State<App>) -> Response {
    report(&app)
}

/// Whether the process lives; looks at no dependency
#[utoipa::path(
    get,
    path = "/health/live",
    tag = "health",
    security(()),
    responses((status = 200, description = "the process lives", body = Release))
)]
pub(crate) async fn health_live(State(app): State<App>) -> Json<serde_json::Value> {
    Json(serde_json::json!({
        "status": "ok",
        "service": app.build.service,
        "version": app.build.version,
        "build_sha": app.build.build_sha,
    }))
}

/// Which build runs
#[utoipa::path(
    get,
    path = "/version",
    tag = "health",
    security(()),
    responses((status = 200, description = "the build", body = Release))
)]
pub(crate) async fn version(State(app): State<App>) -> Json<Release> {
    Json(Release {
        service: app.build.service,
        version: app.build.version.clone(),
        build_sha: app.build.build_sha.clone(),
    })
}

fn report(app: &App) -> Response {
    let report = app.health.report();
    let status = if app.health.is_ready() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let mut components: Vec<ComponentHealth> = report
        .components
        .into_iter()
        .map(|component| ComponentHealth {
            name: component.name,
            ok: component.ok,
            detail: component.detail,
        })
        .collect();
    // A weak setting is no reason to stop serving: it is told, and nothing more.
    components.extend(app.certificate.summary().map(|summary| ComponentHealth {
        name: "durability",
        ok: true,
        detail: Some(summary),
    }));
    components.extend(app.pools.replica.as_ref().map(replica::component));
    let body = HealthReport {
        status: report.status,
        service: app.build.service,
        version: app.build.version.clone(),
        build_sha: app.build.build_sha.clone(),
        components,
    };
    let mut response = (status, Json(body)).into_response();
    response.extensions_mut().insert(OwnBody);
    response
}
