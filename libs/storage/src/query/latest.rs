//! The newest value of each metric of a device.

use chrono::{DateTime, Utc};
use sens_schema::Labels;
use sqlx::PgPool;
use sqlx::types::Json;

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

/// The newest values of a device.
#[derive(Debug, Clone, PartialEq)]
pub struct LatestValues {
    /// Its serial, also when it was asked for by `legacy-<n>`.
    pub serial: String,
    /// Its labels: who may see it can be judged by them.
    pub labels: Labels,
    /// The values, by metric name.
    pub values: Vec<LatestValue>,
}

type LatestRow = (
    String,
    Json<Labels>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<f64>,
    Option<String>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
);

/// The newest values of a device and of the legacy number it is linked to. `None` when there is no such device in the scope.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn latest_values(
    pool: &PgPool,
    scope: &Scope,
    serial: &str,
) -> Result<Option<LatestValues>, Error> {
    let mut query = scope::family(scope, serial);
    query.push(
        "SELECT DISTINCT ON (m.name) main.serial, main.labels, m.name, m.unit, m.kind, l.value, l.text_value, l.recorded_at, l.received_at \
         FROM main LEFT JOIN (family JOIN latest_value l ON l.device_id = family.id JOIN metric m ON m.id = l.metric_id) ON true \
         ORDER BY m.name, l.recorded_at DESC, l.received_at DESC",
    );
    let rows: Vec<LatestRow> = query
        .build_query_as()
        .fetch_all(pool)
        .await
        .map_err(Error::during("read latest values"))?;
    let Some((serial, Json(labels), ..)) = rows.first().cloned() else {
        return Ok(None);
    };
    Ok(Some(LatestValues {
        serial,
        labels,
        values: rows.into_iter().filter_map(latest_value).collect(),
    }))
}

/// A device without values gives one row of NULLs, which is no value.
fn latest_value(
    (_, _, metric, unit, kind, value, text_value, recorded_at, received_at): LatestRow,
) -> Option<LatestValue> {
    Some(LatestValue {
        metric: metric?,
        unit,
        value: StoredValue::from_columns(value, text_value, &kind?)?,
        recorded_at: recorded_at?,
        received_at: received_at?,
    })
}
