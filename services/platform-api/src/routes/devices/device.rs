//! A device as the API shows it.

use std::collections::BTreeMap;

use sens_storage::query::devices;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::csv::field;
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
    /// Its number on the legacy topic: its own, or the one it is linked to.
    legacy_id: Option<i64>,
    /// Whether it is known by telemetry only.
    placeholder: bool,
    /// Name given by operators.
    name: Option<String>,
    /// Model it reported.
    model: Option<String>,
    /// Firmware it reported.
    firmware: Option<String>,
    /// Labels given by operators.
    labels: BTreeMap<String, String>,
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
    /// Newest arrival of something from it that was refused, to the minute.
    last_error_at: Option<Timestamp>,
    /// When it was entered.
    created_at: Timestamp,
    /// When it was changed by people or by provisioning.
    updated_at: Timestamp,
    /// Rises with every such change; it stands in the `ETag`.
    version: i64,
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
            labels: device.labels,
            status: match device.status {
                devices::DeviceStatus::Online => DeviceStatus::Online,
                devices::DeviceStatus::Silent => DeviceStatus::Silent,
                devices::DeviceStatus::NeverSeen => DeviceStatus::NeverSeen,
            },
            online: device.online,
            provisioned_at: device.provisioned_at.map(Timestamp),
            first_seen_at: device.first_seen_at.map(Timestamp),
            last_seen_at: device.last_seen_at.map(Timestamp),
            last_error_at: device.last_error_at.map(Timestamp),
            created_at: Timestamp(device.created_at),
            updated_at: Timestamp(device.updated_at),
            version: device.version,
        }
    }
}

impl Device {
    /// The header of [`csv`](Self::csv).
    pub(super) const CSV_HEADER: &str = "serial,name,model,legacy_id,labels,firmware,status,online,placeholder,\
        provisioned_at,first_seen_at,last_seen_at,created_at,updated_at,version\r\n";

    /// As a line of CSV.
    pub(super) fn csv(&self) -> String {
        let labels: Vec<String> = self
            .labels
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        let text = |text: &Option<String>| field(text.as_deref().unwrap_or_default());
        let time = |time: Option<Timestamp>| time.map_or_else(String::new, |time| time.to_string());
        let cells = [
            field(&self.serial),
            text(&self.name),
            text(&self.model),
            self.legacy_id
                .map_or_else(String::new, |number| number.to_string()),
            field(&labels.join(";")),
            text(&self.firmware),
            self.status.as_str().to_owned(),
            self.online
                .map_or_else(String::new, |online| online.to_string()),
            self.placeholder.to_string(),
            time(self.provisioned_at),
            time(self.first_seen_at),
            time(self.last_seen_at),
            self.created_at.to_string(),
            self.updated_at.to_string(),
            self.version.to_string(),
        ];
        cells.join(",") + "\r\n"
    }
}

impl DeviceStatus {
    fn as_str(self) -> &'static str {
        match self {
            Self::Online => devices::DeviceStatus::Online,
            Self::Silent => devices::DeviceStatus::Silent,
            Self::NeverSeen => devices::DeviceStatus::NeverSeen,
        }
        .as_str()
    }
}

/// There is no device with this serial.
pub(crate) fn not_found(serial: &str) -> Problem {
    Problem::new(Code::DeviceNotFound, format!("there is no device {serial}"))
}
