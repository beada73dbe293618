//! `Idempotency-Key`: the same request, sent again, has the same answer and does nothing twice.
//!
//! A key belongs to its caller and to the address. It is claimed before anything is done; answers are remembered for a day, by
//! whichever replica. A request that changes nothing because it failed may be sent again with the same key.

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use sens_messaging::KnownRequest;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tracing::Instrument as _;

use crate::app::App;
use crate::auth::Caller;
use crate::http::body;
use crate::problem::{Code, Problem};

/// The header of the request.
const HEADER: &str = "idempotency-key";
/// Says that the answer is one of before.
pub(crate) const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// Longest key.
const LONGEST: usize = 255;
/// Who works on a request for longer has died.
const UNDER_WAY: i64 = 60_000_000;
/// Of ingest each item is a message, with an idempotency of its own; a query makes nothing.
const LEFT_ALONE: [&str; 2] = ["/v1/ingest", "/v1/measurements:query"];
/// Largest answer that is remembered.
const MAX_ANSWER: usize = 512 * 1024;

/// A claimed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claim {
    key: String,
    fingerprint: String,
}

/// Names exactly what a request with an idempotency key asks for, in its extensions: what it makes can be named after it.
#[derive(Debug, Clone)]
pub(crate) struct RequestName(pub(crate) [u8; 16]);

/// A member of the answer that is shown once and never remembered, in the extensions of a response.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ShownOnce(pub(crate) &'static str);

/// The key of a request, when there is one.
///
/// # Errors
/// `bad_request` for a key that cannot be used.
pub(crate) fn read(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
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
    /// The claim of a caller's key for what `request` consists of.
    pub(crate) fn of(caller: &Caller, scope: &str, key: &str, request: &[&[u8]]) -> Self {
        let mut name: Vec<&[u8]> = vec![caller.name.as_bytes(), key.as_bytes()];
        if !scope.is_empty() {
            name.push(scope.as_bytes());
        }
        Self {
            key: digest(&name),
            fingerprint: digest(request),
        }
    }

    /// Names exactly this request.
    pub(crate) fn message_id(&self) -> String {
        digest(&[self.key.as_bytes(), self.fingerprint.as_bytes()])
    }

    fn name(&self) -> RequestName {
        let mut name = [0; 16];
        let hash = Sha256::digest(self.message_id());
        name.copy_from_slice(&hash[..16]);
        RequestName(name)
    }

    /// Claims the key; gives what is known of it when it was claimed before.
    ///
    /// # Errors
    /// `idempotency_key_reused` for one that came with another request, `messaging_unavailable`.
    pub(crate) async fn make(&self, app: &App) -> Result<Option<KnownRequest>, Problem> {
        let messaging = app.link.get()?;
        let known = messaging
            .claim_request(&self.key, &self.fingerprint)
            .await?;
        match known {
            Some(known) if known.fingerprint != self.fingerprint => {
                Err(Problem::of(Code::IdempotencyKeyReused))
            }
            known => Ok(known),
        }
    }

    /// Remembers the answer. When that fails, the same request is worked on again.
    pub(crate) async fn remember(&self, app: &App, answer: &impl Serialize) {
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

    /// Lets the key go after a request that did nothing.
    async fn release(&self, app: &App) {
        if let Ok(messaging) = app.link.get()
            && let Err(error) = messaging.release_request(&self.key).await
        {
            tracing::debug!(%error, "an idempotency key stays claimed for a minute");
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

/// An answer as it is remembered.
#[derive(Debug, Serialize, Deserialize)]
struct Remembered {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Remembered {
    /// Of a response whose body is text; without what is shown once.
    fn of(response: &Response, body: &[u8]) -> Option<Self> {
        let mut text = std::str::from_utf8(body).ok()?.to_owned();
        if let Some(ShownOnce(member)) = response.extensions().get() {
            let mut json: serde_json::Value = serde_json::from_str(&text).ok()?;
            json.as_object_mut()?.remove(*member);
            text = json.to_string();
        }
        let kept = [header::LOCATION, header::ETAG, header::CONTENT_TYPE];
        let headers = kept.iter().filter_map(|name| {
            let value = response.headers().get(name)?.to_str().ok()?;
            Some((name.as_str().to_owned(), value.to_owned()))
        });
        Some(Self {
            status: response.status().as_u16(),
            headers: headers.collect(),
            body: text,
        })
    }

    fn respond(self) -> Response {
        let mut response = Body::from(self.body).into_response();
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let headers = response.headers_mut();
        for (name, value) in self.headers {
            if let (Ok(name), Ok(value)) =
                (HeaderName::try_from(name), HeaderValue::try_from(value))
            {
                headers.insert(name, value);
            }
        }
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
        response
    }
}

/// Answers a POST that was answered before as it was then.
pub(crate) async fn layer(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_left = request
        .extensions()
        .get::<MatchedPath>()
        .is_some_and(|path| LEFT_ALONE.contains(&path.as_str()));
    if request.method() != Method::POST || is_left || !request.headers().contains_key(HEADER) {
        return next.run(request).await;
    }
    match once(app, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn once(app: App, request: Request, next: Next) -> Result<Response, Problem> {
    let caller = app.authenticator.authenticate(request.headers()).await?;
    let (parts, body) = body::receive(request, app.config.api.max_body_bytes).await?;
    let Some(key) = read(&parts.headers)? else {
        return Ok(next.run(Request::from_parts(parts, Body::from(body))).await);
    };
    let content_type = parts.headers.get(header::CONTENT_TYPE);
    let content_type = content_type.map_or(&b""[..], HeaderValue::as_bytes);
    let address = parts.uri.to_string();
    let claim = Claim::of(
        &caller,
        parts.uri.path(),
        key,
        &[address.as_bytes(), content_type, &body],
    );
    if let Some(known) = claim.make(&app).await? {
        if let Some(answer) = known.answer {
            let remembered: Remembered = serde_json::from_slice(&answer)
                .map_err(|error| Problem::internal("a remembered answer cannot be read", &error))?;
            return Ok(remembered.respond());
        }
        if known.asked_at > Utc::now().timestamp_micros() - UNDER_WAY {
            return Err(Problem::of(Code::RequestUnderWay));
        }
    }
    let mut request = Request::from_parts(parts, Body::from(body));
    request.extensions_mut().insert(claim.name());
    // Finished also when the client goes away: it will ask for the answer.
    let working = async move {
        let response = next.run(request).await;
        if !response.status().is_success() {
            claim.release(&app).await;
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let length = body.size_hint().upper();
        if length.is_some_and(|length| length > MAX_ANSWER as u64) {
            // Too long to be remembered: the same request is worked on again.
            claim.release(&app).await;
            return Ok(Response::from_parts(parts, body));
        }
        let body = axum::body::to_bytes(body, MAX_ANSWER)
            .await
            .map_err(|error| Problem::internal("an answer is too large to be kept", &error))?;
        let response = Response::from_parts(parts, Body::empty());
        if let Some(remembered) = Remembered::of(&response, &body) {
            claim.remember(&app, &remembered).await;
        }
        let (parts, _) = response.into_parts();
        Ok(Response::from_parts(parts, Body::from(body)))
    };
    tokio::spawn(working.in_current_span())
        .await
        .map_err(|error| Problem::internal("a request ended early", &error))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Role;

    fn claim(name: &str, key: &str, content_type: &str, body: &str) -> Claim {
        let caller = Caller {
            key_id: None,
            scope: sens_storage::query::Scope::EVERYTHING,
            expires_at: None,
            last_used_at: None,
            request_id: String::new(),
            name: name.to_owned(),
            role: Role::Ingest,
        };
        let request = [content_type.as_bytes(), body.as_bytes()];
        Claim::of(&caller, "", key, &request)
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

    #[test]
    fn a_secret_is_not_remembered() {
        let mut response = (StatusCode::CREATED, [(header::LOCATION, "/v1/x/1")]).into_response();
        response.extensions_mut().insert(ShownOnce("key"));
        let remembered = Remembered::of(&response, br#"{"key":"s","id":1}"#).unwrap();
        assert_eq!(remembered.body, r#"{"id":1}"#);
        let again = remembered.respond();
        assert_eq!(again.status(), StatusCode::CREATED);
        assert_eq!(again.headers()[header::LOCATION], "/v1/x/1");
        assert_eq!(again.headers()[REPLAYED], "true");
    }
}
