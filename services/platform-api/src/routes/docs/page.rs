//! `/docs`: the reference page, rendered in the browser by `RapiDoc` (MIT, its licence in `assets/`).

use std::io::Read as _;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use flate2::read::GzDecoder;

use crate::problem::Problem;

/// The renderer, compressed once and for all.
const RAPIDOC: &[u8] = include_bytes!("../../../assets/rapidoc-9.3.8.min.js.gz");

/// Only our own script and document; the renderer writes styles into the page.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

const PAGE: &str = r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>SENS Platform API</title>
<script type="module" src="/docs/rapidoc.js"></script>
</head>
<body>
<rapi-doc spec-url="/openapi.json" load-fonts="false" render-style="read" theme="light" show-header="false"
  allow-server-selection="false" allow-spec-file-load="false" allow-spec-url-load="false" persist-auth="false"
  schema-style="table" show-method-in-nav-bar="as-colored-text" use-path-in-nav-bar="true" primary-color="#0b7285"
  regular-font="system-ui, sans-serif" mono-font="ui-monospace, monospace"></rapi-doc>
<noscript>This page needs JavaScript; the document itself is <a href="/openapi.json">/openapi.json</a>.</noscript>
</body>
</html>
"##;

/// The reference page.
pub(crate) async fn docs_page() -> Response {
    (
        [
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        ],
        Html(PAGE),
    )
        .into_response()
}

/// The renderer, as it is stored where the client takes gzip.
pub(crate) async fn docs_script(headers: HeaderMap) -> Result<Response, Problem> {
    let common = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/javascript; charset=utf-8"),
        ),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=86400"),
        ),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    let encodings = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if encodings.contains("gzip") {
        return Ok((common, [(header::CONTENT_ENCODING, "gzip")], RAPIDOC).into_response());
    }
    let mut plain = Vec::new();
    GzDecoder::new(RAPIDOC)
        .read_to_end(&mut plain)
        .map_err(|error| Problem::internal("the embedded script is damaged", &error))?;
    Ok((common, plain).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_embedded_script_is_whole() {
        let response = docs_script(HeaderMap::new()).await.unwrap();
        let plain = axum::body::to_bytes(response.into_body(), usize::MAX)
            .await
            .unwrap();
        assert!(plain.len() > 500_000);
        assert!(PAGE.contains("load-fonts=\"false\""));
    }
}
