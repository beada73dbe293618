//! The newest values after readings have come to count or not to count.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::Error;

/// Writers that bring newer readings of these series wait, and find what we have written.
const LOCK: &str = "
    SELECT l.device_id, l.metric_id FROM latest_value l
    JOIN unnest($1::bigint[], $2::int[]) AS k (device_id, metric_id) USING (device_id, metric_id)
    ORDER BY l.device_id, l.metric_id FOR UPDATE OF l";

/// A newest value that does not count any more.
const FORGET: &str = "
    DELETE FROM latest_value l USING unnest($1::bigint[], $2::int[], $3::timestamptz[]) AS gone (device_id, metric_id, recorded_at)
    WHERE l.device_id = gone.device_id AND l.metric_id = gone.metric_id AND l.recorded_at = gone.recorded_at";

const PUT: &str = "
    INSERT INTO latest_value AS latest (device_id, metric_id, recorded_at, received_at, value, text_value)
    SELECT k.device_id, k.metric_id, newest.* FROM unnest($1::bigint[], $2::int[]) AS k (device_id, metric_id)
    CROSS JOIN LATERAL (
        SELECT * FROM (
            (SELECT recorded_at, received_at, value, NULL::text AS text_value FROM processed_record r
             WHERE r.device_id = k.device_id AND r.metric_id = k.metric_id AND NOT EXISTS (
                 SELECT FROM reading_superseded s WHERE s.device_id = r.device_id AND s.metric_id = r.metric_id
                     AND s.recorded_at = r.recorded_at AND s.dedup = r.dedup AND s.restored_at IS NULL)
             ORDER BY recorded_at DESC, received_at DESC LIMIT 1)
            UNION ALL
            (SELECT recorded_at, received_at, NULL, value FROM text_record r
             WHERE r.device_id = k.device_id AND r.metric_id = k.metric_id AND NOT EXISTS (
                 SELECT FROM reading_superseded s WHERE s.device_id = r.device_id AND s.metric_id = r.metric_id
                     AND s.recorded_at = r.recorded_at AND s.dedup = r.dedup AND s.restored_at IS NULL)
             ORDER BY recorded_at DESC, received_at DESC LIMIT 1)
        ) AS either ORDER BY recorded_at DESC, received_at DESC LIMIT 1
    ) AS newest
    ORDER BY k.device_id, k.metric_id
    ON CONFLICT (device_id, metric_id) DO UPDATE SET recorded_at = excluded.recorded_at,
        received_at = excluded.received_at, value = excluded.value, text_value = excluded.text_value
    WHERE (excluded.recorded_at, excluded.received_at) > (latest.recorded_at, latest.received_at)";

/// Puts the newest values of the touched series right; `gone` are the times at which a reading counts no more.
pub(super) async fn put_right(
    connection: &mut PgConnection,
    touched: &BTreeSet<(i64, i32)>,
    gone: &BTreeSet<(i64, i32, DateTime<Utc>)>,
) -> Result<(), Error> {
    let failed = Error::during("put the newest values right");
    let (devices, metrics): (Vec<i64>, Vec<i32>) = touched.iter().copied().unzip();
    sqlx::query(LOCK)
        .bind(&devices)
        .bind(&metrics)
        .execute(&mut *connection)
        .await
        .map_err(&failed)?;
    if !gone.is_empty() {
        sqlx::query(FORGET)
            .bind(gone.iter().map(|gone| gone.0).collect::<Vec<_>>())
            .bind(gone.iter().map(|gone| gone.1).collect::<Vec<_>>())
            .bind(gone.iter().map(|gone| gone.2).collect::<Vec<_>>())
            .execute(&mut *connection)
            .await
            .map_err(&failed)?;
    }
    sqlx::query(PUT)
        .bind(&devices)
        .bind(&metrics)
        .execute(connection)
        .await
        .map(drop)
        .map_err(&failed)
}
