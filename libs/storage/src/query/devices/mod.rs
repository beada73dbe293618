//! The device registry.

mod change;
mod import;
mod list;
mod startups;

use std::time::Duration;

use chrono::{DateTime, Utc};
use sens_schema::Labels;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgPool, Postgres, QueryBuilder, Row as _};

use crate::Error;
use crate::query::scope::{self, Scope};

pub use change::{
    DeviceFields, Refusal, change_device, create_device, delete_device, field_faults,
};
pub use import::{Imported, Line, LineOutcome, import_devices};
pub use list::{Count, DeviceFilter, DeviceSort, Place, SortKey, count_devices, list_devices};
pub use startups::{Startup, StartupPlace, device_startups};

/// Whether a device is heard of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceStatus {
    /// Heard of within the limit and not reported offline.
    Online,
    /// Heard of before, but not within the limit, or reported offline.
    Silent,
    /// Never heard of.
    NeverSeen,
}

impl DeviceStatus {
    /// The name used in REST and in our SQL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Silent => "silent",
            Self::NeverSeen => "never_seen",
        }
    }

    /// Reads a name; `None` when there is no such status.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Online, Self::Silent, Self::NeverSeen]
            .into_iter()
            .find(|status| status.as_str() == name)
    }
}

/// A registered device or a placeholder made by its first telemetry. What a linked legacy number tells is told of the device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its serial.
    pub serial: String,
    /// Its number on the legacy topic: its own, or the one it is linked to.
    pub legacy_id: Option<i64>,
    /// Made by telemetry, never provisioned.
    pub placeholder: bool,
    /// Name given by operators.
    pub name: Option<String>,
    /// Model it reported.
    pub model: Option<String>,
    /// Firmware it reported.
    pub firmware: Option<String>,
    /// Labels given by operators.
    pub labels: Labels,
    /// Whether it is heard of.
    pub status: DeviceStatus,
    /// What its status message or last will said.
    pub online: Option<bool>,
    /// When it provisioned itself.
    pub provisioned_at: Option<DateTime<Utc>>,
    /// First arrival of anything from it.
    pub first_seen_at: Option<DateTime<Utc>>,
    /// Newest arrival of anything from it.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Newest arrival of something from it that was refused, to the minute.
    pub last_error_at: Option<DateTime<Utc>>,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was changed by people or by provisioning.
    pub updated_at: DateTime<Utc>,
    /// Rises with every change by people or by provisioning.
    pub version: i64,
}

impl FromRow<'_, PgRow> for Device {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let status: String = row.try_get("status")?;
        let Json(labels) = row.try_get("labels")?;
        Ok(Self {
            serial: row.try_get("serial")?,
            legacy_id: row.try_get("legacy_id")?,
            placeholder: row.try_get("placeholder")?,
            name: row.try_get("name")?,
            model: row.try_get("model")?,
            firmware: row.try_get("firmware")?,
            labels,
            status: DeviceStatus::parse(&status).unwrap_or(DeviceStatus::NeverSeen),
            online: row.try_get("online")?,
            provisioned_at: row.try_get("provisioned_at")?,
            first_seen_at: row.try_get("first_seen_at")?,
            last_seen_at: row.try_get("last_seen_at")?,
            last_error_at: row.try_get("last_error_at")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            version: row.try_get("version")?,
        })
    }
}

/// Adds the select over the devices of a scope, called `listed`, each with what its legacy number tells; the caller adds
/// conditions on its columns. A linked number is not a device of its own.
fn push_listed(
    query: &mut QueryBuilder<Postgres>,
    columns: &str,
    scope: &Scope,
    offline_after: Duration,
) {
    query.push("SELECT ").push(columns);
    query.push(
        " FROM (SELECT seen.*, CASE WHEN last_seen_at IS NULL THEN 'never_seen' \
         WHEN online IS DISTINCT FROM false AND last_seen_at > now() - make_interval(secs => ",
    );
    query.push_bind(offline_after.as_secs_f64());
    query.push(
        ") THEN 'online' ELSE 'silent' END AS status FROM (SELECT d.id, d.serial, coalesce(a.legacy_id, d.legacy_id) AS legacy_id, \
         d.placeholder, d.name, d.model, d.firmware, d.labels, d.online, d.provisioned_at, d.created_at, d.updated_at, d.version, \
         least(d.first_seen_at, l.first_seen_at) AS first_seen_at, greatest(d.last_seen_at, l.last_seen_at) AS last_seen_at, \
         greatest(d.last_error_at, l.last_error_at) AS last_error_at \
         FROM device d LEFT JOIN device_alias a ON a.device_id = d.id LEFT JOIN device l ON l.legacy_id = a.legacy_id \
         WHERE d.deleted_at IS NULL AND NOT EXISTS (SELECT FROM device_alias x WHERE x.legacy_id = d.legacy_id)",
    );
    scope.push(query, "d");
    query.push(") seen) listed WHERE true");
}

/// Finds one device by its serial, or by `legacy-<n>` the one that is linked to that number.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn find_device(
    pool: &PgPool,
    scope: &Scope,
    serial: &str,
    offline_after: Duration,
) -> Result<Option<Device>, Error> {
    let mut query = scope::family(scope, serial);
    push_listed(&mut query, "listed.*", scope, offline_after);
    query.push(" AND listed.id = (SELECT id FROM main)");
    query
        .build_query_as()
        .fetch_optional(pool)
        .await
        .map_err(Error::during("find a device"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_names_are_read_back() {
        for status in [
            DeviceStatus::Online,
            DeviceStatus::Silent,
            DeviceStatus::NeverSeen,
        ] {
            assert_eq!(DeviceStatus::parse(status.as_str()), Some(status));
        }
        assert_eq!(DeviceStatus::parse("offline"), None);
    }
}
