//! What there is of a device: its metrics with their first and last reading and number of readings.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::Error;
use crate::query::scope::{self, Scope};

const DEVICE: &str = "
    SELECT ARRAY(SELECT id FROM family), EXISTS (SELECT FROM rollup_mark WHERE device_ids && ARRAY(SELECT id FROM family)) FROM main";

const SERIES: &str = "
    SELECT m.name, m.kind, m.unit, m.display_unit, m.listed, min(s.first_at), max(s.last_at), sum(s.n)::bigint
    FROM series s JOIN metric m ON m.id = s.metric_id WHERE s.device_id = ANY($1) GROUP BY m.id ORDER BY m.name";

/// The readings of one metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesFacts {
    /// Its name.
    pub metric: String,
    /// `number`, `boolean` or `text`.
    pub kind: String,
    /// Unit of stored values.
    pub unit: Option<String>,
    /// Unit for people.
    pub display_unit: Option<String>,
    /// Whether the metric is described in the catalogue.
    pub listed: bool,
    /// Time of the first reading.
    pub first_at: DateTime<Utc>,
    /// Time of the last reading.
    pub last_at: DateTime<Utc>,
    /// Number of readings.
    pub count: i64,
}

/// The readings of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceSeries {
    /// By name of the metric.
    pub series: Vec<SeriesFacts>,
    /// Whether every committed reading is counted: none waits to be rolled up.
    pub complete: bool,
}

/// What there is of a device and of the legacy number it is linked to; `None` when there is no such device in the scope. The
/// rollups keep it, so that nothing is counted here.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn device_series(
    pool: &PgPool,
    scope: &Scope,
    serial: &str,
) -> Result<Option<DeviceSeries>, Error> {
    type Row = (
        String,
        String,
        Option<String>,
        Option<String>,
        bool,
        DateTime<Utc>,
        DateTime<Utc>,
        i64,
    );
    let failed = Error::during("find the series of a device");
    // First the marks: what is rolled up between the two questions is counted, and said to be missing at worst.
    let mut query = scope::family(scope, serial);
    query.push(DEVICE);
    let device: Option<(Vec<i64>, bool)> = query
        .build_query_as()
        .fetch_optional(pool)
        .await
        .map_err(&failed)?;
    let Some((devices, pending)) = device else {
        return Ok(None);
    };
    let rows: Vec<Row> = sqlx::query_as(SERIES)
        .bind(devices)
        .fetch_all(pool)
        .await
        .map_err(&failed)?;
    let series = rows.into_iter().map(
        |(metric, kind, unit, display_unit, listed, first_at, last_at, count)| SeriesFacts {
            metric,
            kind,
            unit,
            display_unit,
            listed,
            first_at,
            last_at,
            count,
        },
    );
    Ok(Some(DeviceSeries {
        series: series.collect(),
        complete: !pending,
    }))
}
