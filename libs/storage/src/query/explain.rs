//! What is known of a device around a time.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;

use crate::Error;
use crate::query::StoredValue;

/// How far back readings are looked through for one that claims another time than it is stored at.
const CLAIMS: TimeDelta = TimeDelta::days(7);

/// Whose messages, and which interval `[from, to)`.
#[derive(Debug, Clone, Copy)]
pub struct Window<'a> {
    /// Ids of the device; none when it is not in the registry.
    pub device_ids: &'a [i64],
    /// The names it goes by: errors may name a device that is not in the registry.
    pub names: &'a [String],
    /// Inclusive start.
    pub from: DateTime<Utc>,
    /// Exclusive end.
    pub to: DateTime<Utc>,
}

/// A device as far as explaining needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedDevice {
    /// What its last status message or last will said.
    pub online: Option<bool>,
    /// When that was said.
    pub status_at: Option<DateTime<Utc>>,
    /// Newest arrival of anything from it.
    pub last_seen_at: Option<DateTime<Utc>>,
}

/// A start of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceStart {
    /// By its own clock where that is plausible.
    pub started_at: DateTime<Utc>,
    /// Its firmware, where it said so.
    pub firmware: Option<String>,
    /// Epoch of the message.
    pub epoch: i32,
    /// Sequence of the message.
    pub seq: i64,
}

/// A stored reading.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowReading {
    /// Its metric.
    pub metric: String,
    /// Its value.
    pub value: StoredValue,
    /// When it was measured.
    pub recorded_at: DateTime<Utc>,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// What the device claimed, where that was not believed.
    pub device_time: Option<DateTime<Utc>>,
    /// How far its time is to be trusted.
    pub quality: String,
    /// Epoch of its raw record.
    pub epoch: i32,
    /// Sequence of its raw record.
    pub seq: i64,
}

/// Finds the device and its legacy number; `None` when nothing good ever came from it.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn explained_device(
    pool: &PgPool,
    device_ids: &[i64],
) -> Result<Option<ExplainedDevice>, Error> {
    type Row = (Option<bool>, Option<DateTime<Utc>>, Option<DateTime<Utc>>);
    let row: Option<Row> = sqlx::query_as(
        "SELECT (array_agg(online ORDER BY status_at DESC NULLS LAST))[1], max(status_at), max(last_seen_at) \
         FROM device WHERE id = ANY($1) HAVING count(*) > 0",
    )
    .bind(device_ids)
    .fetch_optional(pool)
    .await
    .map_err(Error::during("find a device"))?;
    Ok(
        row.map(|(online, status_at, last_seen_at)| ExplainedDevice {
            online,
            status_at,
            last_seen_at,
        }),
    )
}

/// The positions of messages of the device that arrived in the window, oldest first: those that are attributed to it, and
/// those with an error that names it.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn positions_of_device(
    pool: &PgPool,
    window: Window<'_>,
    limit: i64,
) -> Result<Vec<(i32, i64)>, Error> {
    sqlx::query_as(
        "SELECT epoch, seq FROM ( \
             SELECT epoch, seq, received_at FROM raw_record WHERE device_id = ANY($1) AND received_at >= $3 AND received_at < $4 \
             UNION \
             SELECT epoch, seq, received_at FROM ingest_error WHERE serial = ANY($2) AND received_at >= $3 AND received_at < $4 \
         ) AS found ORDER BY received_at, epoch, seq LIMIT $5",
    )
    .bind(window.device_ids)
    .bind(window.names)
    .bind(window.from)
    .bind(window.to)
    .bind(limit)
    .fetch_all(pool)
    .await
    .map_err(Error::during("find the messages of a device"))
}

/// The positions of refused messages of the window that name no device, newest first, with their topics.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn unattributed_positions(
    pool: &PgPool,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(i32, i64)>, Error> {
    sqlx::query_as(
        "SELECT epoch, seq FROM ingest_error WHERE serial IS NULL AND received_at >= $1 AND received_at < $2 \
         GROUP BY epoch, seq ORDER BY max(received_at) DESC, seq DESC LIMIT $3",
    )
    .bind(from)
    .bind(to)
    .bind(limit)
    .fetch_all(pool)
    .await
    .map_err(Error::during("find messages of nobody"))
}

/// Arrivals of the device's last message before the window and of its first after it.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn arrivals_around(
    pool: &PgPool,
    window: Window<'_>,
) -> Result<(Option<DateTime<Utc>>, Option<DateTime<Utc>>), Error> {
    sqlx::query_as(
        "SELECT greatest( \
                    (SELECT max(received_at) FROM raw_record WHERE device_id = ANY($1) AND received_at < $3), \
                    (SELECT max(received_at) FROM ingest_error WHERE serial = ANY($2) AND received_at < $3)), \
                least( \
                    (SELECT min(received_at) FROM raw_record WHERE device_id = ANY($1) AND received_at >= $4), \
                    (SELECT min(received_at) FROM ingest_error WHERE serial = ANY($2) AND received_at >= $4))",
    )
    .bind(window.device_ids)
    .bind(window.names)
    .bind(window.from)
    .bind(window.to)
    .fetch_one(pool)
    .await
    .map_err(Error::during("find the arrivals around a time"))
}

/// Starts of the device that were told or happened in the window.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn starts_of_device(
    pool: &PgPool,
    window: Window<'_>,
) -> Result<Vec<DeviceStart>, Error> {
    let rows: Vec<(DateTime<Utc>, Option<String>, i32, i64)> = sqlx::query_as(
        "SELECT started_at, firmware, epoch, seq FROM device_startup WHERE device_id = ANY($1) \
         AND (started_at >= $2 AND started_at < $3 OR received_at >= $2 AND received_at < $3) ORDER BY started_at LIMIT 100",
    )
    .bind(window.device_ids)
    .bind(window.from)
    .bind(window.to)
    .fetch_all(pool)
    .await
    .map_err(Error::during("find the starts of a device"))?;
    Ok(rows
        .into_iter()
        .map(|(started_at, firmware, epoch, seq)| DeviceStart {
            started_at,
            firmware,
            epoch,
            seq,
        })
        .collect())
}

/// How many readings of the device that count were measured in the window, and those of them nearest to `at`.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn readings_near(
    pool: &PgPool,
    window: Window<'_>,
    metric: Option<&str>,
    at: DateTime<Utc>,
    limit: i64,
) -> Result<(i64, Vec<WindowReading>), Error> {
    let rows: Vec<(ReadingRow, i64)> = readings(
        pool,
        window,
        metric,
        "r.recorded_at >= $2 AND r.recorded_at < $3",
        at,
        limit,
    )
    .await?;
    let count = rows.first().map_or(0, |(_, count)| *count);
    Ok((
        count,
        rows.into_iter()
            .filter_map(|(row, _)| reading(row))
            .collect(),
    ))
}

/// Readings of the last days that claim to be of the window and are stored at another time, because that was not believed;
/// those nearest to `at` first.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn readings_claimed(
    pool: &PgPool,
    window: Window<'_>,
    metric: Option<&str>,
    at: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<WindowReading>, Error> {
    let since = Utc::now() - CLAIMS;
    let condition = format!(
        "r.device_time >= $2 AND r.device_time < $3 AND r.recorded_at >= '{}'",
        since.to_rfc3339()
    );
    let rows = readings(pool, window, metric, &condition, at, limit).await?;
    Ok(rows
        .into_iter()
        .filter_map(|(row, _)| reading(row))
        .collect())
}

type ReadingRow = (
    String,
    String,
    Option<f64>,
    Option<String>,
    DateTime<Utc>,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    String,
    i32,
    i64,
);

async fn readings(
    pool: &PgPool,
    window: Window<'_>,
    metric: Option<&str>,
    condition: &str,
    at: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(ReadingRow, i64)>, Error> {
    type Row = (
        String,
        String,
        Option<f64>,
        Option<String>,
        DateTime<Utc>,
        DateTime<Utc>,
        Option<DateTime<Utc>>,
        String,
        i32,
        i64,
        i64,
    );
    let columns = "recorded_at, received_at, device_time, quality, raw_epoch, raw_seq";
    let counts = "NOT EXISTS (SELECT FROM reading_superseded s WHERE s.device_id = r.device_id AND s.metric_id = r.metric_id \
         AND s.recorded_at = r.recorded_at AND s.dedup = r.dedup AND s.restored_at IS NULL OFFSET 0)";
    // By metric, so that the index of each answers.
    let sql = format!(
        "SELECT m.name, m.kind, f.value, f.text, f.recorded_at, f.received_at, f.device_time, f.quality, f.raw_epoch, f.raw_seq, \
                count(*) OVER () \
         FROM latest_value l JOIN metric m ON m.id = l.metric_id AND ($4::text IS NULL OR m.name = $4) \
         CROSS JOIN LATERAL ( \
             SELECT value, NULL::text AS text, {columns} FROM processed_record r \
             WHERE r.device_id = l.device_id AND r.metric_id = m.id AND {condition} AND {counts} \
             UNION ALL \
             SELECT NULL::float8, value, {columns} FROM text_record r \
             WHERE r.device_id = l.device_id AND r.metric_id = m.id AND {condition} AND {counts} \
         ) f WHERE l.device_id = ANY($1) \
         ORDER BY abs(extract(epoch FROM f.recorded_at - $5)), m.name LIMIT $6"
    );
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(window.device_ids)
        .bind(window.from)
        .bind(window.to)
        .bind(metric)
        .bind(at)
        .bind(limit)
        .fetch_all(pool)
        .await
        .map_err(Error::during("find the readings around a time"))?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let reading = (
                row.0, row.1, row.2, row.3, row.4, row.5, row.6, row.7, row.8, row.9,
            );
            (reading, row.10)
        })
        .collect())
}

fn reading(row: ReadingRow) -> Option<WindowReading> {
    let (metric, kind, number, text, recorded_at, received_at, device_time, quality, epoch, seq) =
        row;
    Some(WindowReading {
        metric,
        value: StoredValue::from_columns(number, text, &kind)?,
        recorded_at,
        received_at,
        device_time,
        quality,
        epoch,
        seq,
    })
}
