//! The device registry.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::{PgPool, Postgres, QueryBuilder};

use crate::Error;

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

/// A registered device or a placeholder made by its first telemetry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its serial.
    pub serial: String,
    /// Its number on the legacy topic.
    pub legacy_id: Option<i64>,
    /// Made by telemetry, never provisioned.
    pub placeholder: bool,
    /// Name given by operators.
    pub name: Option<String>,
    /// Model it reported.
    pub model: Option<String>,
    /// Firmware it reported.
    pub firmware: Option<String>,
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
}

/// Which devices to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct DeviceFilter<'a> {
    /// Part of the serial, name or model, in any case.
    pub text: Option<&'a str>,
    /// Only devices with this status.
    pub status: Option<DeviceStatus>,
    /// Only devices after this serial.
    pub after_serial: Option<&'a str>,
}

type DeviceRow = (
    String,
    Option<i64>,
    bool,
    Option<String>,
    Option<String>,
    Option<String>,
    String,
    Option<bool>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
);

/// Opens the select over devices with their status; the caller adds `WHERE` conditions on its columns.
fn select_devices(offline_after: Duration) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new(
        "SELECT serial, legacy_id, placeholder, name, model, firmware, status, online, provisioned_at, first_seen_at, \
         last_seen_at FROM (SELECT device.*, CASE WHEN last_seen_at IS NULL THEN 'never_seen' \
         WHEN online IS DISTINCT FROM false AND last_seen_at > now() - make_interval(secs => ",
    );
    query.push_bind(offline_after.as_secs_f64());
    query.push(
        ") THEN 'online' ELSE 'silent' END AS status FROM device WHERE deleted_at IS NULL) listed",
    );
    query
}

fn device(
    (
        serial,
        legacy_id,
        placeholder,
        name,
        model,
        firmware,
        status,
        online,
        provisioned_at,
        first_seen_at,
        last_seen_at,
    ): DeviceRow,
) -> Device {
    Device {
        serial,
        legacy_id,
        placeholder,
        name,
        model,
        firmware,
        status: DeviceStatus::parse(&status).unwrap_or(DeviceStatus::NeverSeen),
        online,
        provisioned_at,
        first_seen_at,
        last_seen_at,
    }
}

/// Lists at most `limit` devices by serial.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn list_devices(
    pool: &PgPool,
    filter: &DeviceFilter<'_>,
    offline_after: Duration,
    limit: i64,
) -> Result<Vec<Device>, Error> {
    let mut query = select_devices(offline_after);
    query.push(" WHERE true");
    if let Some(text) = filter.text {
        let pattern = format!("%{}%", escape_like(text));
        query.push(" AND (serial ILIKE ").push_bind(pattern.clone());
        query.push(" OR name ILIKE ").push_bind(pattern.clone());
        query.push(" OR model ILIKE ").push_bind(pattern).push(")");
    }
    if let Some(status) = filter.status {
        query.push(" AND status = ").push_bind(status.as_str());
    }
    if let Some(after) = filter.after_serial {
        query.push(" AND serial > ").push_bind(after.to_owned());
    }
    query.push(" ORDER BY serial LIMIT ").push_bind(limit);
    let rows: Vec<DeviceRow> = query
        .build_query_as()
        .fetch_all(pool)
        .await
        .map_err(Error::during("list devices"))?;
    Ok(rows.into_iter().map(device).collect())
}

/// Finds one device by its serial.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn find_device(
    pool: &PgPool,
    serial: &str,
    offline_after: Duration,
) -> Result<Option<Device>, Error> {
    let mut query = select_devices(offline_after);
    query.push(" WHERE serial = ").push_bind(serial.to_owned());
    let row: Option<DeviceRow> = query
        .build_query_as()
        .fetch_optional(pool)
        .await
        .map_err(Error::during("find a device"))?;
    Ok(row.map(device))
}

/// Takes their special meaning from the wildcards of `LIKE`.
fn escape_like(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
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

    #[test]
    fn wildcards_in_a_search_text_are_taken_literally() {
        assert_eq!(escape_like(r"50%_\a"), r"50\%\_\\a");
    }
}
