//! Lists of devices: filters, orders, places to go on from, and how many there are.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::{PgPool, Postgres, QueryBuilder};

use super::{Device, DeviceStatus, push_listed};
use crate::Error;
use crate::query::Scope;

/// Which devices of a scope to list; narrow the scope for those with some labels.
#[derive(Debug, Clone, Copy, Default)]
pub struct DeviceFilter<'a> {
    /// Part of the serial, name or model, in any case.
    pub text: Option<&'a str>,
    /// Only devices with this status.
    pub status: Option<DeviceStatus>,
    /// Only devices with something refused within the last 24 hours, or only the others.
    pub erring: Option<bool>,
    /// Only devices with this firmware.
    pub firmware: Option<&'a str>,
    /// Only devices of this model.
    pub model: Option<&'a str>,
    /// Only devices heard of then or later.
    pub seen_from: Option<DateTime<Utc>>,
    /// Only devices heard of last before then.
    pub seen_to: Option<DateTime<Utc>>,
}

/// What devices are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortKey {
    /// Serial.
    Serial,
    /// Newest arrival; never heard of counts as before all others.
    LastSeen,
    /// Name; none counts as empty.
    Name,
    /// Firmware; none counts as empty.
    Firmware,
}

impl SortKey {
    fn column(self) -> &'static str {
        match self {
            Self::Serial => "listed.serial",
            Self::LastSeen => "coalesce(listed.last_seen_at, '-infinity')",
            Self::Name => "coalesce(listed.name, '')",
            Self::Firmware => "coalesce(listed.firmware, '')",
        }
    }
}

/// An order of devices; equal ones are by serial, in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceSort {
    /// By what.
    pub key: SortKey,
    /// The greatest first.
    pub descending: bool,
}

/// The place of a device in an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In an order by serial.
    Serial(String),
    /// In an order by time, with its serial.
    Time(Option<DateTime<Utc>>, String),
    /// In an order by text, with its serial.
    Text(Option<String>, String),
}

impl DeviceSort {
    /// Where a device stands in this order.
    pub fn place(self, device: &Device) -> Place {
        let serial = device.serial.clone();
        match self.key {
            SortKey::Serial => Place::Serial(serial),
            SortKey::LastSeen => Place::Time(device.last_seen_at, serial),
            SortKey::Name => Place::Text(device.name.clone(), serial),
            SortKey::Firmware => Place::Text(device.firmware.clone(), serial),
        }
    }
}

/// Lists at most `limit` devices after a place.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn list_devices(
    pool: &PgPool,
    scope: &Scope,
    filter: &DeviceFilter<'_>,
    sort: DeviceSort,
    after: Option<Place>,
    offline_after: Duration,
    limit: i64,
) -> Result<Vec<Device>, Error> {
    let mut query = QueryBuilder::new("");
    push_listed(&mut query, "listed.*", scope, offline_after);
    push_filter(&mut query, filter);
    push_after(&mut query, sort, after);
    let direction = if sort.descending { " DESC" } else { "" };
    query.push(" ORDER BY ");
    if sort.key != SortKey::Serial {
        query.push(sort.key.column()).push(direction).push(", ");
    }
    query.push("listed.serial").push(direction);
    query.push(" LIMIT ").push_bind(limit);
    query
        .build_query_as()
        .fetch_all(pool)
        .await
        .map_err(Error::during("list devices"))
}

/// How many devices are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// As the planner thinks: at once, and right only roughly.
    Estimate,
    /// One by one.
    Exact,
}

/// How many devices of a scope a filter takes.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn count_devices(
    pool: &PgPool,
    scope: &Scope,
    filter: &DeviceFilter<'_>,
    offline_after: Duration,
    how: Count,
) -> Result<i64, Error> {
    let failed = Error::during("count devices");
    let (begin, columns) = match how {
        Count::Exact => ("", "count(*)"),
        Count::Estimate => ("EXPLAIN (FORMAT JSON) ", "listed.id"),
    };
    let mut query = QueryBuilder::new(begin);
    push_listed(&mut query, columns, scope, offline_after);
    push_filter(&mut query, filter);
    match how {
        Count::Exact => query
            .build_query_scalar()
            .fetch_one(pool)
            .await
            .map_err(failed),
        Count::Estimate => {
            let plan: serde_json::Value = query
                .build_query_scalar()
                .fetch_one(pool)
                .await
                .map_err(failed)?;
            Ok(plan
                .pointer("/0/Plan/Plan Rows")
                .and_then(serde_json::Value::as_i64)
                .unwrap_or(0))
        }
    }
}

fn push_filter(query: &mut QueryBuilder<Postgres>, filter: &DeviceFilter<'_>) {
    if let Some(text) = filter.text {
        let pattern = format!("%{}%", escape_like(text));
        query
            .push(" AND (listed.serial ILIKE ")
            .push_bind(pattern.clone());
        query
            .push(" OR listed.name ILIKE ")
            .push_bind(pattern.clone());
        query
            .push(" OR listed.model ILIKE ")
            .push_bind(pattern)
            .push(")");
    }
    if let Some(status) = filter.status {
        query
            .push(" AND listed.status = ")
            .push_bind(status.as_str());
    }
    if let Some(erring) = filter.erring {
        let not = if erring { " AND " } else { " AND NOT " };
        query
            .push(not)
            .push("coalesce(listed.last_error_at > now() - interval '24 hours', false)");
    }
    if let Some(firmware) = filter.firmware {
        query
            .push(" AND listed.firmware = ")
            .push_bind(firmware.to_owned());
    }
    if let Some(model) = filter.model {
        query
            .push(" AND listed.model = ")
            .push_bind(model.to_owned());
    }
    if let Some(from) = filter.seen_from {
        query.push(" AND listed.last_seen_at >= ").push_bind(from);
    }
    if let Some(to) = filter.seen_to {
        query.push(" AND listed.last_seen_at < ").push_bind(to);
    }
}

fn push_after(query: &mut QueryBuilder<Postgres>, sort: DeviceSort, after: Option<Place>) {
    let Some(after) = after else {
        return;
    };
    let comparison = if sort.descending { " < " } else { " > " };
    query.push(" AND ");
    let serial = match after {
        Place::Serial(serial) => {
            query
                .push("listed.serial")
                .push(comparison)
                .push_bind(serial);
            return;
        }
        Place::Time(time, serial) => {
            query
                .push("(")
                .push(sort.key.column())
                .push(", listed.serial)")
                .push(comparison);
            query
                .push("(coalesce(")
                .push_bind(time)
                .push(", '-infinity'::timestamptz), ");
            serial
        }
        Place::Text(text, serial) => {
            query
                .push("(")
                .push(sort.key.column())
                .push(", listed.serial)")
                .push(comparison);
            query
                .push("(coalesce(")
                .push_bind(text)
                .push("::text, ''), ");
            serial
        }
    };
    query.push_bind(serial).push(")");
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
    fn wildcards_in_a_search_text_are_taken_literally() {
        assert_eq!(escape_like(r"50%_\a"), r"50\%\_\\a");
    }
}
