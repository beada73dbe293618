//! `POST /v1/dead-letters/{number}/requeue`.

use axum::Json;
use axum::extract::{Path, State};
use sens_storage::query::dead_letters::{DeadLetterDecision, record_dead_letter_decision};
use sens_storage::query::health;
use serde::Serialize;
use utoipa::ToSchema;

use super::letter;
use crate::app::App;
use crate::auth::Operator;
use crate::problem::{AccessErrors, NotFoundError, Problem};

/// Where a requeued letter stands now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Requeued {
    /// Number the letter had.
    number: u64,
    /// Where it stood in the raw stream.
    message_id: String,
    /// Where it stands now.
    new_message_id: String,
}

/// Put a dead letter into the raw stream again
///
/// To be used once the reason of the refusal is gone. It becomes a new message; readings that are stored already count
/// as duplicates. The decision is kept with the name of the key.
#[utoipa::path(
    post,
    path = "/v1/dead-letters/{number}/requeue",
    tag = "ingest",
    params(("number" = String, Path, description = "number of the letter")),
    responses(
        (status = 200, description = "it is a message again", body = Requeued),
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn requeue_dead_letter(
    Operator(caller): Operator,
    State(app): State<App>,
    Path(number): Path<String>,
) -> Result<Json<Requeued>, Problem> {
    let stored = letter::find(&app, &number).await?;
    let origin = stored.letter.origin;
    // Nothing moves while the decision could not be written down.
    health::ping(&app.pools.primary).await?;
    let sequence = app.link.get()?.requeue(&stored).await?;
    let decision = DeadLetterDecision::Requeued { sequence };
    record_dead_letter_decision(&app.pools.primary, origin, decision, &caller.actor()).await?;
    tracing::info!(
        number = stored.sequence,
        sequence,
        actor = caller.name,
        "a dead letter was requeued"
    );
    let epoch = app.publisher.epoch().await.unwrap_or(origin.epoch);
    Ok(Json(Requeued {
        number: stored.sequence,
        message_id: format!("{}-{}", origin.epoch, origin.seq),
        new_message_id: format!("{epoch}-{sequence}"),
    }))
}
