//! Reads that the replica gave up are done again on the primary, once: a replica ends queries that are in the way of what it
//! has to take over, and the connections to it end with it.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tower::ServiceExt as _;

use crate::http::body;
use crate::problem::Problem;

/// The one route that reads by POST.
const QUERY: &str = "/v1/measurements:query";

/// Where reads are done again.
#[derive(Clone)]
pub(crate) struct Elsewhere {
    is_used: Arc<dyn Fn() -> bool + Send + Sync>,
    primary: Router,
    max_body: usize,
}

impl Elsewhere {
    /// The same routes, reading from the primary. `is_used` says whether reads go to the replica now.
    pub(crate) fn new(
        is_used: impl Fn() -> bool + Send + Sync + 'static,
        primary: Router,
        max_body: usize,
    ) -> Self {
        Self {
            is_used: Arc::new(is_used),
            primary,
            max_body,
        }
    }
}

/// Does a read again where the first attempt had to give way. An answer that has begun to be sent ends as it does.
pub(crate) async fn layer(
    State(elsewhere): State<Elsewhere>,
    request: Request,
    next: Next,
) -> Response {
    let has_body = match *request.method() {
        Method::GET | Method::HEAD => false,
        Method::POST if request.uri().path() == QUERY => true,
        _ => return next.run(request).await,
    };
    if !(elsewhere.is_used)() {
        return next.run(request).await;
    }
    let (request, again) = if has_body {
        match body::receive(request, elsewhere.max_body).await {
            Ok((parts, sent)) => {
                let again = anew(&parts, Body::from(sent.clone()));
                (Request::from_parts(parts, Body::from(sent)), again)
            }
            Err(problem) => return problem.into_response(),
        }
    } else {
        let (parts, body) = request.into_parts();
        let again = anew(&parts, Body::empty());
        (Request::from_parts(parts, body), again)
    };
    let response = next.run(request).await;
    let problem = response.extensions().get::<Problem>();
    if !problem.is_some_and(Problem::may_work_elsewhere) {
        return response;
    }
    tracing::debug!("a read that the replica gave up is done again on the primary");
    match elsewhere.primary.oneshot(again).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// The request as it came, without what its way through the routes has left at it: parts of its path would stand there twice.
fn anew(parts: &Parts, body: Body) -> Request {
    let mut request = Request::new(body);
    parts.method.clone_into(request.method_mut());
    parts.uri.clone_into(request.uri_mut());
    parts.headers.clone_into(request.headers_mut());
    *request.version_mut() = parts.version;
    request
}

#[cfg(test)]
mod tests {
    use axum::extract::Path;
    use axum::middleware;
    use axum::routing::{get, post};

    use super::*;
    use crate::problem::Code;

    async fn ask(used: bool, request: Request) -> (u16, String) {
        let gave_way = || async { Problem::of(Code::DatabaseUnavailable).elsewhere() };
        let first = Router::new()
            .route("/v1/devices/{serial}/latest", get(gave_way))
            .route("/v1/measurements:query", post(gave_way))
            .route("/v1/devices", post(gave_way));
        let second = Router::new()
            .route(
                "/v1/devices/{serial}/latest",
                get(|Path(serial): Path<String>| async move { serial }),
            )
            .route(
                "/v1/measurements:query",
                post(|sent: String| async { sent }),
            )
            .route("/v1/devices", post(|| async { "twice" }));
        let elsewhere = Elsewhere::new(move || used, second, 100);
        let routes = first.layer(middleware::from_fn_with_state(elsewhere, layer));
        let response = routes.oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 1000)
            .await
            .unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    fn request(method: &str, path: &str, body: &str) -> Request {
        let request = Request::builder().method(method).uri(path);
        request.body(Body::from(body.to_owned())).unwrap()
    }

    #[tokio::test]
    async fn reads_are_done_again_with_their_path_and_body_and_nothing_else_is() {
        let latest = || request("GET", "/v1/devices/AI-7/latest?x=1", "");
        assert_eq!(ask(true, latest()).await, (200, "AI-7".to_owned()));
        assert_eq!(ask(false, latest()).await.0, 503);
        let query = request("POST", QUERY, "{}");
        assert_eq!(ask(true, query).await, (200, "{}".to_owned()));
        let write = request("POST", "/v1/devices", "{}");
        assert_eq!(ask(true, write).await.0, 503);
        let large = request("POST", QUERY, &"x".repeat(101));
        assert_eq!(ask(true, large).await.0, 413);
    }
}
