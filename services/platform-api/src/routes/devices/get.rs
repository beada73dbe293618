//! `GET /v1/devices/{serial}`.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use sens_storage::query::devices::find_device;

use super::device::{Device, not_found};
use crate::app::App;
use crate::auth::Reader;
use crate::http::conditional;
use crate::problem::{AccessErrors, NotFoundError, Problem};

/// One device
///
/// A device that is linked to a legacy number is also found by `legacy-<n>`.
#[utoipa::path(
    get,
    path = "/v1/devices/{serial}",
    tag = "devices",
    params(("serial" = String, Path, description = "serial of the device")),
    responses(
        (status = 200, description = "the device; `If-Match` of a change takes its `ETag`", body = Device),
        (status = 304, description = "unchanged since the answer with this `ETag`"),
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn get_device(
    Reader(scope): Reader,
    State(app): State<App>,
    Path(serial): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let device = find_device(&app.pools.read, &scope, &serial, app.offline_after()).await?;
    let device = device.ok_or_else(|| not_found(&serial))?;
    conditional::versioned(&headers, device.version, &Device::from(device))
}
