//! `Idempotency-Key` of `POST /v1/ingest`: what is published has an id made of key and content, so that a request whose worker
//! died is finished by the next one without repeating a message.

use axum::http::{HeaderMap, HeaderValue, header};

use super::answer::Answer;
use crate::app::App;
use crate::auth::Caller;
use crate::http::idempotency::{self, Claim};
use crate::problem::Problem;

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
    let Some(key) = idempotency::read(headers)? else {
        return Ok(Begun::Plain);
    };
    let content_type = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let request = [content_type.unwrap_or_default(), body];
    let claim = Claim::of(caller, "", key, &request);
    let known = claim.make(app).await?;
    let Some(answer) = known.and_then(|known| known.answer) else {
        return Ok(Begun::Claimed(claim));
    };
    serde_json::from_slice(&answer)
        .map(Begun::Known)
        .map_err(|error| Problem::internal("a remembered answer cannot be read", &error))
}
