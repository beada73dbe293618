//! Everything that is no route: the web console from `STATIC_DIR`, with fallback to its `index.html`.

use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tower::ServiceExt as _;
use tower_http::services::ServeDir;

use crate::app::App;
use crate::problem::{Code, Problem};

/// The console loads nothing from elsewhere and needs no inline script or style.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
     connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);
/// Files whose names change with their content.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Files that may change under their name: asked for every time, sent only when changed.
const REVALIDATED: HeaderValue = HeaderValue::from_static("no-cache");
/// What belongs to the API and never to the console.
const RESERVED: [&str; 5] = ["/v1", "/health", "/docs", "/metrics", "/openapi.json"];

/// Serves the console, or says that there is nothing.
pub(crate) async fn fallback(
    State(app): State<App>,
    request: Request,
) -> Result<Response, Problem> {
    let path = request.uri().path();
    let not_found = Problem::new(Code::NotFound, format!("there is nothing at {path}"));
    let Some(directory) = app
        .config
        .api
        .static_dir
        .clone()
        .filter(|_| !is_reserved(path))
    else {
        return Err(not_found);
    };
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let allow = (header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return Err(Problem::of(Code::MethodNotAllowed).header(allow.0, allow.1));
    }
    let is_asset = path.starts_with("/assets/");
    let index = at(&request, "/index.html");
    let mut response = file(&directory, request).await;
    if response.status() == StatusCode::NOT_FOUND {
        if is_asset {
            return Err(not_found);
        }
        response = file(&directory, index).await;
        if response.status() == StatusCode::NOT_FOUND {
            tracing::warn!(directory = %directory.display(), "STATIC_DIR has no index.html");
            return Err(not_found);
        }
    }
    let headers = response.headers_mut();
    headers.insert(
        header::CACHE_CONTROL,
        if is_asset { IMMUTABLE } else { REVALIDATED },
    );
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    Ok(response)
}

fn is_reserved(path: &str) -> bool {
    RESERVED.iter().any(|reserved| {
        path.strip_prefix(reserved)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// The same request for another path, without its body.
fn at(request: &Request, path: &'static str) -> Request {
    let mut other = Request::new(Body::empty());
    *other.method_mut() = request.method().clone();
    *other.uri_mut() = Uri::from_static(path);
    *other.headers_mut() = request.headers().clone();
    other
}

/// A file of the directory, compressed beforehand where there is such a file, with `ETag`, ranges and 304.
async fn file(directory: &Path, request: Request) -> Response {
    let directory: PathBuf = directory.to_owned();
    let service = ServeDir::new(directory)
        .precompressed_br()
        .precompressed_gzip();
    match service.oneshot(request).await {
        Ok(response) => response.into_response(),
        Err(never) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use super::is_reserved;

    #[test]
    fn the_api_is_never_shadowed() {
        for path in [
            "/v1",
            "/v1/",
            "/v1/nothing",
            "/docs/x",
            "/openapi.json",
            "/metrics",
            "/health/x",
        ] {
            assert!(is_reserved(path), "{path}");
        }
        for path in ["/", "/v1x", "/devices/A", "/documents"] {
            assert!(!is_reserved(path), "{path}");
        }
    }
}
