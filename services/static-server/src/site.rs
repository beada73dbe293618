//! What is answered: files with validators and the right cache headers, an app's index or a site's 404 page otherwise.

use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use tower::ServiceExt as _;
use tower_http::compression::CompressionLayer;
use tower_http::services::ServeDir;

use crate::policy;

/// Files whose names change with their content.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Files that may change under their name: asked for every time, sent only when changed.
const REVALIDATED: HeaderValue = HeaderValue::from_static("no-cache");
/// Folders whose files have names that change with their content.
const HASHED: [&str; 2] = ["/assets/", "/_astro/"];
/// What platform-api answers at the same host and an app's index must never stand in for.
const RESERVED: [&str; 6] = [
    "/v1",
    "/health",
    "/version",
    "/docs",
    "/metrics",
    "/openapi.json",
];

/// What a path that is no file gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Otherwise {
    /// The app's `index.html`: it knows its own paths.
    Index,
    /// The site's `404.html`, as 404.
    NotFoundPage,
}

/// A folder of built pages.
#[derive(Debug)]
pub(crate) struct Site {
    folder: PathBuf,
    otherwise: Otherwise,
    policy: HeaderValue,
}

impl Site {
    /// Looks at the folder: one with a `404.html` is a site of pages, one without is a single-page app.
    ///
    /// # Errors
    /// When there is no `index.html`, or a page cannot be read.
    pub(crate) fn open(folder: &Path) -> std::io::Result<Self> {
        if !folder.join("index.html").is_file() {
            return Err(Error::new(
                ErrorKind::NotFound,
                format!(
                    "{} named by STATIC_DIR has no index.html; name the folder of the built pages",
                    folder.display()
                ),
            ));
        }
        let (otherwise, policy) = if folder.join("404.html").is_file() {
            (Otherwise::NotFoundPage, policy::of_site(folder)?)
        } else {
            (Otherwise::Index, policy::APP.to_owned())
        };
        let policy = HeaderValue::from_str(&policy).map_err(Error::other)?;
        Ok(Self {
            folder: folder.to_owned(),
            otherwise,
            policy,
        })
    }

    /// `app` or `site`.
    pub(crate) fn kind(&self) -> &'static str {
        match self.otherwise {
            Otherwise::Index => "app",
            Otherwise::NotFoundPage => "site",
        }
    }

    /// The routes: one, which answers everything.
    pub(crate) fn router(self) -> Router {
        Router::new()
            .fallback(answer)
            .with_state(Arc::new(self))
            .layer(CompressionLayer::new())
    }

    async fn respond(&self, request: Request) -> Response {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return (
                StatusCode::METHOD_NOT_ALLOWED,
                [(header::ALLOW, "GET, HEAD")],
            )
                .into_response();
        }
        let path = request.uri().path();
        let hashed = HASHED.iter().any(|folder| path.starts_with(folder));
        let fallback = match self.otherwise {
            Otherwise::NotFoundPage => Some((at(&request, "/404.html"), StatusCode::NOT_FOUND)),
            Otherwise::Index if !hashed && !is_reserved(path) => {
                Some((at(&request, "/index.html"), StatusCode::OK))
            }
            Otherwise::Index => None,
        };
        let response = self.file(request).await;
        if response.status() != StatusCode::NOT_FOUND {
            return with_cache(response, if hashed { IMMUTABLE } else { REVALIDATED });
        }
        let Some((other, status)) = fallback else {
            return (StatusCode::NOT_FOUND, "there is nothing here\n").into_response();
        };
        let mut response = self.file(other).await;
        if response.status() == StatusCode::OK {
            *response.status_mut() = status;
        }
        with_cache(response, REVALIDATED)
    }

    /// A file of the folder, compressed beforehand where there is such a file, with validators, ranges and 304.
    async fn file(&self, request: Request) -> Response {
        let service = ServeDir::new(&self.folder)
            .precompressed_br()
            .precompressed_gzip();
        match service.oneshot(request).await {
            Ok(response) => response.into_response(),
            Err(never) => match never {},
        }
    }
}

async fn answer(State(site): State<Arc<Site>>, request: Request) -> Response {
    let mut response = site.respond(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, site.policy.clone());
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
    response
}

fn with_cache(mut response: Response, value: HeaderValue) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, value);
    response
}

fn is_reserved(path: &str) -> bool {
    RESERVED.iter().any(|reserved| {
        path.strip_prefix(reserved)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// A request for another path, without the conditions and ranges of the first: they speak of another file.
fn at(request: &Request, path: &'static str) -> Request {
    let mut other = Request::new(Body::empty());
    *other.method_mut() = request.method().clone();
    *other.uri_mut() = Uri::from_static(path);
    if let Some(accepted) = request.headers().get(header::ACCEPT_ENCODING) {
        other
            .headers_mut()
            .insert(header::ACCEPT_ENCODING, accepted.clone());
    }
    other
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, file).unwrap();
        }
        folder
    }

    async fn get(folder: &tempfile::TempDir, method: &str, path: &str) -> (u16, String, String) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .body(Body::empty())
            .unwrap();
        let response = Site::open(folder.path())
            .unwrap()
            .router()
            .oneshot(request)
            .await
            .unwrap();
        let headers = response.headers();
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert!(headers.contains_key("content-security-policy"));
        let cache = headers
            .get("cache-control")
            .map(|value| value.to_str().unwrap().to_owned());
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20)
            .await
            .unwrap();
        (
            status,
            cache.unwrap_or_default(),
            String::from_utf8(body.to_vec()).unwrap(),
        )
    }

    #[tokio::test]
    async fn an_app_answers_its_own_paths_and_no_others() {
        let app = folder(&["index.html", "assets/a-1.js"]);
        for path in ["/", "/devices/A-1", "/v1x"] {
            assert_eq!(
                get(&app, "GET", path).await,
                (200, "no-cache".into(), "index.html".into()),
                "{path}"
            );
        }
        let asset = get(&app, "GET", "/assets/a-1.js").await;
        assert_eq!(
            asset,
            (
                200,
                "public, max-age=31536000, immutable".into(),
                "assets/a-1.js".into()
            )
        );
        for path in ["/assets/gone.js", "/v1/devices", "/health", "/docs/"] {
            assert_eq!(get(&app, "GET", path).await.0, 404, "{path}");
        }
        assert_eq!(get(&app, "POST", "/").await.0, 405);
    }

    #[tokio::test]
    async fn a_site_has_pages_in_folders_and_a_page_for_what_is_not_there() {
        let site = folder(&[
            "index.html",
            "404.html",
            "how-to/index.html",
            "_astro/a.css",
        ]);
        assert_eq!(get(&site, "GET", "/how-to/").await.2, "how-to/index.html");
        assert_eq!(get(&site, "GET", "/how-to").await.0, 307);
        assert_eq!(
            get(&site, "GET", "/nothing").await,
            (404, "no-cache".into(), "404.html".into())
        );
        assert!(
            get(&site, "GET", "/_astro/a.css")
                .await
                .1
                .contains("immutable")
        );
        assert_eq!(get(&site, "GET", "/%2e%2e/%2e%2e/etc/passwd").await.0, 404);
    }

    #[test]
    fn a_folder_without_pages_is_refused() {
        let error = Site::open(folder(&["readme.txt"]).path()).unwrap_err();
        assert!(error.to_string().contains("STATIC_DIR"), "{error}");
    }
}
