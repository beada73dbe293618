//! How errors are described in the OpenAPI document: named groups of responses that operations list.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{OpenApi, PathItem, Ref, RefOr};

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
            problem("429", "`rate_limited`; retryable"),
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

/// Answers of queries for readings.
pub(crate) struct QueryErrors;

impl IntoResponses for QueryErrors {
    fn responses() -> Responses {
        BTreeMap::from([problem(
            "422",
            "`query_too_large`: `fits` says what would fit",
        )])
    }
}

/// Answers of changes that say what they are made for.
pub(crate) struct PreconditionErrors;

impl IntoResponses for PreconditionErrors {
    fn responses() -> Responses {
        BTreeMap::from([
            problem("412", "it was changed meanwhile: `precondition_failed`"),
            problem("428", "`If-Match` is missing: `precondition_required`"),
        ])
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

/// Describes what layers around the handlers do: for every operation that answers with something, and for every one that makes
/// something.
pub(crate) fn describe_shared(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            if !offers(operation).is_empty() {
                let (status, refused) = problem("406", "`not_acceptable`");
                operation
                    .responses
                    .responses
                    .entry(status)
                    .or_insert(refused);
            }
        }
        if let Some(post) = &mut item.post
            && makes_something(post)
        {
            describe_idempotency(post);
        }
    }
}

/// The operations of a path.
pub(crate) fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.post,
        &mut item.put,
        &mut item.patch,
        &mut item.delete,
    ]
    .into_iter()
    .flatten()
}

/// The media types of what an operation answers with when it succeeds.
pub(crate) fn offers(operation: &Operation) -> Vec<String> {
    let successes = operation
        .responses
        .responses
        .iter()
        .filter(|(status, _)| status.starts_with('2'));
    let mut offers = Vec::new();
    for (_, response) in successes {
        let RefOr::T(response) = response else {
            continue;
        };
        for media_type in response.content.keys() {
            if !offers.contains(media_type) {
                offers.push(media_type.clone());
            }
        }
    }
    offers
}

/// Whether an operation answers with something that was not there, and has no idempotency of its own.
fn makes_something(operation: &Operation) -> bool {
    let answers = &operation.responses.responses;
    let makes = answers.contains_key("201") || answers.contains_key("202");
    let mut parameters = operation.parameters.iter().flatten();
    let own = parameters.any(
        |parameter| matches!(parameter, RefOr::T(parameter) if parameter.name == "Idempotency-Key"),
    );
    makes && !own
}

fn describe_idempotency(operation: &mut Operation) {
    let key = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .description(Some(
            "names this request for a day: sent again, it has the same answer and makes nothing anew",
        ))
        .schema(Some(
            ObjectBuilder::new()
                .schema_type(Type::String)
                .min_length(Some(1))
                .max_length(Some(255))
                .build(),
        ))
        .build();
    operation
        .parameters
        .get_or_insert_default()
        .push(RefOr::T(key));
    let responses = &mut operation.responses.responses;
    let (status, reused) = problem("422", "`idempotency_key_reused`");
    responses.entry(status).or_insert(reused);
    let (status, under_way) = problem("409", "`request_under_way`; retryable");
    responses.entry(status).or_insert(under_way);
}
