//! Filling: by the server itself, day by day as data arrives, so that indexes grow as they do in a long life.

use anyhow::{Context, Result};
use sens_storage::PgPool;
use sens_storage::rollup::{Pass, recompute};
use sens_testkit::Postgres;
use sqlx::{Connection, Executor, PgConnection};

use crate::options::{A_DAY, Options};

const DEVICES: &str = "
    INSERT INTO device (serial, placeholder, first_seen_at, last_seen_at)
    SELECT 'SCALE-' || lpad(number::text, 7, '0'), false, now() - make_interval(days => $2), now()
    FROM generate_series(1, $1) AS number";

/// The start of a day some days ago.
const DAY: &str = "date_trunc('day', now(), 'UTC') - make_interval(days => $1)";

/// What was measured on the day that is $1 days ago, in the order of time: each device has its hour, and one of the four
/// listed metrics.
const READINGS: &str = "
    INSERT INTO processed_record (device_id, metric_id, recorded_at, dedup, value, received_at, raw_epoch, raw_seq, raw_item, decoder)
    SELECT device, 1 + device % 4, at, hashint8extended(device, extract(epoch FROM at)::bigint), round((random() * 100)::numeric, 2),
           at + interval '1 second', 1, $2 + row_number() OVER (ORDER BY at), 0, 'v1@1'
    FROM (
        SELECT id AS device, date_trunc('day', now(), 'UTC') - make_interval(days => $1) + id * 997 % 1430 * interval '1 minute'
            + number * interval '10 seconds' AS at
        FROM device, generate_series(0, $3 - 1) AS number
    ) AS session ORDER BY at";

/// The payloads of the days that raw records are kept.
const PAYLOADS: &str = "
    INSERT INTO raw_record (epoch, seq, received_at, device_id, source, topic, decoder, outcome, decoded_count, error_count,
        payload_length, payload)
    SELECT 1, raw_seq, received_at, device_id, 'mqtt', 'sens/v1/' || serial || '/telemetry', decoder, 'parsed', 1, 0, length(body), body
    FROM processed_record JOIN device ON device.id = device_id,
         convert_to(format('{\"v\":1,\"readings\":[{\"metric\":\"battery_charge\",\"value\":%s,\"at\":\"%s\"}]}', value, recorded_at), 'UTF8') AS body
    WHERE recorded_at >= now() - interval '30 days'";

const LATEST: &str = "
    INSERT INTO latest_value (device_id, metric_id, recorded_at, received_at, value)
    SELECT DISTINCT ON (device_id, metric_id) device_id, metric_id, recorded_at, received_at, value FROM processed_record
    WHERE recorded_at >= now() - interval '3 days' ORDER BY device_id, metric_id, recorded_at DESC";

/// The marks that the write path leaves, an hour of a day at a time.
const MARKS: &str = "
    INSERT INTO rollup_mark (hour, device_ids, metric_ids, minutes)
    SELECT hour, array_agg(device_id), array_agg(metric_id), array_agg((1::bigint << 60) - 1)
    FROM (SELECT DISTINCT date_trunc('hour', recorded_at, 'UTC') AS hour, device_id, metric_id FROM processed_record) AS there
    GROUP BY hour ORDER BY hour";

const COMPRESS: &str = "
    SELECT count(*) FROM unnest(ARRAY['raw_record', 'processed_record', 'text_record']) AS parent,
        LATERAL (SELECT compress_chunk(chunk, if_not_compressed => true)
                 FROM show_chunks(parent::regclass, older_than => interval '14 days') AS chunk) AS done";

/// Devices, readings, payloads and newest values.
pub(crate) async fn readings(pool: &PgPool, options: &Options) -> Result<()> {
    let devices = i32::try_from(options.devices())?;
    let days = i32::try_from(options.days)?;
    sqlx::query(DEVICES)
        .bind(devices)
        .bind(days)
        .execute(pool)
        .await
        .context("fill devices")?;
    let a_day = i32::try_from(A_DAY)?;
    let mut sequence = 0_i64;
    for ago in (1..=days).rev() {
        for table in ["raw_record", "processed_record"] {
            let ensure = format!("SELECT ensure_partition($2, {DAY})");
            sqlx::query(sqlx::AssertSqlSafe(ensure))
                .bind(ago)
                .bind(table)
                .execute(pool)
                .await
                .context("make a partition")?;
        }
        let done = sqlx::query(READINGS)
            .bind(ago)
            .bind(sequence)
            .bind(a_day)
            .execute(pool)
            .await
            .with_context(|| format!("fill the day {ago} days ago"))?;
        sequence += done.rows_affected().cast_signed();
    }
    for (what, statement) in [("payloads", PAYLOADS), ("newest values", LATEST)] {
        sqlx::query(statement)
            .execute(pool)
            .await
            .with_context(|| format!("fill {what}"))?;
    }
    Ok(())
}

/// Rolls up everything.
pub(crate) async fn rollups(pool: &PgPool) -> Result<()> {
    sqlx::query(MARKS)
        .execute(pool)
        .await
        .context("mark what is to be rolled up")?;
    while recompute(pool).await? != Pass::Idle {}
    Ok(())
}

/// What the policy of compression would do by the hour.
pub(crate) async fn compress(pool: &PgPool) -> Result<()> {
    sqlx::query(COMPRESS)
        .execute(pool)
        .await
        .map(drop)
        .context("compress the chunks")
}

/// Statistics and the visibility map, as autovacuum leaves them.
pub(crate) async fn settle(pool: &PgPool) -> Result<()> {
    pool.execute("VACUUM ANALYZE")
        .await
        .map(drop)
        .context("vacuum")
}

/// Drops the database in a server that was given.
pub(crate) async fn forget(postgres: &Postgres, url: &str) -> Result<()> {
    let (_, name) = url.rsplit_once('/').context("the URL names no database")?;
    let name = name.split('?').next().unwrap_or(name);
    let mut connection = PgConnection::connect(&postgres.url()).await?;
    let drop_it = format!("DROP DATABASE \"{name}\" WITH (FORCE)");
    connection
        .execute(sqlx::AssertSqlSafe(drop_it))
        .await
        .map(drop)
        .context("drop the database")
}
