//! `GET /v1/devices`.

use axum::Json;
use axum::extract::State;
use sens_storage::query::devices::{DeviceFilter, DeviceStatus, list_devices};
use serde::Serialize;
use utoipa::ToSchema;

use super::device::Device;
use crate::app::App;
use crate::auth::Viewer;
use crate::http::cursor::{self, Fingerprint};
use crate::http::params::Params;
use crate::problem::{AccessErrors, ParameterErrors, Problem};

/// A page of devices.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DevicePage {
    /// The devices, by serial.
    items: Vec<Device>,
    /// Continues after this page; `null` on the last one.
    next_cursor: Option<String>,
}

const STATUSES: [(&str, DeviceStatus); 3] = [
    ("online", DeviceStatus::Online),
    ("silent", DeviceStatus::Silent),
    ("never_seen", DeviceStatus::NeverSeen),
];

/// List devices
///
/// Ordered by serial.
#[utoipa::path(
    get,
    path = "/v1/devices",
    tag = "devices",
    params(
        ("q" = Option<String>, Query, description = "part of the serial, name or model"),
        ("status" = Option<String>, Query, description = "`online`, `silent` or `never_seen`"),
        ("limit" = Option<u32>, Query, description = "page size, 1 to 1000, default 100"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before")
    ),
    responses((status = 200, description = "a page of devices", body = DevicePage), ParameterErrors, AccessErrors)
)]
pub(crate) async fn list_devices_route(
    _: Viewer,
    State(app): State<App>,
    mut params: Params,
) -> Result<Json<DevicePage>, Problem> {
    let text = params.text("q");
    let status = params.choice("status", &STATUSES);
    let limit = params.limit(100, 1000);
    let cursor = params.text("cursor");
    params.finish()?;
    let status_name = status.map(DeviceStatus::as_str).unwrap_or_default();
    let fingerprint =
        Fingerprint::of(&["devices", text.as_deref().unwrap_or_default(), status_name]);
    let after = cursor::decode(fingerprint, cursor.as_deref(), |place| {
        Some(place.to_owned())
    })?;

    let filter = DeviceFilter {
        text: text.as_deref(),
        status,
        after_serial: after.as_deref(),
    };
    let mut devices = list_devices(
        &app.pools.read,
        &filter,
        app.offline_after(),
        cursor::one_more(limit),
    )
    .await?;
    let more = cursor::cut(&mut devices, limit);
    let last = devices.last().filter(|_| more);
    let next_cursor = last.map(|device| cursor::encode(fingerprint, &device.serial));
    Ok(Json(DevicePage {
        items: devices.into_iter().map(Device::from).collect(),
        next_cursor,
    }))
}
