//! Bare points of one series, for charts: from the index alone.

use chrono::{DateTime, Utc};
use sqlx::{PgPool, QueryBuilder};

use crate::Error;
use crate::query::measurements::{ReadingKey, Selection, push_one_series};

/// A number with its place in time, which is that of a reading.
pub type Point = (DateTime<Utc>, i64, i64, f64);

/// Reads at most `limit` numbers of the one series, or of those that are one history.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn read_points(
    pool: &PgPool,
    selection: &Selection,
    limit: i64,
) -> Result<Vec<Point>, Error> {
    let (devices, metrics) = selection.columns();
    let is_linked = devices.len() > 1;
    let mut query = QueryBuilder::new("SELECT recorded_at, s.device_id, dedup, value FROM unnest(");
    query.push_bind(devices).push("::int8[], ");
    query.push_bind(metrics).push(
        "::int4[]) AS s (device_id, metric_id) CROSS JOIN LATERAL (SELECT recorded_at, dedup, value FROM processed_record r",
    );
    push_one_series(&mut query, selection, limit);
    query.push(") points");
    if is_linked {
        query.push(" ORDER BY recorded_at, s.device_id, dedup LIMIT ");
        query.push_bind(limit);
    }
    query
        .build_query_as()
        .fetch_all(pool)
        .await
        .map_err(Error::during("read the points of a series"))
}

/// The place after a point, to go on from.
pub fn place(selection: &Selection, (at, device_id, dedup, _): Point) -> Option<ReadingKey> {
    let series = selection.series.first()?;
    Some(ReadingKey {
        at,
        device_id,
        metric_id: series.metric_id,
        recorded_at: at,
        dedup,
    })
}
