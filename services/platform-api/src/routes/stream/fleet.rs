//! `GET /v1/stream`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::events;
use super::select::Selection;
use crate::app::App;
use crate::auth::Listener;
use crate::http::params::Params;
use crate::http::sse::ServerSentEvent;
use crate::problem::{AccessErrors, ParameterErrors, Problem};

/// Live readings of the fleet
///
/// Server-sent events named `reading`, data `{"serial","metric","value","unit","recorded_at","received_at"}`. The id of
/// an event, sent back as `Last-Event-ID`, resumes after it without gap or double. An event `gap` says that some
/// events are no longer kept; `error` ends the stream and says why: a client that reads too slowly, a key that is no longer
/// valid. A comment every 15 seconds shows that the connection lives. A key that is limited to some devices gets what they
/// tell; who they are, as with `label`, is judged at the moment of each reading.
#[utoipa::path(
    get,
    path = "/v1/stream",
    tag = "live",
    params(
        ("device" = Option<Vec<String>>, Query, description = "only these serials; may be repeated"),
        ("label" = Option<Vec<String>>, Query, description = "only devices with these labels, as in the list of devices; may be repeated"),
        ("metric" = Option<Vec<String>>, Query, description = "only these metrics; may be repeated"),
        ("Last-Event-ID" = Option<String>, Header, description = "resume after this event")
    ),
    responses(
        (status = 200, description = "events", body = ServerSentEvent, content_type = "text/event-stream"),
        ParameterErrors,
        AccessErrors
    )
)]
pub(crate) async fn stream_fleet(
    Listener(caller): Listener,
    State(app): State<App>,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Response, Problem> {
    let (devices, metrics) = (params.serials("device"), params.many("metric"));
    let selectors = params.selectors("label");
    params.finish()?;
    let scope = selectors
        .iter()
        .fold(caller.scope.clone(), |scope, selector| {
            scope.narrowed(selector)
        });
    let selection = Selection::of(&app, scope, devices, metrics).await?;
    events::open(&app, caller, &headers, selection).await
}
