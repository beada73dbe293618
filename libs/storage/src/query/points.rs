//! Bare points of one series, for charts: from the index alone.

use chrono::{DateTime, Utc};
use sqlx::{PgPool, QueryBuilder};

use crate::Error;
use crate::query::measurements::{ReadingKey, Selection, push_one_series};

/// A time with its number, and what tells it from others of the same instant.
pub type Point = (DateTime<Utc>, i64, f64);

/// Reads at most `limit` numbers of the first series of the selection.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn read_points(
    pool: &PgPool,
    selection: &Selection,
    limit: i64,
) -> Result<Vec<Point>, Error> {
    let Some(series) = selection.series.first() else {
        return Ok(Vec::new());
    };
    let mut query = QueryBuilder::new("SELECT recorded_at, dedup, value FROM (SELECT ");
    query
        .push_bind(series.device_id)
        .push("::int8 AS device_id, ")
        .push_bind(series.metric_id)
        .push("::int4 AS metric_id) s CROSS JOIN LATERAL (SELECT recorded_at, dedup, value FROM processed_record r");
    push_one_series(&mut query, selection, limit);
    query.push(") points");
    query
        .build_query_as()
        .fetch_all(pool)
        .await
        .map_err(Error::during("read the points of a series"))
}

/// The place after a point, to go on from.
pub fn place(selection: &Selection, (at, dedup, _): Point) -> Option<ReadingKey> {
    let series = selection.series.first()?;
    Some(ReadingKey {
        at,
        device_id: series.device_id,
        metric_id: series.metric_id,
        recorded_at: at,
        dedup,
    })
}
