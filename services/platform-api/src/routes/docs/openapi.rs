//! `/openapi.json`.

use std::sync::LazyLock;

use axum::http::HeaderMap;
use axum::response::Response;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

use crate::http::conditional;
use crate::problem::{FieldError, ProblemBody};
use crate::router;
use crate::routes::measurements::MeasurementPage;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "SENS Platform",
        description = "REST interface of SENS Platform. Times are RFC 3339 in UTC with microseconds; errors are \
                       problem details (RFC 9457) with a stable `code`, explained under /docs/errors/{code}.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(ProblemBody, FieldError, MeasurementPage)),
    modifiers(&BearerKey),
    security(("api_key" = [])),
    tags(
        (name = "devices", description = "The registry of devices"),
        (name = "measurements", description = "Readings: newest values and ranges"),
        (name = "live", description = "Readings as they are stored"),
        (name = "analytics", description = "Figures per device"),
        (name = "ingest", description = "What arrives, and what could not be read"),
        (name = "operation", description = "The fleet and the flow of messages"),
        (name = "metrics", description = "The catalogue of metrics"),
        (name = "commands", description = "What devices are asked to do"),
        (name = "replays", description = "Decoding stored payloads again"),
        (name = "corrections", description = "Readings that a person sets or takes out"),
        (name = "retention", description = "How long everything is kept"),
        (name = "deployments", description = "What was rolled out here, and what it rests on"),
        (name = "api keys", description = "Who may call"),
        (name = "audit log", description = "Who changed what"),
        (name = "health", description = "State of the service, without a key")
    )
)]
struct Head;

struct BearerKey;

impl utoipa::Modify for BearerKey {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("sens_<id>_<secret>")
            .description(Some(
                "An API key: roles are viewer, ingest, operator and admin.",
            ));
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("api_key", SecurityScheme::Http(scheme.build()));
    }
}

/// The document without its paths, to which the router adds them.
pub(crate) fn head() -> utoipa::openapi::OpenApi {
    Head::openapi()
}

/// The document as it is served and checked in.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let mut text = router::openapi().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
});

/// The OpenAPI document
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "health",
    security(()),
    responses(
        (status = 200, description = "this document", body = serde_json::Value),
        (status = 304, description = "it is the one of `If-None-Match`")
    )
)]
pub(crate) async fn openapi_json(headers: HeaderMap) -> Response {
    conditional::bytes(&headers, "application/json", DOCUMENT.clone().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The checked-in document, from which clients are generated. `UPDATE=1` writes it anew.
    #[test]
    fn the_checked_in_document_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, DOCUMENT.as_str()).unwrap();
        }
        let checked_in = std::fs::read_to_string(path).unwrap_or_default();
        let is_current = checked_in == *DOCUMENT;
        assert!(
            is_current,
            "openapi.json is stale; run UPDATE=1 cargo test -p platform-api openapi"
        );
    }

    #[test]
    fn every_operation_is_described_and_named_once() {
        let document: serde_json::Value = serde_json::from_str(&DOCUMENT).unwrap();
        assert_eq!(document["openapi"], "3.1.0");
        let mut ids = std::collections::HashSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let id = operation["operationId"].as_str().unwrap();
                assert!(ids.insert(id.to_owned()), "{id} twice");
                assert!(operation["summary"].is_string(), "{method} {path}");
                let needs_key = path.starts_with("/v1");
                assert_eq!(
                    operation["responses"].get("401").is_some(),
                    needs_key,
                    "{method} {path}"
                );
            }
        }
    }
}
