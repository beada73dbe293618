//! `GET /v1/system/quotas`.

use axum::Json;
use axum::extract::State;
use sens_messaging::ParkedDevice;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Viewer;
use crate::problem::{AccessErrors, Problem};

/// Devices listed; the sum speaks of all.
const LISTED: usize = 1000;

/// Devices that send more than their quota.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Quotas {
    /// Messages of all devices that wait for their turn.
    waiting: usize,
    /// The devices, those with the most waiting messages first, at most 1,000.
    items: Vec<WaitingDevice>,
}

/// A device over its quota.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WaitingDevice {
    /// Its serial.
    serial: String,
    /// How many of its messages wait.
    waiting: usize,
}

/// Devices over their quota
///
/// A device that sends more than its quota is slowed down for itself: what is above waits in its own queue and is stored
/// at the device's rate.
#[utoipa::path(
    get,
    path = "/v1/system/quotas",
    tag = "operation",
    responses((status = 200, description = "devices with waiting messages", body = Quotas), AccessErrors)
)]
pub(crate) async fn quotas(_: Viewer, State(app): State<App>) -> Result<Json<Quotas>, Problem> {
    let parked = app.link.get()?.parked_devices().await?;
    Ok(Json(Quotas {
        waiting: parked.iter().map(|device| device.waiting).sum(),
        items: parked
            .into_iter()
            .take(LISTED)
            .map(WaitingDevice::from)
            .collect(),
    }))
}

impl From<ParkedDevice> for WaitingDevice {
    fn from(device: ParkedDevice) -> Self {
        Self {
            serial: device.serial,
            waiting: device.waiting,
        }
    }
}
