//! How much there is to read, before it is read: from the counts that the rollups keep.

use chrono::TimeDelta;
use sqlx::PgPool;

use crate::Error;
use crate::query::buckets::Grid;
use crate::query::measurements::{Clock, Selection};
use crate::rollup::Level;

/// Intervals from this length on are counted by the day, shorter ones by the hour.
const BY_THE_DAY: TimeDelta = TimeDelta::days(4);

/// About how many readings a query over this selection reads. What waits to be rolled up is missing; the ends are rounded
/// out to whole hours or days. By the time of arrival every reading of the series is looked at.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn count_readings(pool: &PgPool, selection: &Selection) -> Result<u64, Error> {
    let (devices, metrics) = selection.columns();
    let failed = Error::during("count readings");
    let range = &selection.range;
    let is_open = range.from.is_none() && range.to.is_none();
    let count: i64 = if is_open || selection.clock == Clock::Received {
        sqlx::query_scalar(
            "SELECT coalesce(sum(n), 0)::int8 FROM series JOIN unnest($1::int8[], $2::int4[]) AS asked (device_id, metric_id) \
             USING (device_id, metric_id)",
        )
        .bind(devices)
        .bind(metrics)
        .fetch_one(pool)
        .await
        .map_err(failed)?
    } else {
        let is_long = match (range.from, range.to) {
            (Some(from), Some(to)) => to - from >= BY_THE_DAY,
            _ => true,
        };
        let level = if is_long { Level::Day } else { Level::Hour };
        let widened = Grid::of(level).widen(range);
        let statement = format!(
            "SELECT coalesce(sum(n + texts), 0)::int8 FROM {} JOIN unnest($1::int8[], $2::int4[]) AS asked (device_id, metric_id) \
             USING (device_id, metric_id) WHERE ($3::timestamptz IS NULL OR bucket >= $3) AND ($4::timestamptz IS NULL OR bucket < $4)",
            level.table()
        );
        sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
            .bind(devices)
            .bind(metrics)
            .bind(widened.from)
            .bind(widened.to)
            .fetch_one(pool)
            .await
            .map_err(failed)?
    };
    Ok(u64::try_from(count).unwrap_or_default())
}
