//! JSON answers with a strong `ETag`: an unchanged answer is a 304 without a body.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::problem::{Code, Problem};

/// Writes `value` as JSON, or 304 when the client has exactly this answer already.
pub(crate) fn json(headers: &HeaderMap, value: &impl Serialize) -> Result<Response, Problem> {
    let body = serde_json::to_vec(value)
        .map_err(|error| Problem::internal("cannot write an answer", &error))?;
    Ok(bytes(headers, "application/json", body))
}

/// The same for something with a version, which stands in front in the `ETag`: `"<version>-<hash>"`. So the tag changes with
/// every byte of the answer, and a change that is made for it asks for the version alone.
pub(crate) fn versioned(
    headers: &HeaderMap,
    version: i64,
    value: &impl Serialize,
) -> Result<Response, Problem> {
    let body = serde_json::to_vec(value)
        .map_err(|error| Problem::internal("cannot write an answer", &error))?;
    let tag = format!("\"{version}-{}\"", hash(&body));
    Ok(tagged(headers, &tag, "application/json", body))
}

/// What a change is made for, from `If-Match` and `If-None-Match`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Precondition {
    /// Whatever version stands there: `If-Match: *`.
    Any,
    /// This version stands there.
    Version(i64),
    /// Nothing stands there: `If-None-Match: *`.
    Nothing,
}

impl Precondition {
    /// For what can only be changed and not made.
    ///
    /// # Errors
    /// `precondition_required` when nothing is to stand there.
    pub(crate) fn insists_on_something(self) -> Result<(), Problem> {
        if self == Self::Nothing {
            return Err(Problem::of(Code::PreconditionRequired));
        }
        Ok(())
    }

    /// The version that is insisted on.
    pub(crate) fn version(self) -> Option<i64> {
        match self {
            Self::Version(version) => Some(version),
            Self::Any | Self::Nothing => None,
        }
    }
}

/// Reads what a change is made for; a change without it is refused.
///
/// # Errors
/// `precondition_required` when nothing is said, `precondition_failed` when it can never hold, such as a weak tag.
pub(crate) fn precondition(headers: &HeaderMap) -> Result<Precondition, Problem> {
    let text = |value: &HeaderValue| value.to_str().unwrap_or_default().trim().to_owned();
    if let Some(value) = headers.get(header::IF_MATCH).map(text) {
        if value == "*" {
            return Ok(Precondition::Any);
        }
        let version = value
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .and_then(|tag| tag.split('-').next()?.parse().ok());
        return version.map(Precondition::Version).ok_or_else(|| {
            let detail = format!(
                "{value} is no ETag of this resource; send the one of its last answer, or *"
            );
            Problem::new(Code::PreconditionFailed, detail)
        });
    }
    if headers.get(header::IF_NONE_MATCH).map(text).as_deref() == Some("*") {
        return Ok(Precondition::Nothing);
    }
    Err(Problem::new(
        Code::PreconditionRequired,
        "send If-Match with the ETag of the last answer, so that no other change is overwritten, or If-Match: *",
    ))
}

/// Somebody else was faster: what stands there is of this version.
pub(crate) fn outdated(version: i64) -> Problem {
    let detail = format!("it was changed meanwhile: its version is {version}; read it again");
    Problem::new(Code::PreconditionFailed, detail).member("version", version)
}

fn hash(body: &[u8]) -> String {
    hex::encode(&Sha256::digest(body)[..12])
}

/// Answers with `body`, or 304 when the client has it already.
pub(crate) fn bytes(headers: &HeaderMap, content_type: &'static str, body: Vec<u8>) -> Response {
    tagged(headers, &tag(&body), content_type, body)
}

/// The `ETag` of an answer.
pub(crate) fn tag(body: &[u8]) -> String {
    format!("\"{}\"", hash(body))
}

/// The same with a tag that is known.
pub(crate) fn tagged(
    headers: &HeaderMap,
    tag: &str,
    content_type: &'static str,
    body: impl Into<Body>,
) -> Response {
    let known = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .any(|value| names(value, tag));
    let etag = HeaderValue::from_str(tag).unwrap_or_else(|_| HeaderValue::from_static("\"\""));
    let common = [
        (header::ETAG, etag),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    if known {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (common, [(header::CONTENT_TYPE, content_type)], body.into()).into_response()
}

/// Weak comparison, as `If-None-Match` asks for: a proxy that compresses makes tags weak.
fn names(value: &HeaderValue, tag: &str) -> bool {
    let Ok(list) = value.to_str() else {
        return false;
    };
    list.split(',')
        .map(str::trim)
        .any(|entry| entry == "*" || entry.strip_prefix("W/").unwrap_or(entry) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unchanged_answer_is_not_sent_again() {
        let first = bytes(&HeaderMap::new(), "text/plain", b"a".to_vec());
        assert_eq!(first.status(), StatusCode::OK);
        let tag = first.headers()[header::ETAG].clone();
        let weak = format!("\"x\", W/{}", tag.to_str().unwrap());
        let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, weak.parse().unwrap())]);
        assert_eq!(
            bytes(&headers, "text/plain", b"a".to_vec()).status(),
            StatusCode::NOT_MODIFIED
        );
        assert_eq!(
            bytes(&headers, "text/plain", b"b".to_vec()).status(),
            StatusCode::OK
        );
    }

    #[test]
    fn a_change_says_what_it_is_made_for() {
        let of = |name: header::HeaderName, value: &str| {
            precondition(&HeaderMap::from_iter([(name, value.parse().unwrap())]))
                .map_err(|problem| problem.code())
        };
        for (value, expected) in [
            ("*", Ok(Precondition::Any)),
            ("\"7-0a1b\"", Ok(Precondition::Version(7))),
            (" \"7\" ", Ok(Precondition::Version(7))),
            ("W/\"7-0a1b\"", Err(Code::PreconditionFailed)),
            ("7", Err(Code::PreconditionFailed)),
            ("\"x\"", Err(Code::PreconditionFailed)),
        ] {
            assert_eq!(of(header::IF_MATCH, value), expected, "{value}");
        }
        assert_eq!(of(header::IF_NONE_MATCH, "*"), Ok(Precondition::Nothing));
        assert_eq!(
            of(header::IF_NONE_MATCH, "\"7\""),
            Err(Code::PreconditionRequired)
        );
        assert_eq!(
            precondition(&HeaderMap::new()).unwrap_err().code(),
            Code::PreconditionRequired
        );
    }
}
