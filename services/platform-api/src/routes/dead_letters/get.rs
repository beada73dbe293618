//! `GET /v1/dead-letters/{number}`.

use axum::Json;
use axum::extract::{Path, State};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sens_storage::query::dead_letters::dead_letter_decisions;
use serde::Serialize;
use utoipa::ToSchema;

use super::letter::{self, DeadLetter, Decision};
use crate::app::App;
use crate::auth::Viewer;
use crate::problem::{AccessErrors, NotFoundError, Problem};

/// A dead letter with its payload.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadLetterDetail {
    /// The letter.
    #[serde(flatten)]
    letter: DeadLetter,
    /// Content type the sender gave.
    content_type: Option<String>,
    /// Trace it belongs to.
    traceparent: Option<String>,
    /// The payload, where it is text.
    payload_text: Option<String>,
    /// The payload.
    payload_base64: String,
    /// Decisions about it so far, oldest first.
    decisions: Vec<Decision>,
}

/// A dead letter with its payload
#[utoipa::path(
    get,
    path = "/v1/dead-letters/{number}",
    tag = "ingest",
    params(("number" = String, Path, description = "number of the letter")),
    responses(
        (status = 200, description = "the letter", body = DeadLetterDetail),
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn get_dead_letter(
    _: Viewer,
    State(app): State<App>,
    Path(number): Path<String>,
) -> Result<Json<DeadLetterDetail>, Problem> {
    let stored = letter::find(&app, &number).await?;
    let origin = stored.letter.origin;
    let traces = dead_letter_decisions(&app.pools.primary, origin).await?;
    let payload = &stored.letter.payload;
    Ok(Json(DeadLetterDetail {
        letter: DeadLetter::from(&stored),
        content_type: stored.letter.envelope.content_type.clone(),
        traceparent: stored.letter.envelope.traceparent.clone(),
        payload_text: std::str::from_utf8(payload).ok().map(str::to_owned),
        payload_base64: BASE64_STANDARD.encode(payload),
        decisions: traces
            .into_iter()
            .map(|trace| Decision::of(origin, trace))
            .collect(),
    }))
}
