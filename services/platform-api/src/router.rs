//! The table of contents of the REST API.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::sensitive_headers::SetSensitiveRequestHeadersLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::edge::{self, Edge};
use crate::http::{cors, timeout};
use crate::problem::{Code, Problem};
use crate::routes::{
    accounting, analytics, api_keys, devices, docs, health, ingest, ingest_errors, metrics,
    overview, raw_records, stream, web, whoami,
};

/// Every documented route.
fn documented() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(docs::head())
        .routes(routes!(health::health))
        .routes(routes!(health::health_live))
        .routes(routes!(health::health_ready))
        .routes(routes!(health::version))
        .routes(routes!(docs::openapi_json))
        .routes(routes!(whoami::whoami))
        .routes(routes!(overview::overview))
        .routes(routes!(devices::list_devices_route))
        .routes(routes!(devices::get_device))
        .routes(routes!(devices::latest_values))
        .routes(routes!(devices::list_measurements))
        .routes(routes!(stream::stream_device))
        .routes(routes!(stream::stream_fleet))
        .routes(routes!(analytics::average_extension))
        .routes(routes!(analytics::extension_vs_retraction))
        .routes(routes!(analytics::battery_summary))
        .routes(routes!(analytics::platform_height))
        .routes(routes!(metrics::list_metrics))
        .routes(routes!(ingest::post_ingest))
        .routes(routes!(ingest_errors::list_ingest_errors))
        .routes(routes!(raw_records::get_raw_record))
        .routes(routes!(accounting::accounting))
        .routes(routes!(api_keys::list_api_keys, api_keys::create_api_key))
        .routes(routes!(api_keys::delete_api_key))
}

/// The OpenAPI document of all routes.
pub(crate) fn openapi() -> utoipa::openapi::OpenApi {
    documented().into_openapi()
}

/// All routes with everything around them, the outermost layer last.
pub(crate) fn router(app: App, edge: Edge) -> Router {
    let api = &app.config.api;
    let time_limit = Duration::from_secs(api.request_timeout_seconds);
    let cors = cors::layer(&api.cors_origin);
    let (documented, _) = documented().split_for_parts();
    let router = documented
        .route("/docs", get(docs::docs_page))
        .route("/docs/", get(docs::docs_page))
        .route("/docs/rapidoc.js", get(docs::docs_script))
        .route("/docs/errors", get(docs::error_list))
        .route("/docs/errors/{code}", get(docs::error_page))
        .fallback(web::fallback)
        .with_state(app)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(time_limit, timeout::limit))
        .layer(SetSensitiveRequestHeadersLayer::new([
            axum::http::header::AUTHORIZATION,
        ]));
    let router = match cors {
        Some(cors) => router.layer(cors),
        None => router,
    };
    router
        .layer(middleware::from_fn_with_state(edge, edge::layer))
        .layer(CompressionLayer::new().gzip(true))
}

/// The panic hook has logged it; the client learns that it was us.
fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    Problem::of(Code::InternalError).into_response()
}
