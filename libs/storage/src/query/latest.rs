//! The newest value of each metric of a device.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::Error;
use crate::query::StoredValue;
use crate::query::scope::{self, Scope};

/// The newest value of one metric by the time it was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct LatestValue {
    /// Metric name.
    pub metric: String,
    /// Unit of the value.
    pub unit: Option<String>,
    /// The value.
    pub value: StoredValue,
    /// When it was measured.
    pub recorded_at: DateTime<Utc>,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
}

type LatestRow = (
    Option<String>,
    Option<String>,
    Option<String>,
    Option<f64>,
    Option<String>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
);

/// The newest values of a device and of the legacy number it is linked to, by metric name. `None` when there is no such device
/// in the scope.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn latest_values(
    pool: &PgPool,
    scope: &Scope,
    serial: &str,
) -> Result<Option<Vec<LatestValue>>, Error> {
    let mut query = scope::family(scope, serial);
    query.push(
        "SELECT DISTINCT ON (m.name) m.name, m.unit, m.kind, l.value, l.text_value, l.recorded_at, l.received_at \
         FROM main LEFT JOIN (family JOIN latest_value l ON l.device_id = family.id JOIN metric m ON m.id = l.metric_id) ON true \
         ORDER BY m.name, l.recorded_at DESC, l.received_at DESC",
    );
    let rows: Vec<LatestRow> = query
        .build_query_as()
        .fetch_all(pool)
        .await
        .map_err(Error::during("read latest values"))?;
    if rows.is_empty() {
        return Ok(None);
    }
    Ok(Some(rows.into_iter().filter_map(latest_value).collect()))
}

/// A device without values gives one row of NULLs, which is no value.
fn latest_value(
    (metric, unit, kind, value, text_value, recorded_at, received_at): LatestRow,
) -> Option<LatestValue> {
    Some(LatestValue {
        metric: metric?,
        unit,
        value: StoredValue::from_columns(value, text_value, &kind?)?,
        recorded_at: recorded_at?,
        received_at: received_at?,
    })
}
