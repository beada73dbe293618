//! Figures about the whole fleet.

use std::time::Duration;

use sqlx::PgPool;

use crate::Error;

/// How many devices there are, by status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceCounts {
    /// All.
    pub total: i64,
    /// Heard of within the limit and not reported offline.
    pub online: i64,
    /// Heard of before.
    pub silent: i64,
    /// Never heard of.
    pub never_seen: i64,
    /// Made by telemetry, never provisioned.
    pub placeholder: i64,
    /// With something refused within the last 24 hours.
    pub erring: i64,
}

/// Committed messages and readings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IngestTotals {
    /// Messages.
    pub messages: i64,
    /// Readings stored.
    pub processed: i64,
    /// Readings that were there already.
    pub duplicate: i64,
    /// Bad readings and payloads.
    pub error: i64,
    /// Messages given up for a verdict of the database.
    pub dead: i64,
    /// Mean messages per second over the last minute.
    pub messages_per_second: f64,
    /// Mean readings per second over the last minute.
    pub readings_per_second: f64,
}

/// A name and how often it occurs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedCount {
    /// The name; `None` where devices never told.
    pub name: Option<String>,
    /// How often.
    pub count: i64,
}

/// Counts devices by status.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn device_counts(pool: &PgPool, offline_after: Duration) -> Result<DeviceCounts, Error> {
    let (total, online, never_seen, placeholder, erring): (i64, i64, i64, i64, i64) = sqlx::query_as(
        "SELECT count(*), count(*) FILTER (WHERE online IS DISTINCT FROM false \
                                             AND last_seen_at > now() - make_interval(secs => $1)), \
         count(*) FILTER (WHERE last_seen_at IS NULL), count(*) FILTER (WHERE placeholder), \
         count(*) FILTER (WHERE last_error_at > now() - interval '24 hours') \
         FROM device WHERE deleted_at IS NULL",
    )
    .bind(offline_after.as_secs_f64())
    .fetch_one(pool)
    .await.map_err(Error::during("count devices"))?;
    Ok(DeviceCounts {
        total,
        online,
        silent: total - online - never_seen,
        never_seen,
        placeholder,
        erring,
    })
}

/// Sums the ledger. The rate weighs the minute before with what of it lies within the last 60 seconds.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn ingest_totals(pool: &PgPool) -> Result<IngestTotals, Error> {
    type Row = (i64, i64, i64, i64, i64, f64, f64);
    let row: Row = sqlx::query_as(
        "WITH totals AS ( \
             SELECT coalesce(sum(parsed + failed + control + dead), 0)::int8 AS messages, \
                    coalesce(sum(processed), 0)::int8 AS processed, coalesce(sum(duplicate), 0)::int8 AS duplicate, \
                    coalesce(sum(error), 0)::int8 AS error, coalesce(sum(dead), 0)::int8 AS dead FROM ingest_ledger \
         ), share AS ( \
             SELECT date_trunc('minute', now()) AS this_minute, \
                    1 - extract(epoch FROM now() - date_trunc('minute', now()))::float8 / 60 AS before \
         ), recent AS ( \
             SELECT coalesce(sum((parsed + failed + control + dead) * weight), 0)::float8 / 60 AS messages, \
                    coalesce(sum(processed * weight), 0)::float8 / 60 AS readings \
             FROM (SELECT l.*, CASE WHEN l.minute < this_minute THEN before ELSE 1 END AS weight \
                   FROM ingest_ledger l, share WHERE l.minute >= this_minute - interval '1 minute') weighed \
         ) SELECT totals.messages, processed, duplicate, error, dead, recent.messages, readings FROM totals, recent",
    )
    .fetch_one(pool)
    .await.map_err(Error::during("sum the ledger"))?;
    let (messages, processed, duplicate, error, dead, messages_per_second, readings_per_second) =
        row;
    Ok(IngestTotals {
        messages,
        processed,
        duplicate,
        error,
        dead,
        messages_per_second,
        readings_per_second,
    })
}

/// Reasons of the errors that arrived within the last 24 hours, most frequent first.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn error_reasons(pool: &PgPool) -> Result<Vec<NamedCount>, Error> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT reason, count(*) FROM ingest_error WHERE received_at > now() - interval '24 hours' \
         GROUP BY reason ORDER BY count(*) DESC, reason",
    )
    .fetch_all(pool)
    .await
    .map_err(Error::during("count error reasons"))?;
    Ok(rows
        .into_iter()
        .map(|(name, count)| NamedCount {
            name: Some(name),
            count,
        })
        .collect())
}

/// Firmware versions in the fleet, most frequent first.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn firmware_versions(pool: &PgPool) -> Result<Vec<NamedCount>, Error> {
    let rows: Vec<(Option<String>, i64)> = sqlx::query_as(
        "SELECT firmware, count(*) FROM device WHERE deleted_at IS NULL \
         GROUP BY firmware ORDER BY count(*) DESC, firmware LIMIT 100",
    )
    .fetch_all(pool)
    .await
    .map_err(Error::during("count firmware versions"))?;
    Ok(rows
        .into_iter()
        .map(|(name, count)| NamedCount { name, count })
        .collect())
}
