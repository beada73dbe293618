//! `DELETE /v1/dead-letters/{number}`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use sens_storage::query::dead_letters::{DeadLetterDecision, record_dead_letter_decision};

use super::letter;
use crate::app::App;
use crate::auth::Operator;
use crate::problem::{AccessErrors, NotFoundError, Problem};

/// Give a dead letter up for good
///
/// The letter and its payload are gone; the decision is kept with the name of the key.
#[utoipa::path(
    delete,
    path = "/v1/dead-letters/{number}",
    tag = "ingest",
    params(("number" = String, Path, description = "number of the letter")),
    responses((status = 204, description = "given up"), NotFoundError, AccessErrors)
)]
pub(crate) async fn delete_dead_letter(
    Operator(caller): Operator,
    State(app): State<App>,
    Path(number): Path<String>,
) -> Result<StatusCode, Problem> {
    let stored = letter::find(&app, &number).await?;
    let (origin, decision) = (stored.letter.origin, DeadLetterDecision::Dropped);
    // The trace first: a letter never disappears without one.
    record_dead_letter_decision(&app.pools.primary, origin, decision, &caller.actor()).await?;
    app.link.get()?.remove_dead_letter(stored.sequence).await?;
    tracing::info!(
        number = stored.sequence,
        actor = caller.name,
        "a dead letter was dropped"
    );
    Ok(StatusCode::NO_CONTENT)
}
