//! JSON answers with a strong `ETag`: an unchanged answer is a 304 without a body.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::problem::Problem;

/// Writes `value` as JSON, or 304 when the client has exactly this answer already.
pub(crate) fn json(headers: &HeaderMap, value: &impl Serialize) -> Result<Response, Problem> {
    let body = serde_json::to_vec(value)
        .map_err(|error| Problem::internal("cannot write an answer", &error))?;
    Ok(bytes(headers, "application/json", body))
}

/// Answers with `body`, or 304 when the client has it already.
pub(crate) fn bytes(headers: &HeaderMap, content_type: &'static str, body: Vec<u8>) -> Response {
    let tag = format!("\"{}\"", hex::encode(&Sha256::digest(&body)[..12]));
    let known = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .any(|value| names(value, &tag));
    let etag = HeaderValue::from_str(&tag).unwrap_or_else(|_| HeaderValue::from_static("\"\""));
    let common = [
        (header::ETAG, etag),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    if known {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (common, [(header::CONTENT_TYPE, content_type)], body).into_response()
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
}
