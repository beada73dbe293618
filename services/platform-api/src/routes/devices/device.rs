//! A device as the API shows it.

use sens_storage::query::devices;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::time::Timestamp;
use crate::problem::{Code, Problem};

/// Whether a device is heard of.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeviceStatus {
    /// Heard of lately and not reported offline.
    Online,
    /// Heard of before.
    Silent,
    /// Never heard of.
    NeverSeen,
}

/// A device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Device {
    /// Its serial.
    serial: String,
    /// Its number on the legacy topic.
    legacy_id: Option<i64>,
    /// Whether it is known by telemetry only.
    placeholder: bool,
    /// Name given by operators.
    name: Option<String>,
    /// Model it reported.
    model: Option<String>,
    /// Firmware it reported.
    firmware: Option<String>,
    /// Whether it is heard of.
    status: DeviceStatus,
    /// What its status message or last will said.
    online: Option<bool>,
    /// When it provisioned itself.
    provisioned_at: Option<Timestamp>,
    /// First arrival of anything from it.
    first_seen_at: Option<Timestamp>,
    /// Newest arrival of anything from it.
    last_seen_at: Option<Timestamp>,
}

impl From<devices::Device> for Device {
    fn from(device: devices::Device) -> Self {
        Self {
            serial: device.serial,
            legacy_id: device.legacy_id,
            placeholder: device.placeholder,
            name: device.name,
            model: device.model,
            firmware: device.firmware,
            status: match device.status {
                devices::DeviceStatus::Online => DeviceStatus::Online,
                devices::DeviceStatus::Silent => DeviceStatus::Silent,
                devices::DeviceStatus::NeverSeen => DeviceStatus::NeverSeen,
            },
            online: device.online,
            provisioned_at: device.provisioned_at.map(Timestamp),
            first_seen_at: device.first_seen_at.map(Timestamp),
            last_seen_at: device.last_seen_at.map(Timestamp),
        }
    }
}

/// There is no device with this serial.
pub(crate) fn not_found(serial: &str) -> Problem {
    Problem::new(Code::DeviceNotFound, format!("there is no device {serial}"))
}
