//! The outermost layer: names the request, measures it, writes error bodies and security headers.

use std::time::{Instant, SystemTime};

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use prometheus::{HistogramVec, Registry};
use rand::Rng as _;
use sens_observability::metrics::{self, MetricError};
use sens_observability::traces::{self, Kind, Span};
use sens_schema::trace::{new_traceparent, parse_traceparent};
use tracing::Instrument as _;

use crate::http::request_id;
use crate::problem::{Code, Problem};

/// What the layer needs of the process.
#[derive(Clone)]
pub(crate) struct Edge {
    durations: HistogramVec,
}

impl Edge {
    /// Registers `http_server_request_duration_seconds`.
    ///
    /// # Errors
    /// When a metric of this name is registered already.
    pub(crate) fn new(registry: &Registry) -> Result<Self, MetricError> {
        Ok(Self {
            durations: metrics::histogram_vec(registry, &metrics::HTTP_REQUEST_DURATION)?,
        })
    }
}

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// Names the trace of the request in the answer.
pub(crate) const TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");

/// Marks an error answer whose body is to stay as it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OwnBody;

/// Whether a route answers with a stream that may stay open.
pub(crate) fn is_stream(route: &str) -> bool {
    route.ends_with("/stream") || route == "/v1/ws"
}

/// Longest path with query string.
const MAX_URI: usize = 8 * 1024;

/// The trace of a request: the one that came with it, or a new one.
fn trace_of(request: &Request) -> Trace {
    let given = request
        .headers()
        .get("traceparent")
        .and_then(|value| value.to_str().ok())
        .filter(|value| parse_traceparent(value).is_some());
    Trace {
        parent: given.map_or_else(|| new_traceparent(rand::rng().random()), str::to_owned),
        begins_here: given.is_none(),
        started_at: SystemTime::now(),
    }
}

/// The trace of a request.
struct Trace {
    /// As a `traceparent`.
    parent: String,
    /// The request named none.
    begins_here: bool,
    started_at: SystemTime,
}

impl Trace {
    /// Records the answered request.
    fn record(&self, method: &'static str, route: &str, status: StatusCode) {
        if !traces::is_on() {
            return;
        }
        let Some(trace) = parse_traceparent(&self.parent) else {
            return;
        };
        // A trace that began here has this very span as its root.
        let (span_id, parent_id) = if self.begins_here {
            (Some(trace.parent_id), None)
        } else {
            (None, Some(trace.parent_id))
        };
        traces::record(Span {
            name: format!("{method} {route}").into(),
            kind: Kind::Server,
            trace_id: trace.trace_id,
            span_id,
            parent_id,
            sampled: trace.sampled,
            start: self.started_at,
            end: SystemTime::now(),
            attributes: vec![
                ("http.request.method", method.into()),
                ("http.route", route.to_owned().into()),
                (
                    "http.response.status_code",
                    i64::from(status.as_u16()).into(),
                ),
            ],
            failed: status.is_server_error(),
        });
    }
}

/// The 32 digits that name the trace.
fn trace_id(traceparent: &str) -> &str {
    traceparent.split('-').nth(1).unwrap_or_default()
}

fn is_too_long(request: &Request) -> bool {
    let address = request.uri().path_and_query();
    address.is_some_and(|address| address.as_str().len() > MAX_URI)
}

/// Runs the rest of the stack.
pub(crate) async fn layer(State(edge): State<Edge>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let name = request_id::of(request.headers());
    // Whoever asks further in is told the same name.
    request
        .headers_mut()
        .insert(request_id::X_REQUEST_ID, request_id::header_value(&name));
    let context = trace_of(&request);
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("unmatched", MatchedPath::as_str)
        .to_owned();
    let method = known_method(&request);
    let path = request.uri().path().to_owned();
    let trace = trace_id(&context.parent).to_owned();
    let span = tracing::info_span!("http.request", request.id = %name, trace.id = %trace, http.method = method, http.route = %route);
    if let Ok(value) = HeaderValue::from_str(&context.parent) {
        // Whoever goes on with the request goes on with its trace.
        request.headers_mut().insert(TRACEPARENT, value);
    }
    let response = if is_too_long(&request) {
        Problem::of(Code::UriTooLong).into_response()
    } else {
        next.run(request).instrument(span.clone()).await
    };
    let elapsed = started.elapsed();
    edge.durations
        .with_label_values(&[method, route.as_str(), response.status().as_str()])
        .observe(elapsed.as_secs_f64());
    context.record(method, &route, response.status());
    span.in_scope(|| {
        let status = response.status().as_u16();
        tracing::debug!(
            http.status = status,
            duration_us = elapsed.as_micros(),
            "answered"
        );
    });
    let mut response = with_problem_body(response, &path, &name, &trace);
    add_headers(&mut response, &path, &name);
    if let Ok(value) = HeaderValue::from_str(&trace) {
        response.headers_mut().insert(TRACE_ID, value);
    }
    response
}

/// Methods become a label: only the known ones, so that no client can make new ones.
fn known_method(request: &Request) -> &'static str {
    match request.method().as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// Gives every error answer a problem body, those of libraries included; other headers stay.
fn with_problem_body(response: Response, path: &str, name: &str, trace: &str) -> Response {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    if !is_error || response.extensions().get::<OwnBody>().is_some() {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    let problem = parts
        .extensions
        .remove::<Problem>()
        .unwrap_or_else(|| Problem::of(Code::from_status(status)));
    let mut body = problem.into_body(path, name);
    trace.clone_into(&mut body.trace_id);
    if status.is_server_error() {
        tracing::info!(
            request.id = name,
            problem = body.code,
            "answered with an error"
        );
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    parts
        .headers
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let bytes = serde_json::to_vec(&body).unwrap_or_default();
    Response::from_parts(parts, Body::from(bytes))
}

/// Nothing an API answers may run in a browser; pages bring their own, wider policy.
const API_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

fn add_headers(response: &mut Response, path: &str, name: &str) {
    let headers = response.headers_mut();
    headers.insert(request_id::X_REQUEST_ID, request_id::header_value(name));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(API_POLICY);
    if path.starts_with("/v1") {
        // Answers depend on the key and change at any time.
        headers
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
        headers.append(
            header::VARY,
            HeaderValue::from_static("authorization, accept"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn library_errors_get_a_body_and_keep_their_headers() {
        let bare = (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET")]).into_response();
        let response = with_problem_body(bare, "/v1/devices", "r-1", "t-1");
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.headers()[header::ALLOW], "GET");
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            "application/problem+json"
        );
    }

    #[test]
    fn only_streams_are_streams() {
        assert!(is_stream("/v1/stream"));
        assert!(is_stream("/v1/ws"));
        assert!(is_stream("/v1/devices/{serial}/stream"));
        assert!(!is_stream("/v1/devices/{serial}"));
    }
}
