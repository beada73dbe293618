//! `Idempotency-Key`: the same request, sent again, has the same answer and adds nothing.
//!
//! A key belongs to its caller. It is claimed before anything is published; what is published has an id made of key and
//! content, so that a request whose worker died is finished by the next one without repeating a message. Answers are
//! remembered for a day.

use axum::http::{HeaderMap, HeaderValue, header};
use sens_messaging::Bytes;
use sha2::{Digest, Sha256};

use super::answer::Answer;
use crate::app::App;
use crate::auth::Caller;
use crate::problem::{Code, Problem};

/// The header of the request.
const HEADER: &str = "idempotency-key";
/// Longest key.
const LONGEST: usize = 255;

/// A claimed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    key: String,
    fingerprint: String,
}

/// What to do with a request.
pub(super) enum Begun {
    /// It has no key.
    Plain,
    /// It is new, or was not finished: publish under the claim, then remember the answer.
    Claimed(Claim),
    /// It was answered before.
    Known(Answer),
}

/// Claims the key of a request, when it has one.
///
/// # Errors
/// `bad_request` for a key that cannot be used, `idempotency_key_reused` for one that came with another request,
/// `messaging_unavailable`.
pub(super) async fn begin(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Begun, Problem> {
    let Some(key) = read(headers)? else {
        return Ok(Begun::Plain);
    };
    let claim = Claim::of(caller, key, headers, body);
    let messaging = app.link.get()?;
    let known = messaging
        .claim_request(&claim.key, &claim.fingerprint)
        .await?;
    let Some(known) = known else {
        return Ok(Begun::Claimed(claim));
    };
    if known.fingerprint != claim.fingerprint {
        return Err(Problem::of(Code::IdempotencyKeyReused));
    }
    let Some(answer) = known.answer else {
        return Ok(Begun::Claimed(claim));
    };
    serde_json::from_slice(&answer)
        .map(Begun::Known)
        .map_err(|error| Problem::internal("a remembered answer cannot be read", &error))
}

/// The key, when there is one.
fn read(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut given = headers.get_all(HEADER).iter();
    let Some(key) = given.next() else {
        return Ok(None);
    };
    let usable = key
        .to_str()
        .ok()
        .map(str::trim)
        .filter(|key| (1..=LONGEST).contains(&key.len()) && given.next().is_none());
    usable.map(Some).ok_or_else(|| {
        let detail =
            format!("Idempotency-Key must be one text of 1 to {LONGEST} visible characters");
        Problem::new(Code::BadRequest, detail)
    })
}

impl Claim {
    fn of(caller: &Caller, key: &str, headers: &HeaderMap, body: &[u8]) -> Self {
        let content_type = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
        Self {
            key: digest(&[caller.name.as_bytes(), key.as_bytes()]),
            fingerprint: digest(&[content_type.unwrap_or_default(), body]),
        }
    }

    /// Names exactly the messages of this request.
    pub(super) fn message_id(&self) -> String {
        digest(&[self.key.as_bytes(), self.fingerprint.as_bytes()])
    }

    /// Remembers the answer. When that fails, the same request is worked on again and adds nothing.
    pub(super) async fn remember(&self, app: &App, answer: &Answer) {
        let remembered = async {
            let body = serde_json::to_vec(answer).map_err(|error| error.to_string())?;
            let messaging = app.link.get().map_err(|_| "JetStream is away".to_owned())?;
            let answering =
                messaging.answer_request(&self.key, &self.fingerprint, Bytes::from(body));
            answering.await.map_err(|error| error.to_string())
        };
        if let Err(error) = remembered.await {
            tracing::warn!(
                error,
                "the answer to a request with an idempotency key is not remembered"
            );
        }
    }
}

/// Each part with its length, so that no two lists of parts are the same bytes.
fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;
    use crate::auth::Role;

    fn claim(name: &str, key: &str, content_type: &'static str, body: &str) -> Claim {
        let caller = Caller {
            name: name.to_owned(),
            role: Role::Ingest,
        };
        let headers =
            HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))]);
        Claim::of(&caller, key, &headers, body.as_bytes())
    }

    #[test]
    fn a_key_belongs_to_its_caller_and_a_fingerprint_to_the_content() {
        let first = claim("a", "k", "application/json", "{}");
        assert_eq!(claim("a", "k", "application/json", "{}"), first);
        assert_ne!(claim("b", "k", "application/json", "{}").key, first.key);
        assert_ne!(claim("ak", "", "application/json", "{}").key, first.key);
        let other = claim("a", "k", "application/json", "[]");
        assert_eq!(other.key, first.key);
        assert_ne!(other.fingerprint, first.fingerprint);
        assert_ne!(other.message_id(), first.message_id());
        let lines = claim("a", "k", "application/x-ndjson", "{}");
        assert_ne!(lines.fingerprint, first.fingerprint);
    }

    #[test]
    fn a_key_must_be_usable() {
        let read_one = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(HEADER, HeaderValue::from_static(value));
            }
            read(&headers).map(|key| key.map(str::to_owned))
        };
        assert_eq!(read_one(&[]).unwrap(), None);
        assert_eq!(read_one(&[" a b "]).unwrap().as_deref(), Some("a b"));
        assert!(read_one(&[""]).is_err());
        assert!(read_one(&["a", "b"]).is_err());
        let long = HeaderMap::from_iter([(
            HeaderName::from_static(HEADER),
            HeaderValue::from_str(&"x".repeat(256)).unwrap(),
        )]);
        assert!(read(&long).is_err());
    }
}
