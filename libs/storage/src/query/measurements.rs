//! Ranges of readings.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{PgPool, Postgres, QueryBuilder};

use crate::Error;
use crate::query::StoredValue;

/// In which direction a range is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Oldest first.
    Ascending,
    /// Newest first.
    Descending,
}

/// A metric of which a device has readings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceMetric {
    /// Its number.
    pub id: i32,
    /// Its name.
    pub name: String,
    /// Unit of stored values.
    pub unit: Option<String>,
    /// `number`, `boolean` or `text`.
    pub kind: String,
    /// Time of the newest reading.
    pub newest: DateTime<Utc>,
}

/// A device and those of its metrics that a query is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceMetrics {
    /// Number of the device.
    pub device_id: i64,
    /// Its metrics, by number.
    pub metrics: Vec<DeviceMetric>,
}

/// The place of a reading in a range over several metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadingKey {
    /// When it was measured.
    pub recorded_at: DateTime<Utc>,
    /// Number of its metric.
    pub metric_id: i32,
    /// Tells readings of one instant apart.
    pub dedup: i64,
}

/// One reading.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// Its place.
    pub key: ReadingKey,
    /// Its value.
    pub value: StoredValue,
    /// What is to be known about its time.
    pub quality: String,
}

/// The interval `[from, to)`, the direction, and the place after which to go on.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    /// Inclusive start.
    pub from: Option<DateTime<Utc>>,
    /// Exclusive end.
    pub to: Option<DateTime<Utc>>,
    /// Direction.
    pub order: Order,
    /// The last reading already given.
    pub after: Option<ReadingKey>,
}

/// Finds a device and its metrics, all of them when `names` is `None`. `None` when there is no such device.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn device_metrics(
    pool: &PgPool,
    serial: &str,
    names: Option<&[String]>,
) -> Result<Option<DeviceMetrics>, Error> {
    type Row = (
        i64,
        Option<i32>,
        Option<String>,
        Option<String>,
        Option<String>,
        Option<DateTime<Utc>>,
    );
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT d.id, m.id, m.name, m.unit, m.kind, l.recorded_at FROM device d LEFT JOIN \
         (latest_value l JOIN metric m ON m.id = l.metric_id AND ($2::text[] IS NULL OR m.name = ANY ($2))) \
         ON l.device_id = d.id WHERE d.serial = $1 AND d.deleted_at IS NULL ORDER BY m.id",
    )
    .bind(serial)
    .bind(names)
    .fetch_all(pool)
    .await.map_err(Error::during("find the metrics of a device"))?;
    let Some(device_id) = rows.first().map(|row| row.0) else {
        return Ok(None);
    };
    let metrics = rows
        .into_iter()
        .filter_map(|(_, id, name, unit, kind, newest)| {
            Some(DeviceMetric {
                id: id?,
                name: name?,
                unit,
                kind: kind?,
                newest: newest?,
            })
        })
        .collect();
    Ok(Some(DeviceMetrics { device_id, metrics }))
}

/// Reads at most `limit` readings of a device in the order of time, metric and dedup.
///
/// Each metric is read from the identity index up to the limit, so that the cost follows the answer and not the range.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn read_range(
    pool: &PgPool,
    device: &DeviceMetrics,
    range: &Range,
    limit: i64,
) -> Result<Vec<Measurement>, Error> {
    type Row = (i32, DateTime<Utc>, i64, Option<f64>, Option<String>, String);
    if device.metrics.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i32> = device.metrics.iter().map(|metric| metric.id).collect();
    let mut query = QueryBuilder::new(
        "SELECT metric_id, recorded_at, dedup, value, text_value, quality FROM unnest(",
    );
    query
        .push_bind(ids)
        .push("::int4[]) AS metric_id CROSS JOIN LATERAL ((");
    query.push("SELECT recorded_at, dedup, value, NULL::text AS text_value, quality FROM processed_record r");
    push_one_metric(&mut query, device.device_id, range, limit);
    query.push(") UNION ALL (");
    query.push("SELECT recorded_at, dedup, NULL::float8, value, quality FROM text_record r");
    push_one_metric(&mut query, device.device_id, range, limit);
    query.push(match range.order {
        Order::Ascending => ")) readings ORDER BY recorded_at, metric_id, dedup LIMIT ",
        Order::Descending => {
            ")) readings ORDER BY recorded_at DESC, metric_id DESC, dedup DESC LIMIT "
        }
    });
    query.push_bind(limit);
    let rows: Vec<Row> = query
        .build_query_as()
        .fetch_all(pool)
        .await
        .map_err(Error::during("read a range of readings"))?;
    let kind_of = |metric_id: i32| {
        device
            .metrics
            .iter()
            .find(|metric| metric.id == metric_id)
            .map_or("number", |metric| metric.kind.as_str())
    };
    Ok(rows
        .into_iter()
        .filter_map(|(metric_id, recorded_at, dedup, number, text, quality)| {
            let value = StoredValue::from_columns(number, text, kind_of(metric_id))?;
            Some(Measurement {
                key: ReadingKey {
                    recorded_at,
                    metric_id,
                    dedup,
                },
                value,
                quality,
            })
        })
        .collect())
}

/// The conditions, order and limit for one metric of one table.
fn push_one_metric(query: &mut QueryBuilder<Postgres>, device_id: i64, range: &Range, limit: i64) {
    let (from, to) = bounds(range);
    query
        .push(" WHERE r.device_id = ")
        .push_bind(device_id)
        .push(" AND r.metric_id = metric_id.metric_id");
    if let Some(from) = from {
        query.push(" AND r.recorded_at >= ").push_bind(from);
    }
    if let Some(to) = to {
        query.push(" AND r.recorded_at < ").push_bind(to);
    }
    if let Some(after) = range.after {
        query.push(match range.order {
            Order::Ascending => " AND (r.recorded_at, r.metric_id, r.dedup) > (",
            Order::Descending => " AND (r.recorded_at, r.metric_id, r.dedup) < (",
        });
        query
            .push_bind(after.recorded_at)
            .push(", ")
            .push_bind(after.metric_id);
        query.push(", ").push_bind(after.dedup).push(")");
    }
    query.push(match range.order {
        Order::Ascending => " ORDER BY r.recorded_at, r.dedup LIMIT ",
        Order::Descending => " ORDER BY r.recorded_at DESC, r.dedup DESC LIMIT ",
    });
    query.push_bind(limit);
}

/// Narrows the interval to what comes after the cursor, so that the index starts there.
fn bounds(range: &Range) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let Some(after) = range.after else {
        return (range.from, range.to);
    };
    match range.order {
        Order::Ascending => (
            Some(
                range
                    .from
                    .map_or(after.recorded_at, |from| from.max(after.recorded_at)),
            ),
            range.to,
        ),
        Order::Descending => {
            let end = after.recorded_at + TimeDelta::microseconds(1);
            (range.from, Some(range.to.map_or(end, |to| to.min(end))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(micros).unwrap()
    }

    #[test]
    fn a_cursor_narrows_the_interval_on_its_side() {
        let after = Some(ReadingKey {
            recorded_at: at(50),
            metric_id: 1,
            dedup: 0,
        });
        let range = |order| Range {
            from: Some(at(10)),
            to: Some(at(90)),
            order,
            after,
        };
        assert_eq!(
            bounds(&range(Order::Ascending)),
            (Some(at(50)), Some(at(90)))
        );
        assert_eq!(
            bounds(&range(Order::Descending)),
            (Some(at(10)), Some(at(51)))
        );
        let open = Range {
            from: None,
            to: None,
            order: Order::Descending,
            after,
        };
        assert_eq!(bounds(&open), (None, Some(at(51))));
    }
}
