//! `GET /v1/dead-letters`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::letter::{DeadLetter, read_number};
use crate::app::App;
use crate::auth::Viewer;
use crate::http::cursor::{self, Fingerprint};
use crate::http::params::Params;
use crate::problem::{AccessErrors, ParameterErrors, Problem};

/// Largest page: letters are read with their payloads.
const LIMIT: usize = 100;

/// A page of dead letters.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadLetterPage {
    /// The letters, oldest first.
    items: Vec<DeadLetter>,
    /// Continues after this page; `null` on the last one.
    next_cursor: Option<String>,
}

/// Messages that the database refused for good, oldest first
#[utoipa::path(
    get,
    path = "/v1/dead-letters",
    tag = "ingest",
    params(
        ("limit" = Option<u32>, Query, description = "page size, 1 to 100, default 100"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before")
    ),
    responses(
        (status = 200, description = "a page of dead letters", body = DeadLetterPage),
        ParameterErrors,
        AccessErrors
    )
)]
pub(crate) async fn list_dead_letters(
    _: Viewer,
    State(app): State<App>,
    mut params: Params,
) -> Result<Json<DeadLetterPage>, Problem> {
    let limit = params.limit(LIMIT, LIMIT);
    let cursor = params.text("cursor");
    params.finish()?;
    let fingerprint = Fingerprint::of(&["dead-letters"]);
    let after = cursor::decode(fingerprint, cursor.as_deref(), read_number)?;

    let first = after.map_or(1, |after| after.saturating_add(1));
    let mut letters = app.link.get()?.dead_letters(first, limit + 1).await?;
    let next_cursor = cursor::next(fingerprint, &mut letters, limit, |last| {
        last.sequence.to_string()
    });
    Ok(Json(DeadLetterPage {
        items: letters.iter().map(DeadLetter::from).collect(),
        next_cursor,
    }))
}
