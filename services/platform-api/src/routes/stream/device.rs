//! `GET /v1/devices/{serial}/stream`.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use sens_storage::query::family::find_family;

use super::events;
use super::select::Selection;
use crate::app::App;
use crate::auth::Listener;
use crate::http::params::Params;
use crate::http::sse::ServerSentEvent;
use crate::problem::{AccessErrors, NotFoundError, ParameterErrors, Problem};
use crate::routes::devices::not_found;

/// Live readings of a device
///
/// As `/v1/stream`, for one device.
#[utoipa::path(
    get,
    path = "/v1/devices/{serial}/stream",
    tag = "live",
    params(
        ("serial" = String, Path, description = "serial of the device"),
        ("metric" = Option<Vec<String>>, Query, description = "only these metrics; may be repeated"),
        ("Last-Event-ID" = Option<String>, Header, description = "resume after this event")
    ),
    responses(
        (status = 200, description = "events", body = ServerSentEvent, content_type = "text/event-stream"),
        ParameterErrors,
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn stream_device(
    Listener(caller): Listener,
    State(app): State<App>,
    Path(serial): Path<String>,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Response, Problem> {
    let metrics = params.many("metric");
    params.finish()?;
    let family = find_family(&app.pools.read, &caller.scope, &serial).await?;
    let family = family.ok_or_else(|| not_found(&serial))?;
    let selection = Selection {
        scope: caller.scope.clone(),
        devices: family.names,
        metrics,
    };
    events::open(&app, caller, &headers, selection).await
}
