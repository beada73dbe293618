//! How errors are described in the OpenAPI document: named groups of responses that operations list.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::{Ref, RefOr};

type Responses = BTreeMap<String, RefOr<Response>>;

fn problem(status: &str, description: &str) -> (String, RefOr<Response>) {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    let response = ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", content)
        .build();
    (status.to_owned(), RefOr::T(response))
}

/// Answers of every operation that needs a key.
pub(crate) struct AccessErrors;

impl IntoResponses for AccessErrors {
    fn responses() -> Responses {
        BTreeMap::from([
            problem("401", "no valid key: `unauthenticated`"),
            problem("403", "the role is not enough: `forbidden`"),
            problem("500", "`internal_error`"),
            problem(
                "503",
                "`database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable",
            ),
        ])
    }
}

/// Answers of operations that take query parameters.
pub(crate) struct ParameterErrors;

impl IntoResponses for ParameterErrors {
    fn responses() -> Responses {
        BTreeMap::from([problem("400", "`invalid_parameter` or `invalid_cursor`")])
    }
}

/// Answers of operations that name one thing.
pub(crate) struct NotFoundError;

impl IntoResponses for NotFoundError {
    fn responses() -> Responses {
        BTreeMap::from([problem("404", "there is no such thing: `…_not_found`")])
    }
}

/// The answer to an idempotency key that came with another request.
pub(crate) struct IdempotencyError;

impl IntoResponses for IdempotencyError {
    fn responses() -> Responses {
        BTreeMap::from([problem("422", "`idempotency_key_reused`")])
    }
}

/// Answers of operations that take a body.
pub(crate) struct BodyErrors;

impl IntoResponses for BodyErrors {
    fn responses() -> Responses {
        BTreeMap::from([
            problem("400", "`invalid_json`, `invalid_body` or `bad_request`"),
            problem("413", "`payload_too_large`"),
            problem("415", "`unsupported_media_type`"),
        ])
    }
}
