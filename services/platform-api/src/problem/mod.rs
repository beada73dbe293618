//! Errors of the REST API as problem details (RFC 9457).
//!
//! A handler gives a [`Problem`]; the outermost layer writes its body, because only there the request id is at hand and
//! errors of libraries pass by as well.

mod code;
mod entry;
mod openapi;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

pub(crate) use code::{Code, TABLE};
pub(crate) use entry::Entry;
pub(crate) use openapi::{
    AccessErrors, BodyErrors, IdempotencyError, NotFoundError, ParameterErrors, PreconditionErrors,
    QueryErrors, describe_shared, offers, operations,
};

/// Seconds after which a retryable request may be repeated.
const RETRY_AFTER_SECONDS: &str = "2";

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct FieldError {
    /// What is wrong, for people.
    pub(crate) detail: String,
    /// JSON Pointer into the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pointer: Option<String>,
    /// Name of the query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parameter: Option<String>,
}

impl FieldError {
    /// A fault of the body.
    pub(crate) fn at(pointer: &str, detail: impl Into<String>) -> Self {
        Self {
            detail: detail.into(),
            pointer: Some(pointer.to_owned()),
            parameter: None,
        }
    }
}

/// The body of an error answer, `application/problem+json`.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// Page that explains the code.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Short title of the code.
    pub(crate) title: &'static str,
    /// HTTP status.
    pub(crate) status: u16,
    /// Stable name of what went wrong.
    pub(crate) code: &'static str,
    /// What is wrong with this request.
    pub(crate) detail: String,
    /// Path of the request.
    pub(crate) instance: String,
    /// Names the request in the server's log.
    pub(crate) request_id: String,
    /// Trace of the request, from `traceparent` where one came.
    pub(crate) trace_id: String,
    /// Whether the same request may succeed later.
    pub(crate) retryable: bool,
    /// Each thing that is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<FieldError>,
    /// Members that some codes add, such as `raw_record_id`.
    #[serde(flatten)]
    #[schema(ignore)]
    pub(crate) more: serde_json::Map<String, serde_json::Value>,
}

/// An error on its way to the client.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    code: Code,
    detail: String,
    errors: Vec<FieldError>,
    more: serde_json::Map<String, serde_json::Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
    elsewhere: bool,
}

impl Problem {
    /// A problem with what is wrong with this very request. Never put internals into the detail of a 5xx code.
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            more: serde_json::Map::new(),
            headers: Vec::new(),
            elsewhere: false,
        }
    }

    /// A problem whose table entry says everything.
    pub(crate) fn of(code: Code) -> Self {
        Self::new(code, code.entry().title)
    }

    /// Several faults at once.
    pub(crate) fn with_errors(code: Code, errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [only] => only.detail.clone(),
            several => format!("{} faults, see errors", several.len()),
        };
        Self {
            errors,
            ..Self::new(code, detail)
        }
    }

    /// Adds a member to the body.
    pub(crate) fn member(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a header.
    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// A failed key: says how to authenticate.
    pub(crate) fn unauthenticated(detail: &str) -> Self {
        Self::new(Code::Unauthenticated, detail).header(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"sens\""),
        )
    }

    /// An error nobody foresaw: logged here, hidden from the client.
    pub(crate) fn internal(context: &str, error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "{context}");
        Self::of(Code::InternalError)
    }

    /// The same, where another server of the database may give what this one did not.
    pub(crate) fn elsewhere(mut self) -> Self {
        self.elsewhere = true;
        self
    }

    /// Whether another server of the database may give what this one did not.
    pub(crate) fn may_work_elsewhere(&self) -> bool {
        self.elsewhere
    }

    /// HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        self.code.entry().status
    }

    /// Whether it is this one.
    pub(crate) fn is(&self, code: Code) -> bool {
        self.code == code
    }

    /// Whether the same request may succeed later.
    pub(crate) fn is_retryable(&self) -> bool {
        self.code.entry().retryable
    }

    /// The stable name of the code.
    pub(crate) fn name(&self) -> &'static str {
        self.code.entry().name
    }

    /// What is wrong with this request.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// The stable code.
    #[cfg(test)]
    pub(crate) fn code(&self) -> Code {
        self.code
    }

    /// The body for one request.
    pub(crate) fn into_body(self, instance: &str, request_id: &str) -> ProblemBody {
        let entry = self.code.entry();
        ProblemBody {
            kind: format!("/docs/errors/{}", entry.name),
            title: entry.title,
            status: entry.status.as_u16(),
            code: entry.name,
            detail: self.detail,
            instance: instance.to_owned(),
            request_id: request_id.to_owned(),
            trace_id: String::new(),
            retryable: entry.retryable,
            errors: self.errors,
            more: self.more,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        let headers = response.headers_mut();
        if self.code.entry().retryable {
            headers.insert(
                header::RETRY_AFTER,
                HeaderValue::from_static(RETRY_AFTER_SECONDS),
            );
        }
        for (name, value) in &self.headers {
            headers.insert(name.clone(), value.clone());
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<sens_storage::Error> for Problem {
    fn from(error: sens_storage::Error) -> Self {
        if error.is_unavailable() {
            tracing::warn!(%error, "the database is away");
            return Self {
                elsewhere: error.is_disconnected(),
                ..Self::of(Code::DatabaseUnavailable)
            };
        }
        if error.gave_way() {
            tracing::warn!(%error, "a statement gave way to other work");
            let detail = "the query gave way to other work of the database";
            return Self::new(Code::DatabaseUnavailable, detail).elsewhere();
        }
        if sens_storage::query::is_timeout(&error) {
            tracing::warn!(%error, "a query was given up");
            return Self::of(Code::QueryTimeout);
        }
        if error.is_unstorable_text() {
            let detail =
                "a text of the request contains U+0000, which cannot be stored; leave it out";
            return Self::new(Code::BadRequest, detail);
        }
        Self::internal("a database query failed", &error)
    }
}

impl From<sens_messaging::Error> for Problem {
    fn from(error: sens_messaging::Error) -> Self {
        tracing::warn!(%error, "JetStream did not answer");
        Self::of(Code::MessagingUnavailable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_the_members_of_rfc_9457_and_ours() {
        let problem = Problem::new(Code::InvalidJson, "expected value at line 1")
            .member("raw_record_id", "1-42");
        let body = serde_json::to_value(problem.into_body("/v1/ingest", "r-1")).unwrap();
        assert_eq!(body["type"], "/docs/errors/invalid_json");
        assert_eq!(body["status"], 400);
        assert_eq!(body["code"], "invalid_json");
        assert_eq!(body["instance"], "/v1/ingest");
        assert_eq!(body["request_id"], "r-1");
        assert_eq!(body["retryable"], false);
        assert_eq!(body["raw_record_id"], "1-42");
        assert!(body.get("errors").is_none());
    }

    #[test]
    fn retryable_problems_say_when() {
        let response = Problem::of(Code::DatabaseUnavailable).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], RETRY_AFTER_SECONDS);
        let response = Problem::unauthenticated("no key").into_response();
        assert_eq!(
            response.headers()[header::WWW_AUTHENTICATE],
            "Bearer realm=\"sens\""
        );
    }
}
