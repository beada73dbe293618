//! The reading nearest to an instant.

use chrono::{DateTime, Utc};
use sqlx::{PgPool, Postgres, QueryBuilder};

use crate::Error;
use crate::query::history;
use crate::query::measurements::{Measurement, MeasurementRow, Selection};

/// The reading of each series that was measured nearest to the instant; of two equally near ones the earlier. The range of
/// the selection is not looked at.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn read_nearest(
    pool: &PgPool,
    selection: &Selection,
    at: DateTime<Utc>,
) -> Result<Vec<Measurement>, Error> {
    if selection.series.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<MeasurementRow> = nearest_query(selection, at)
        .build_query_as()
        .fetch_all(pool)
        .await
        .map_err(Error::during("find the nearest readings"))?;
    Ok(rows
        .into_iter()
        .filter_map(|row| selection.measurement(row))
        .collect())
}

fn nearest_query(selection: &Selection, at: DateTime<Utc>) -> QueryBuilder<Postgres> {
    let (devices, metrics) = selection.columns();
    let mut query = QueryBuilder::new(
        "SELECT s.device_id, s.metric_id, recorded_at, dedup, value, text_value, quality, NULL::timestamptz FROM unnest(",
    );
    query.push_bind(devices).push("::int8[], ");
    query
        .push_bind(metrics)
        .push("::int4[]) AS s (device_id, metric_id) CROSS JOIN LATERAL (SELECT * FROM (");
    let mut first = true;
    for columns in [
        "(SELECT recorded_at, dedup, value, NULL::text AS text_value, quality FROM processed_record r",
        "(SELECT recorded_at, dedup, NULL::float8, value, quality FROM text_record r",
    ] {
        for (side, order) in [
            (
                " AND r.recorded_at <= ",
                " ORDER BY r.recorded_at DESC, r.dedup DESC LIMIT 1)",
            ),
            (
                " AND r.recorded_at > ",
                " ORDER BY r.recorded_at, r.dedup LIMIT 1)",
            ),
        ] {
            query.push(if first { "" } else { " UNION ALL " });
            first = false;
            query.push(columns);
            query.push(" WHERE r.device_id = s.device_id AND r.metric_id = s.metric_id");
            query.push(side).push_bind(at);
            history::push_valid(&mut query, selection);
            query.push(order);
        }
    }
    query
        .push(") sides ORDER BY greatest(recorded_at - ")
        .push_bind(at)
        .push(", ")
        .push_bind(at)
        .push(" - recorded_at), recorded_at LIMIT 1) nearest ORDER BY s.device_id, s.metric_id");
    query
}
