//! Rolled-up readings of any number of series: from the rollups, or computed from readings where the rollups cannot tell.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder, Row as _};

use crate::Error;
pub use crate::query::grid::Grid;
use crate::query::history;
use crate::query::measurements::{Clock, Order, Range, ReadingKey, Selection, bounds};
use crate::rollup::{Level, OF_BUCKETS, OF_READINGS};

/// Readings of one series in one bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct Bucket {
    /// Its place; `at` is its start.
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
    /// The percentiles asked for; empty when there are no numbers.
    pub percentiles: Vec<f64>,
}

/// From what buckets are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// From buckets of a rollup; the grid's must be made of whole ones.
    Rollup(Level),
    /// From readings.
    Readings,
}

/// Which buckets are wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregation {
    /// How time is cut.
    pub grid: Grid,
    /// From what they are made. As of a past moment, by the time of arrival, and for percentiles it is always readings.
    pub basis: Basis,
    /// Fractions between 0 and 1.
    pub percentiles: Vec<f64>,
}

impl Aggregation {
    /// The buckets of a rollup.
    pub fn of(level: Level) -> Self {
        Self {
            grid: Grid::of(level),
            basis: Basis::Rollup(level),
            percentiles: Vec::new(),
        }
    }

    /// From what the buckets of this selection are made.
    pub fn basis_of(&self, selection: &Selection) -> Basis {
        let must_read = selection.as_of.is_some()
            || selection.clock == Clock::Received
            || !self.percentiles.is_empty();
        if must_read {
            Basis::Readings
        } else {
            self.basis
        }
    }
}

/// Reads at most `limit` buckets in the order of time, device and metric. The interval is widened to whole buckets.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn read_buckets(
    pool: &PgPool,
    selection: &Selection,
    aggregation: &Aggregation,
    limit: i64,
) -> Result<Vec<Bucket>, Error> {
    if selection.series.is_empty() {
        return Ok(Vec::new());
    }
    let rows = bucket_query(selection, aggregation, limit)
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
    let widened = Grid::of(Level::Hour).widen(&selection.range);
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

fn bucket_query(
    selection: &Selection,
    aggregation: &Aggregation,
    limit: i64,
) -> QueryBuilder<Postgres> {
    let (devices, metrics) = selection.columns();
    let mut query = QueryBuilder::new(
        "SELECT b.bucket, s.device_id, s.metric_id, b.n, b.min, b.max, b.sum, b.first, b.first_at, b.last, b.last_at, \
         b.texts, b.last_text, b.percentiles FROM ",
    );
    let links = selection.links();
    let is_linked = links.is_some();
    match links {
        None => query.push("unnest("),
        Some(links) => {
            query.push(
                "(SELECT main AS device_id, metric_id, array_agg(device_id) AS ids FROM unnest(",
            );
            query.push_bind(links).push("::int8[], ")
        }
    };
    query.push_bind(devices).push("::int8[], ");
    query.push_bind(metrics).push(if is_linked {
        "::int4[]) AS a (main, device_id, metric_id) GROUP BY 1, 2) AS s CROSS JOIN LATERAL ("
    } else {
        "::int4[]) AS s (device_id, metric_id) CROSS JOIN LATERAL ("
    });
    let range = aggregation.grid.widen(&selection.range);
    match aggregation.basis_of(selection) {
        Basis::Rollup(level) if !is_linked && aggregation.grid == Grid::of(level) => {
            query
                .push("SELECT *, NULL::float8[] AS percentiles FROM ")
                .push(level.table())
                .push(" r");
            push_interval(&mut query, bounds(&range), "r.bucket", false);
            push_after(&mut query, &range);
            query.push(match range.order {
                Order::Ascending => " ORDER BY r.bucket LIMIT ",
                Order::Descending => " ORDER BY r.bucket DESC LIMIT ",
            });
            query.push_bind(limit);
        }
        basis => push_computed(&mut query, selection, aggregation, basis),
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

/// The same columns from finer buckets, or from the readings that count.
fn push_computed(
    query: &mut QueryBuilder<Postgres>,
    selection: &Selection,
    aggregation: &Aggregation,
    basis: Basis,
) {
    let grid = &aggregation.grid;
    // A page that goes on within a bucket still needs all of it.
    let (from, to) = bounds(&selection.range);
    let whole = grid.widen(&Range {
        from,
        to,
        ..selection.range
    });
    query.push("SELECT * FROM (SELECT s.device_id, s.metric_id, ");
    match basis {
        Basis::Rollup(level) => {
            grid.push_bucket(query, "r.bucket");
            query
                .push(" AS bucket, ")
                .push(OF_BUCKETS)
                .push(", NULL::float8[] AS percentiles FROM ");
            query.push(level.table()).push(" r");
            push_interval(
                query,
                (whole.from, whole.to),
                "r.bucket",
                selection.links().is_some(),
            );
            query.push(" GROUP BY 3) r WHERE true");
        }
        Basis::Readings => {
            grid.push_bucket(query, "placed");
            query.push(" AS bucket, ").push(OF_READINGS);
            if aggregation.percentiles.is_empty() {
                query.push(", NULL::float8[] AS percentiles");
            } else {
                query.push(", percentile_cont(");
                query.push_bind(aggregation.percentiles.clone());
                query.push("::float8[]) WITHIN GROUP (ORDER BY value) AS percentiles");
            }
            query.push(" FROM (");
            push_readings(query, selection, (whole.from, whole.to));
            query.push(") counted GROUP BY 3) r WHERE true");
        }
    }
    push_after(query, &selection.range);
}

/// The readings of a series that count, with their place in time.
fn push_readings(
    query: &mut QueryBuilder<Postgres>,
    selection: &Selection,
    interval: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
) {
    let column = selection.clock.column();
    for (start, columns) in [
        (
            "SELECT ",
            ", dedup, value, NULL::text AS text FROM processed_record r",
        ),
        (
            " UNION ALL SELECT ",
            ", dedup, NULL::float8, value FROM text_record r",
        ),
    ] {
        query
            .push(start)
            .push(column)
            .push(" AS placed, r.recorded_at");
        query.push(columns);
        push_interval(query, interval, column, selection.links().is_some());
        history::push_valid(query, selection);
    }
}

fn push_interval(
    query: &mut QueryBuilder<Postgres>,
    (from, to): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    column: &str,
    is_linked: bool,
) {
    query.push(if is_linked {
        " WHERE r.device_id = ANY (s.ids) AND r.metric_id = s.metric_id"
    } else {
        " WHERE r.device_id = s.device_id AND r.metric_id = s.metric_id"
    });
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
    query.push_bind(after.at).push(", ");
    query.push_bind(after.device_id).push(", ");
    query.push_bind(after.metric_id).push(")");
}

fn bucket(row: &PgRow) -> Result<Bucket, sqlx::Error> {
    Ok(Bucket {
        key: ReadingKey {
            at: row.try_get("bucket")?,
            device_id: row.try_get("device_id")?,
            metric_id: row.try_get("metric_id")?,
            recorded_at: row.try_get("bucket")?,
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
        percentiles: row
            .try_get::<Option<Vec<_>>, _>("percentiles")?
            .unwrap_or_default(),
    })
}
