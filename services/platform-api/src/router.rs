//! The table of contents of the REST API.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{Extensions, HeaderMap, StatusCode, Version, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, middleware};
use sens_config::Api;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate};
use tower_http::compression::{CompressionLayer, DefaultPredicate};
use tower_http::sensitive_headers::SetSensitiveRequestHeadersLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::cache;
use crate::http::edge::{self, Edge};
use crate::http::elsewhere::{self, Elsewhere};
use crate::http::negotiate::Offers;
use crate::http::range::InParts;
use crate::http::{cors, idempotency, negotiate, rate, timeout};
use crate::problem::{Code, Problem, describe_shared};
use crate::routes::{
    accounting, analytics, api_keys, audit_log, commands, corrections, dead_letters, deployments,
    devices, docs, events, explain, exports, health, imports, ingest, ingest_errors, measurements,
    messages, metrics, operations, overview, raw_records, replays, retention, stream, system, web,
    whoami,
};

/// Every documented route.
fn documented() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(docs::head())
        .routes(routes!(health::health))
        .routes(routes!(health::health_live))
        .routes(routes!(health::health_ready))
        .routes(routes!(health::version))
        .routes(routes!(docs::openapi_json))
        .routes(routes!(docs::asyncapi_json))
        .routes(routes!(whoami::whoami))
        .routes(routes!(overview::overview))
        .routes(routes!(
            devices::list_devices_route,
            devices::create_device_route
        ))
        .routes(routes!(
            devices::get_device,
            devices::replace_device,
            devices::patch_device,
            devices::delete_device_route
        ))
        .routes(routes!(devices::import_devices_route))
        .routes(routes!(devices::export_devices))
        .routes(routes!(devices::list_startups))
        .routes(routes!(devices::erase_device))
        .routes(routes!(devices::latest_values))
        .merge(readings())
        .routes(routes!(devices::list_series))
        .routes(routes!(
            commands::list_device_commands,
            commands::create_command
        ))
        .routes(routes!(
            commands::get_command,
            commands::cancel_device_command
        ))
        .routes(routes!(events::get_presence))
        .routes(routes!(events::stream_changes))
        .routes(routes!(explain::explain_device))
        .routes(routes!(analytics::average_extension))
        .routes(routes!(analytics::extension_vs_retraction))
        .routes(routes!(analytics::battery_summary))
        .routes(routes!(analytics::platform_height))
        .routes(routes!(metrics::list_metrics, metrics::create_metric_route))
        .routes(routes!(metrics::get_metric, metrics::change_metric_route))
        .routes(routes!(metrics::list_metric_versions))
        .merge(operated())
}

/// What arrives, what becomes of it, and what operators do about it.
fn operated() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(ingest::post_ingest))
        .routes(routes!(imports::create_import))
        .routes(routes!(ingest_errors::list_ingest_errors))
        .routes(routes!(raw_records::get_raw_record))
        .routes(routes!(messages::get_message))
        .routes(routes!(dead_letters::list_dead_letters))
        .routes(routes!(
            dead_letters::get_dead_letter,
            dead_letters::delete_dead_letter
        ))
        .routes(routes!(dead_letters::requeue_dead_letter))
        .routes(routes!(replays::list_replays_route, replays::create_replay))
        .routes(routes!(replays::get_replay, replays::cancel_replay_route))
        .routes(routes!(
            corrections::list_corrections_route,
            corrections::create_correction
        ))
        .routes(routes!(corrections::get_correction))
        .routes(routes!(corrections::undo_correction_route))
        .routes(routes!(operations::list_operations_route))
        .routes(routes!(
            operations::get_operation,
            operations::cancel_operation
        ))
        .routes(routes!(accounting::accounting))
        .routes(routes!(
            retention::list_retention_runs,
            retention::create_retention_run
        ))
        .routes(routes!(retention::get_retention_run))
        .routes(routes!(retention::list_retention_settings))
        .routes(routes!(
            retention::get_retention_setting,
            retention::put_retention_setting
        ))
        .routes(routes!(
            retention::get_metric_retention,
            retention::put_metric_retention,
            retention::delete_metric_retention
        ))
        .routes(routes!(audit_log::list_audit_log))
        .routes(routes!(
            deployments::list_deployments_route,
            deployments::report_deployment
        ))
        .routes(routes!(system::durability))
        .routes(routes!(system::quotas))
        .routes(routes!(system::replicas))
        .routes(routes!(system::backups))
        .routes(routes!(api_keys::list_api_keys, api_keys::create_api_key))
        .routes(routes!(api_keys::delete_api_key))
}

/// Readings, kept and live.
fn readings() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(measurements::list_measurements))
        .routes(routes!(measurements::list_all_measurements))
        .routes(routes!(
            measurements::get_measurement_query,
            measurements::post_measurement_query
        ))
        .routes(routes!(exports::create_export))
        .routes(routes!(
            exports::get_export_content,
            exports::delete_export_content
        ))
        .routes(routes!(stream::stream_device))
        .routes(routes!(stream::stream_fleet))
        .routes(routes!(stream::open_socket))
}

/// The OpenAPI document of all routes.
pub(crate) fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = documented().into_openapi();
    describe_shared(&mut document);
    docs::refine(&mut document);
    document
}

/// All routes with everything around them.
pub(crate) fn router(app: App, edge: Edge) -> Router {
    let config = Arc::clone(&app.config);
    let (documented, mut document) = documented().split_for_parts();
    let offers = Arc::new(Offers::of(&mut document));
    let routes = match app.pools.replica.clone() {
        Some(replica) => {
            let primary = served(documented.clone(), Arc::clone(&offers), app.on_primary());
            let is_used = move || replica.is_used();
            let again = Elsewhere::new(is_used, primary, config.api.max_body_bytes);
            let layer = middleware::from_fn_with_state(again, elsewhere::layer);
            served(documented, offers, app).layer(layer)
        }
        None => served(documented, offers, app),
    };
    surround(routes, &config.api, edge)
}

/// The documented routes and the pages, for one state.
fn served(documented: Router<App>, offers: Arc<Offers>, app: App) -> Router {
    documented
        .route_layer(middleware::from_fn_with_state(
            app.clone(),
            idempotency::layer,
        ))
        .route_layer(middleware::from_fn_with_state(app.clone(), cache::layer))
        .route_layer(middleware::from_fn_with_state(offers, negotiate::layer))
        .route("/docs", get(docs::docs_page))
        .route("/docs/", get(docs::docs_page))
        .route("/docs/rapidoc.js", get(docs::docs_script))
        .route("/docs/errors", get(docs::error_list))
        .route("/docs/errors/{code}", get(docs::error_page))
        .fallback(web::fallback)
        .with_state(app)
}

/// What every request passes, the outermost layer last.
fn surround(routes: Router, api: &Api, edge: Edge) -> Router {
    let limit = Duration::from_secs(api.request_timeout_seconds);
    let guarded = routes
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(limit, timeout::limit))
        .layer(SetSensitiveRequestHeadersLayer::new([
            header::AUTHORIZATION,
        ]));
    let guarded = match rate::Limits::of(api) {
        Some(limits) => guarded.layer(middleware::from_fn_with_state(limits, rate::layer)),
        None => guarded,
    };
    let guarded = match cors::layer(&api.cors_origin) {
        Some(cors) => guarded.layer(cors),
        None => guarded,
    };
    guarded
        .layer(middleware::from_fn_with_state(edge, edge::layer))
        .layer(compression())
}

/// What is packed already, must not wait for more, or can be read in parts goes as it is.
fn compression() -> CompressionLayer<impl Predicate> {
    let is_whole = |_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions| {
        extensions.get::<InParts>().is_none()
    };
    CompressionLayer::new().gzip(true).zstd(true).compress_when(
        DefaultPredicate::new()
            .and(NotForContentType::new("application/vnd.apache.parquet"))
            .and(is_whole),
    )
}

/// The panic hook has logged it; the client learns that it was us.
fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    Problem::of(Code::InternalError).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use tower::ServiceExt as _;

    use super::*;

    async fn answer(path: &str) -> (StatusCode, serde_json::Value) {
        async fn slow() {
            std::future::pending::<()>().await;
        }
        async fn broken() {
            panic!("on purpose, with a secret in it");
        }
        async fn ingest() {
            tokio::time::sleep(Duration::from_secs(45)).await;
        }
        let edge = Edge::new(&prometheus::Registry::new()).unwrap();
        let routes = Router::new()
            .route("/slow", get(slow))
            .route("/broken", get(broken))
            .route("/v1/ingest", get(ingest));
        let service = surround(routes, &sens_config::Config::default().api, edge);
        let response = service
            .oneshot(Request::get(path).body(Body::empty()).unwrap())
            .await
            .unwrap();
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 10_000)
            .await
            .unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_takes_too_long_is_given_up() {
        let (status, body) = answer("/slow").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(
            (&body["code"], &body["retryable"]),
            (&"request_timeout".into(), &true.into())
        );
        assert_eq!(
            answer("/v1/ingest").await.0,
            StatusCode::OK,
            "it may wait for outcomes on top"
        );
    }

    #[tokio::test]
    async fn a_panic_is_an_internal_error_without_its_message() {
        let (status, body) = answer("/broken").await;
        assert_eq!(
            (status, &body["code"]),
            (StatusCode::INTERNAL_SERVER_ERROR, &"internal_error".into())
        );
        assert!(!body.to_string().contains("secret"));
    }
}
