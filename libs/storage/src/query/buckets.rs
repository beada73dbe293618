//! Rolled-up readings of any number of series: from the rollups, or computed from readings where the rollups cannot tell.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder, Row as _};

use crate::Error;
use crate::instant::timestamp;
use crate::query::history;
use crate::query::measurements::{Order, Range, ReadingKey, Selection, bounds};
use crate::rollup::{Level, OF_READINGS};

/// Readings of one series in one bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct Bucket {
    /// Its place; `recorded_at` is its start.
    pub key: ReadingKey,
    /// Number of numbers (booleans are 0 and 1).
    pub n: i64,
    /// Least number.
    pub min: Option<f64>,
    /// Greatest number.
    pub max: Option<f64>,
    /// Sum of the numbers; `None` also when no double can hold it.
    pub sum: Option<f64>,
    /// First number by time.
    pub first: Option<f64>,
    /// Last number by time.
    pub last: Option<f64>,
    /// Time of the first reading.
    pub first_at: DateTime<Utc>,
    /// Time of the last reading.
    pub last_at: DateTime<Utc>,
    /// Number of texts.
    pub texts: i64,
    /// Last text by time.
    pub last_text: Option<String>,
}

/// Reads at most `limit` buckets in the order of time, device and metric. The interval is widened to whole buckets.
///
/// As of a past moment they are computed from the readings that counted then.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn read_buckets(
    pool: &PgPool,
    selection: &Selection,
    level: Level,
    limit: i64,
) -> Result<Vec<Bucket>, Error> {
    if selection.series.is_empty() {
        return Ok(Vec::new());
    }
    let rows = bucket_query(selection, level, limit)
        .build()
        .fetch_all(pool)
        .await
        .map_err(Error::during("read rolled-up readings"))?;
    rows.iter()
        .map(bucket)
        .collect::<Result<_, _>>()
        .map_err(Error::during("read rolled-up readings"))
}

/// Whether readings of these series in this interval wait to be rolled up.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn is_pending(pool: &PgPool, selection: &Selection) -> Result<bool, Error> {
    let (devices, metrics) = selection.columns();
    let widened = widen(&selection.range, Level::Hour);
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM rollup_mark WHERE device_ids && $1 AND ($3::timestamptz IS NULL OR hour >= $3) \
         AND ($4::timestamptz IS NULL OR hour < $4) AND EXISTS ( \
             SELECT FROM unnest(device_ids, metric_ids) AS marked (device_id, metric_id) \
             JOIN unnest($1::int8[], $2::int4[]) AS asked (device_id, metric_id) USING (device_id, metric_id)))",
    )
    .bind(devices)
    .bind(metrics)
    .bind(widened.from)
    .bind(widened.to)
    .fetch_one(pool)
    .await
    .map_err(Error::during("ask whether rollups are complete"))
}

/// Time of the newest reading of these series that is rolled up.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn rolled_up_to(
    pool: &PgPool,
    selection: &Selection,
) -> Result<Option<DateTime<Utc>>, Error> {
    let (devices, metrics) = selection.columns();
    sqlx::query_scalar(
        "SELECT max(last_at) FROM series JOIN unnest($1::int8[], $2::int4[]) AS asked (device_id, metric_id) \
         USING (device_id, metric_id)",
    )
    .bind(devices)
    .bind(metrics)
    .fetch_one(pool)
    .await
    .map_err(Error::during("ask how far rollups are"))
}

fn bucket_query(selection: &Selection, level: Level, limit: i64) -> QueryBuilder<Postgres> {
    let (devices, metrics) = selection.columns();
    let mut query = QueryBuilder::new(
        "SELECT b.bucket, s.device_id, s.metric_id, b.n, b.min, b.max, b.sum, b.first, b.first_at, b.last, b.last_at, \
         b.texts, b.last_text FROM unnest(",
    );
    query.push_bind(devices).push("::int8[], ");
    query
        .push_bind(metrics)
        .push("::int4[]) AS s (device_id, metric_id) CROSS JOIN LATERAL (");
    let range = widen(&selection.range, level);
    if selection.as_of.is_some() {
        push_computed(&mut query, selection, &range, level);
    } else {
        query.push("SELECT * FROM ").push(level.table()).push(" r");
        push_interval(&mut query, bounds(&range), "r.bucket");
        push_after(&mut query, &range);
        query.push(match range.order {
            Order::Ascending => " ORDER BY r.bucket LIMIT ",
            Order::Descending => " ORDER BY r.bucket DESC LIMIT ",
        });
        query.push_bind(limit);
    }
    query.push(match range.order {
        Order::Ascending => ") b ORDER BY b.bucket, s.device_id, s.metric_id LIMIT ",
        Order::Descending => {
            ") b ORDER BY b.bucket DESC, s.device_id DESC, s.metric_id DESC LIMIT "
        }
    });
    query.push_bind(limit);
    query
}

/// The same columns from the readings that counted as of the selection's moment.
fn push_computed(
    query: &mut QueryBuilder<Postgres>,
    selection: &Selection,
    range: &Range,
    level: Level,
) {
    query
        .push("SELECT * FROM (SELECT s.device_id, s.metric_id, date_trunc('")
        .push(level.unit())
        .push("', recorded_at, 'UTC') AS bucket, ")
        .push(OF_READINGS)
        .push(" FROM (");
    // A page that goes on within a bucket still needs all of its readings.
    let (from, to) = bounds(range);
    let whole = widen(&Range { from, to, ..*range }, level);
    for columns in [
        "SELECT recorded_at, dedup, value, NULL::text AS text FROM processed_record r",
        " UNION ALL SELECT recorded_at, dedup, NULL::float8, value FROM text_record r",
    ] {
        query.push(columns);
        push_interval(query, (whole.from, whole.to), "r.recorded_at");
        history::push_valid(query, selection);
    }
    query.push(") counted GROUP BY 3) r WHERE true");
    push_after(query, range);
}

fn push_interval(
    query: &mut QueryBuilder<Postgres>,
    (from, to): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    column: &str,
) {
    query.push(" WHERE r.device_id = s.device_id AND r.metric_id = s.metric_id");
    if let Some(from) = from {
        query
            .push(" AND ")
            .push(column)
            .push(" >= ")
            .push_bind(from);
    }
    if let Some(to) = to {
        query.push(" AND ").push(column).push(" < ").push_bind(to);
    }
}

fn push_after(query: &mut QueryBuilder<Postgres>, range: &Range) {
    let Some(after) = range.after else {
        return;
    };
    query.push(match range.order {
        Order::Ascending => " AND (r.bucket, r.device_id, r.metric_id) > (",
        Order::Descending => " AND (r.bucket, r.device_id, r.metric_id) < (",
    });
    query.push_bind(after.recorded_at).push(", ");
    query.push_bind(after.device_id).push(", ");
    query.push_bind(after.metric_id).push(")");
}

fn bucket(row: &PgRow) -> Result<Bucket, sqlx::Error> {
    Ok(Bucket {
        key: ReadingKey {
            recorded_at: row.try_get("bucket")?,
            device_id: row.try_get("device_id")?,
            metric_id: row.try_get("metric_id")?,
            dedup: 0,
        },
        n: row.try_get("n")?,
        min: row.try_get("min")?,
        max: row.try_get("max")?,
        sum: row.try_get("sum")?,
        first: row.try_get("first")?,
        last: row.try_get("last")?,
        first_at: row.try_get("first_at")?,
        last_at: row.try_get("last_at")?,
        texts: row.try_get("texts")?,
        last_text: row.try_get("last_text")?,
    })
}

/// The range of the buckets that the range touches.
fn widen(range: &Range, level: Level) -> Range {
    let start = |at: DateTime<Utc>| timestamp(level.bucket(at.timestamp_micros()));
    let end =
        |at: DateTime<Utc>| timestamp(level.bucket(at.timestamp_micros() - 1) + level.width());
    Range {
        from: range.from.map(start),
        to: range.to.map(end),
        ..*range
    }
}
