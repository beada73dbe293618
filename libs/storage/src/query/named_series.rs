//! Readings of one metric of one device, found by their names and read in the same statement: the commonest question there is.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use crate::Error;
use crate::query::Scope;
use crate::query::measurements::{Clock, DeviceMetric, Measurement, Range, Selection};
use crate::query::one_series::{COLUMNS, Columns, merge, push_readings};
use crate::query::targets::{Target, number};

/// Device, metric, unit, kind, display unit and factor, newest, first.
const TARGET: &str = "
    SELECT d.id AS device_id, m.id AS metric_id, m.unit, m.kind, m.display_unit, m.display_factor, v.recorded_at, s.first_at
    FROM device d JOIN latest_value v ON v.device_id = d.id JOIN metric m ON m.id = v.metric_id
    LEFT JOIN series s ON s.device_id = v.device_id AND s.metric_id = v.metric_id
    WHERE d.deleted_at IS NULL AND NOT EXISTS (SELECT FROM device_alias a WHERE a.device_id = d.id)
    AND NOT EXISTS (SELECT FROM reading_superseded x WHERE x.device_id = v.device_id AND x.metric_id = v.metric_id)";

/// Finds the series of a device and a metric, and reads at most `limit` of its readings in the order of time and dedup.
///
/// `None` says nothing but that more has to be looked at: there is no such device or series in the scope, its device is linked to
/// a legacy number, or a reading of it was superseded.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn read(
    executor: impl PgExecutor<'_>,
    scope: &Scope,
    (serial, metric): (&str, &str),
    range: Range,
    limit: i64,
) -> Result<Option<(Target, Vec<Measurement>)>, Error> {
    if number(serial).is_some() {
        return Ok(None);
    }
    let selection = Selection {
        series: Vec::new(),
        range,
        clock: Clock::Device,
        as_of: None,
        corrected: false,
    };
    let mut query = sqlx::QueryBuilder::new("WITH target AS MATERIALIZED (");
    query.push(TARGET).push(" AND d.serial = ");
    query.push_bind(serial.to_owned()).push(" AND m.name = ");
    query.push_bind(metric.to_owned());
    scope.push(&mut query, "d");
    query.push(") SELECT ");
    query.push(COLUMNS).push(", target.* FROM target");
    push_readings(&mut query, &selection, limit);
    let failed = Error::during("read a range of readings");
    let Some(row) = query
        .build()
        .fetch_optional(executor)
        .await
        .map_err(&failed)?
    else {
        return Ok(None);
    };
    let target = target(&row, serial, metric).map_err(&failed)?;
    let columns = Columns::from_row(&row).map_err(&failed)?;
    let found = merge(columns, target.series(), range.order, limit);
    Ok(Some((target, found)))
}

/// From the columns behind those of the readings.
fn target(row: &PgRow, serial: &str, metric: &str) -> Result<Target, sqlx::Error> {
    Ok(Target {
        device_id: row.try_get(10)?,
        serial: serial.into(),
        metric: DeviceMetric {
            id: row.try_get(11)?,
            name: metric.to_owned(),
            unit: row.try_get(12)?,
            kind: row.try_get(13)?,
            display_unit: row.try_get(14)?,
            display_factor: row.try_get(15)?,
            newest: row.try_get::<DateTime<Utc>, _>(16)?,
            corrected: false,
        },
        first: row.try_get(17)?,
    })
}
