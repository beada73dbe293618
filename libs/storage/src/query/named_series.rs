//! Readings of one metric of one device, found by their names and read in the same statement: the commonest question there is.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{PgExecutor, Row};

use crate::Error;
use crate::query::Scope;
use crate::query::measurements::{Clock, DeviceMetric, Measurement, Range, Selection, Series};
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
    query.push(") SELECT target.*, ");
    query.push(COLUMNS).push(" FROM target");
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
    let series = Series {
        device_id: target.device_id,
        metric_id: target.metric.id,
        boolean: target.metric.kind == "boolean",
        answered_as: target.device_id,
    };
    let columns = columns(&row).map_err(&failed)?;
    Ok(Some((target, merge(columns, series, range.order, limit))))
}

fn target(row: &PgRow, serial: &str, metric: &str) -> Result<Target, sqlx::Error> {
    Ok(Target {
        device_id: row.try_get(0)?,
        serial: serial.into(),
        metric: DeviceMetric {
            id: row.try_get(1)?,
            name: metric.to_owned(),
            unit: row.try_get(2)?,
            kind: row.try_get(3)?,
            display_unit: row.try_get(4)?,
            display_factor: row.try_get(5)?,
            newest: row.try_get::<DateTime<Utc>, _>(6)?,
            corrected: false,
        },
        first: row.try_get(7)?,
    })
}

fn columns(row: &PgRow) -> Result<Columns, sqlx::Error> {
    Ok((
        row.try_get(8)?,
        row.try_get(9)?,
        row.try_get(10)?,
        row.try_get(11)?,
        row.try_get(12)?,
        row.try_get(13)?,
        row.try_get(14)?,
        row.try_get(15)?,
        row.try_get(16)?,
        row.try_get(17)?,
    ))
}
