//! `GET /v1/devices/{serial}`.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use sens_storage::query::devices::find_device;

use super::device::{Device, not_found};
use crate::app::App;
use crate::auth::Viewer;
use crate::http::conditional;
use crate::problem::{AccessErrors, NotFoundError, Problem};

/// One device
#[utoipa::path(
    get,
    path = "/v1/devices/{serial}",
    tag = "devices",
    params(("serial" = String, Path, description = "serial of the device")),
    responses(
        (status = 200, description = "the device", body = Device),
        (status = 304, description = "unchanged since the answer with this `ETag`"),
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn get_device(
    _: Viewer,
    State(app): State<App>,
    Path(serial): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let device = find_device(&app.pools.read, &serial, app.offline_after()).await?;
    let device = device.ok_or_else(|| not_found(&serial))?;
    conditional::json(&headers, &Device::from(device))
}
