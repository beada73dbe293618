//! Opaque cursors: the place of the last item, bound to the request that gave it and signed, so that nobody can make one up.

use std::sync::OnceLock;

use axum::http::{HeaderName, Uri, header};
use axum::response::AppendHeaders;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sens_config::Secret;
use sha2::{Digest, Sha256};

use crate::problem::{Code, Problem};

/// Bytes of the fingerprint of path and filters.
const FINGERPRINT: usize = 8;

/// Identifies a request up to its cursor and limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint([u8; FINGERPRINT]);

impl Fingerprint {
    /// Over the name of the resource and every filter that shapes its order and content.
    pub(crate) fn of(parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        let mut bytes = [0; FINGERPRINT];
        bytes.copy_from_slice(&hash.finalize()[..FINGERPRINT]);
        Self(bytes)
    }
}

/// Bytes of the signature.
const SIGNATURE: usize = 16;

/// What cursors are signed with; the same at every replica.
static KEY: OnceLock<[u8; 32]> = OnceLock::new();

/// Derives the key from the bootstrap key, which all replicas share. Without one, on a developer's machine, cursors are bound to
/// their request all the same. A new bootstrap key makes cursors of before invalid.
pub(crate) fn sign_with(secret: Option<&Secret>) {
    let mut hash = Sha256::new();
    hash.update(b"sens cursor key");
    if let Some(secret) = secret {
        hash.update(secret.expose());
    }
    KEY.get_or_init(|| hash.finalize().into());
}

/// None only if the key were refused, which HMAC never does: it takes keys of any length.
fn signature(fingerprint: Fingerprint, place: &[u8]) -> Option<Hmac<Sha256>> {
    let key = KEY.get().copied().unwrap_or_default();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(&fingerprint.0);
    mac.update(place);
    Some(mac)
}

/// Writes the cursor that continues after `place`.
pub(crate) fn encode(fingerprint: Fingerprint, place: &str) -> String {
    let mut bytes = fingerprint.0.to_vec();
    if let Some(signature) = signature(fingerprint, place.as_bytes()) {
        bytes.extend_from_slice(&signature.finalize().into_bytes()[..SIGNATURE]);
    }
    bytes.extend_from_slice(place.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads a cursor; `read` understands the place.
///
/// # Errors
/// `invalid_cursor` when the cursor is damaged or comes from another request.
pub(crate) fn decode<T>(
    fingerprint: Fingerprint,
    cursor: Option<&str>,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    let Some(cursor) = cursor else {
        return Ok(None);
    };
    let damaged = || Problem::new(Code::InvalidCursor, "the cursor is damaged");
    let bytes = BASE64_URL_SAFE_NO_PAD
        .decode(cursor)
        .map_err(|_| damaged())?;
    let (head, rest) = bytes.split_at_checked(FINGERPRINT).ok_or_else(damaged)?;
    if head != fingerprint.0 {
        return Err(Problem::new(
            Code::InvalidCursor,
            "the cursor was given for another path or other filters",
        ));
    }
    let (signed, place) = rest.split_at_checked(SIGNATURE).ok_or_else(damaged)?;
    signature(fingerprint, place)
        .ok_or_else(damaged)?
        .verify_truncated_left(signed)
        .map_err(|_| damaged())?;
    let place = std::str::from_utf8(place).map_err(|_| damaged())?;
    read(place).map(Some).ok_or_else(damaged)
}

/// A `Link` header that names the next page (RFC 8288): this address with another cursor.
pub(crate) fn link(uri: &Uri, next: &str) -> AppendHeaders<[(HeaderName, String); 1]> {
    let others = uri.query().unwrap_or_default().split('&');
    let mut query: Vec<&str> = others
        .filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="))
        .collect();
    let cursor = format!("cursor={next}");
    query.push(&cursor);
    let target = format!("<{}?{}>; rel=\"next\"", uri.path(), query.join("&"));
    AppendHeaders([(header::LINK, target)])
}

/// Takes away what is beyond the page, and gives the cursor that continues after its last item; `None` on the last page.
pub(crate) fn next<T>(
    fingerprint: Fingerprint,
    found: &mut Vec<T>,
    limit: usize,
    place: impl FnOnce(&T) -> String,
) -> Option<String> {
    let more = cut(found, limit);
    let last = found.last().filter(|_| more)?;
    Some(encode(fingerprint, &place(last)))
}

/// How many items to ask for, so that one too many tells whether there is a next page.
pub(crate) fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).map_or(i64::MAX, |limit| limit.saturating_add(1))
}

/// Cuts the one item too many that tells whether there is a next page.
pub(crate) fn cut<T>(items: &mut Vec<T>, limit: usize) -> bool {
    let more = items.len() > limit;
    items.truncate(limit);
    more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_belongs_to_its_request() {
        let here = Fingerprint::of(&["devices", "q"]);
        let cursor = encode(here, "AI-9F3C21");
        let read = |place: &str| Some(place.to_owned());
        assert_eq!(
            decode(here, Some(&cursor), read).unwrap().as_deref(),
            Some("AI-9F3C21")
        );
        assert_eq!(decode(here, None, read).unwrap(), None);
        let elsewhere = Fingerprint::of(&["device", "sq"]);
        for (fingerprint, cursor) in [
            (elsewhere, cursor.as_str()),
            (here, "###"),
            (here, "AAAA"),
            (here, ""),
        ] {
            assert_eq!(
                decode(fingerprint, Some(cursor), read).unwrap_err().code(),
                Code::InvalidCursor,
                "{cursor}"
            );
        }
        assert!(decode(here, Some(&cursor), |_| None::<()>).is_err());
        let mut forged = BASE64_URL_SAFE_NO_PAD.decode(&cursor).unwrap();
        *forged.last_mut().unwrap() ^= 1;
        let forged = BASE64_URL_SAFE_NO_PAD.encode(forged);
        assert!(
            decode(here, Some(&forged), read).is_err(),
            "a place made up"
        );
    }

    #[test]
    fn the_next_page_has_the_address_of_this_one() {
        let link = |uri: &str| link(&uri.parse().unwrap(), "NEXT").0[0].1.clone();
        assert_eq!(
            link("/v1/devices"),
            "</v1/devices?cursor=NEXT>; rel=\"next\""
        );
        assert_eq!(
            link("/v1/devices?label=a%3D1&cursor=OLD&limit=2"),
            "</v1/devices?label=a%3D1&limit=2&cursor=NEXT>; rel=\"next\""
        );
    }

    #[test]
    fn parts_are_not_confused_with_their_concatenation() {
        assert_ne!(Fingerprint::of(&["ab", "c"]), Fingerprint::of(&["a", "bc"]));
    }

    #[test]
    fn one_item_too_many_means_more() {
        let mut items = vec![1, 2, 3];
        assert!(cut(&mut items, 2));
        assert_eq!(items, [1, 2]);
        assert!(!cut(&mut items, 2));
    }
}
