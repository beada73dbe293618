//! `GET /v1/operations`.

use axum::Json;
use axum::extract::State;
use chrono::DateTime;
use sens_storage::operation::{OperationFilter, OperationKind, OperationPlace, list_operations};
use serde::Serialize;
use utoipa::ToSchema;

use super::operation::Operation;
use crate::app::App;
use crate::auth::Listener;
use crate::http::cursor::{self, Fingerprint};
use crate::http::params::Params;
use crate::problem::{AccessErrors, ParameterErrors, Problem};

/// Where an operation can be.
pub(crate) const STATES: [&str; 6] = [
    "requested",
    "running",
    "done",
    "refused",
    "failed",
    "cancelled",
];

/// A page of operations.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OperationPage {
    /// The operations, newest first.
    items: Vec<Operation>,
    /// Continues after this page; null on the last one.
    next_cursor: Option<String>,
}

/// Long work of every kind, newest first
///
/// A key that is limited to some devices sees the exports that it asked for itself.
#[utoipa::path(
    get,
    path = "/v1/operations",
    tag = "operation",
    params(
        ("kind" = Option<String>, Query, description = "only `replay`, `retention`, `erasure`, `import` or `export`"),
        ("state" = Option<String>, Query, description = "only those in this state"),
        ("limit" = Option<u32>, Query, description = "page size, 1 to 1000, default 100"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before")
    ),
    responses(
        (status = 200, description = "a page of operations", body = OperationPage),
        ParameterErrors,
        AccessErrors
    )
)]
pub(crate) async fn list_operations_route(
    Listener(caller): Listener,
    State(app): State<App>,
    mut params: Params,
) -> Result<Json<OperationPage>, Problem> {
    let kind = params.choice(
        "kind",
        &OperationKind::ALL.map(|kind| (kind.as_str(), kind)),
    );
    let state = params.choice("state", &STATES.map(|state| (state, state)));
    let limit = params.limit(100, 1000);
    let cursor = params.text("cursor");
    params.finish()?;
    let fingerprint = Fingerprint::of(&[
        "operations",
        kind.map(OperationKind::as_str).unwrap_or_default(),
        state.unwrap_or_default(),
    ]);
    let filter = OperationFilter {
        kind,
        state,
        before: cursor::decode(fingerprint, cursor.as_deref(), read_place)?,
        key_id: (!caller.sees_all()).then(|| caller.key_id.as_deref().unwrap_or_default()),
    };
    let mut operations =
        list_operations(&app.pools.primary, &filter, cursor::one_more(limit)).await?;
    let next_cursor = cursor::next(fingerprint, &mut operations, limit, |last| {
        let micros = last.requested_at.timestamp_micros();
        format!("{micros}:{}:{}", last.kind.as_str(), last.id)
    });
    Ok(Json(OperationPage {
        items: operations.into_iter().map(Operation::from).collect(),
        next_cursor,
    }))
}

fn read_place(place: &str) -> Option<OperationPlace> {
    let mut parts = place.split(':');
    let micros = parts.next()?.parse().ok()?;
    Some(OperationPlace {
        requested_at: DateTime::from_timestamp_micros(micros)?,
        kind: OperationKind::parse(parts.next()?)?,
        id: parts.next()?.parse().ok()?,
    })
}
