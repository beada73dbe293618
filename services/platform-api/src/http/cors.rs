//! Which browser origins may call.

use axum::http::{HeaderName, HeaderValue, Method, header};
use sens_config::CorsOrigin;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::http::edge::TRACE_ID;
use crate::http::request_id::X_REQUEST_ID;

/// The layer for the configured origins; `None` where the browser's same-origin rule is enough.
pub(crate) fn layer(origins: &CorsOrigin) -> Option<CorsLayer> {
    let allowed = match origins {
        CorsOrigin::SameOrigin => return None,
        CorsOrigin::Permissive => AllowOrigin::any(),
        CorsOrigin::List(list) => AllowOrigin::list(
            list.iter()
                .filter_map(|origin| HeaderValue::from_str(origin).ok()),
        ),
    };
    let headers = [
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        header::CONTENT_ENCODING,
        header::ACCEPT,
        header::IF_MATCH,
        header::IF_NONE_MATCH,
        header::IF_RANGE,
        header::RANGE,
        HeaderName::from_static("idempotency-key"),
        HeaderName::from_static("last-event-id"),
        HeaderName::from_static("prefer"),
        HeaderName::from_static("traceparent"),
        X_REQUEST_ID,
    ];
    let exposed = [
        HeaderName::from_static("idempotent-replayed"),
        header::ACCEPT_RANGES,
        header::ALLOW,
        header::CONTENT_RANGE,
        header::ETAG,
        header::LINK,
        header::LOCATION,
        header::RETRY_AFTER,
        header::WWW_AUTHENTICATE,
        header::CONTENT_DISPOSITION,
        HeaderName::from_static("ratelimit"),
        HeaderName::from_static("ratelimit-policy"),
        TRACE_ID,
        X_REQUEST_ID,
    ];
    Some(
        CorsLayer::new()
            .allow_origin(allowed)
            .allow_methods([
                Method::GET,
                Method::HEAD,
                Method::POST,
                Method::PUT,
                Method::PATCH,
                Method::DELETE,
            ])
            .allow_headers(headers)
            .expose_headers(exposed)
            .max_age(std::time::Duration::from_mins(10)),
    )
}
