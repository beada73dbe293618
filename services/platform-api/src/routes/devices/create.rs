//! `POST /v1/devices`.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sens_storage::query::Scope;
use sens_storage::query::devices::{create_device, find_device};
use serde_json::Value;

use super::device::{Device, not_found};
use super::fields::{DeviceBody, members, refused, serial, whole};
use crate::app::App;
use crate::auth::Operator;
use crate::http::body::JsonBody;
use crate::http::conditional;
use crate::problem::{AccessErrors, BodyErrors, Problem};

/// Enter a device
///
/// A device that was deleted is restored, with its history and with what is said about it now.
#[utoipa::path(
    post,
    path = "/v1/devices",
    tag = "devices",
    request_body = DeviceBody,
    responses(
        (status = 201, description = "the device; its address is in `Location`", body = Device),
        (status = 409, description = "`device_exists` or `legacy_id_taken`", content_type = "application/problem+json"),
        BodyErrors,
        AccessErrors
    )
)]
pub(crate) async fn create_device_route(
    Operator(caller): Operator,
    State(app): State<App>,
    JsonBody(body): JsonBody<Value>,
) -> Result<Response, Problem> {
    let (text, members) = members(body)?;
    let serial = serial(text)?;
    let fields = whole(members)?;
    let made = create_device(&app.pools.primary, &serial, fields, &caller.actor()).await?;
    made.map_err(|refusal| refused(serial.as_str(), refusal))?;
    tracing::info!(
        device = serial.as_str(),
        actor = caller.name,
        "a device was entered"
    );
    let mut response = changed(&app, serial.as_str()).await?;
    *response.status_mut() = StatusCode::CREATED;
    let location = HeaderValue::try_from(format!("/v1/devices/{serial}"));
    if let Ok(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response.into_response())
}

/// A device as it stands after a change, with its `ETag`.
pub(super) async fn changed(app: &App, serial: &str) -> Result<Response, Problem> {
    let device = find_device(
        &app.pools.primary,
        &Scope::EVERYTHING,
        serial,
        app.offline_after(),
    )
    .await?;
    let device = device.ok_or_else(|| not_found(serial))?;
    conditional::versioned(&HeaderMap::new(), device.version, &Device::from(device))
}
