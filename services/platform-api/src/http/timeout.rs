//! Gives up requests that take too long. Writes run in tasks of their own, which a given-up request does not cancel.

use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::http::edge::is_stream;
use crate::problem::{Code, Problem};
use crate::routes::ingest::MAX_WAIT;

/// How long a file may take to be sent.
const UPLOAD: Duration = Duration::from_mins(30);

/// Runs the request under the configured limit. Streams have none, and ingest may wait for outcomes on top of it.
pub(crate) async fn limit(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map(MatchedPath::as_str)
        .unwrap_or_default();
    let limit = match route {
        route if is_stream(route) => return next.run(request).await,
        "/v1/ingest" => limit + MAX_WAIT,
        "/v1/imports" => limit.max(UPLOAD),
        _ => limit,
    };
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(
            Code::RequestTimeout,
            format!("not finished within {} s", limit.as_secs()),
        )
        .into_response(),
    }
}
