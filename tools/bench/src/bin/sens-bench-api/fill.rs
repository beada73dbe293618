//! What is asked for: some devices with the four listed metrics, and a long history of one of them.

use anyhow::{Context, Result};
use sens_storage::PgPool;

/// The metric with a history.
pub(crate) const METRIC: &str = "battery_charge";
/// Devices that are asked about in turns.
pub(crate) const DEVICES: i32 = 100;
/// Readings of each.
const READINGS: i32 = 5000;

const STATEMENTS: [&str; 5] = [
    "INSERT INTO device (serial, placeholder, first_seen_at, last_seen_at) \
     SELECT 'BENCH-' || number, false, now(), now() FROM generate_series(1, $1) AS number WHERE $2 > 0",
    "SELECT count(ensure_partition('processed_record', at)) FROM generate_series(now() - make_interval(secs => $1 + $2), now(), interval '1 day') AS at",
    "INSERT INTO processed_record (device_id, metric_id, recorded_at, dedup, value, received_at, raw_epoch, raw_seq, raw_item, decoder) \
     SELECT d.id, m.id, date_trunc('second', now()) - make_interval(secs => number), number, round(random()::numeric * 100, 2), now(), 1, 1, 0, 'v1@1' \
     FROM device d, metric m, generate_series(1, $2) AS number WHERE m.name = 'battery_charge' AND $1 > 0",
    "INSERT INTO latest_value (device_id, metric_id, recorded_at, received_at, value) \
     SELECT d.id, m.id, date_trunc('second', now()) - interval '1 second', now(), $1::float8 / $2 FROM device d, metric m WHERE m.listed",
    "VACUUM ANALYZE",
];

/// Fills a migrated database.
pub(crate) async fn fill(pool: &PgPool) -> Result<()> {
    for statement in STATEMENTS {
        let mut query = sqlx::query(statement);
        if statement.contains('$') {
            query = query.bind(DEVICES).bind(READINGS);
        }
        query.execute(pool).await.context("fill the database")?;
    }
    Ok(())
}
