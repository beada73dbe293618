//! `GET /v1/devices/{serial}/stream`.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use sens_storage::query::devices::find_device;

use super::events;
use super::select::Selection;
use crate::app::App;
use crate::auth::Viewer;
use crate::http::params::Params;
use crate::problem::{AccessErrors, Code, NotFoundError, ParameterErrors, Problem};

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
        (status = 200, description = "events", body = String, content_type = "text/event-stream"),
        ParameterErrors,
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn stream_device(
    _: Viewer,
    State(app): State<App>,
    Path(serial): Path<String>,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Response, Problem> {
    let metrics = params.many("metric");
    params.finish()?;
    if find_device(&app.pools.read, &serial, app.offline_after())
        .await?
        .is_none()
    {
        return Err(Problem::new(
            Code::DeviceNotFound,
            format!("there is no device {serial}"),
        ));
    }
    events::open(
        &app,
        &headers,
        Selection {
            devices: vec![serial],
            metrics,
        },
    )
    .await
}
