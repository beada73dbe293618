//! Names for requests: the client's own where it is sane, else a fresh `UUIDv7`.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// The header that carries the name in both directions.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest name that is taken over.
const MAX_LENGTH: usize = 64;

/// The name of the request with these headers.
pub(crate) fn of(headers: &HeaderMap) -> String {
    headers
        .get(X_REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|text| is_sane(text))
        .map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}

/// The header value for a name given by [`of`].
pub(crate) fn header_value(name: &str) -> HeaderValue {
    HeaderValue::from_str(name).unwrap_or_else(|_| HeaderValue::from_static("unknown"))
}

fn is_sane(text: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    !text.is_empty() && text.len() <= MAX_LENGTH && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sane_names_are_kept_and_others_replaced() {
        let long = "x".repeat(65);
        for (given, kept) in [
            ("build-7.a:1", true),
            ("a b", false),
            ("", false),
            ("<script>", false),
            (&long, false),
        ] {
            let headers = HeaderMap::from_iter([(X_REQUEST_ID, given.parse().unwrap())]);
            let name = of(&headers);
            assert_eq!(name == given, kept, "{given}");
            assert!(kept || Uuid::parse_str(&name).is_ok());
        }
    }
}
