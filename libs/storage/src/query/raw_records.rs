//! What arrived, verbatim.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::Error;
use crate::query::StoredValue;

/// One received payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawRecord {
    /// Arrival.
    pub received_at: DateTime<Utc>,
    /// Commit.
    pub committed_at: DateTime<Utc>,
    /// `mqtt`, `http` or `import`.
    pub source: String,
    /// MQTT topic, or `http`.
    pub topic: String,
    /// Content type that came with it.
    pub content_type: Option<String>,
    /// Trace it belongs to.
    pub traceparent: Option<String>,
    /// Decoder and version that read it.
    pub decoder: Option<String>,
    /// `parsed`, `failed`, `control` or `dead`.
    pub outcome: String,
    /// Readings in it.
    pub decoded_count: i32,
    /// Errors in it.
    pub error_count: i32,
    /// Length as it arrived, also where only the beginning is kept.
    pub payload_length: i64,
    /// The bytes.
    pub payload: Vec<u8>,
}

/// Names a reading that a payload should have led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingIdentity {
    /// Device.
    pub serial: String,
    /// Metric.
    pub metric: String,
    /// When it was measured.
    pub recorded_at: DateTime<Utc>,
    /// Tells readings of one instant apart.
    pub dedup: i64,
}

/// A stored reading found by its identity.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredReading {
    /// Which of the identities asked for it is, from 0.
    pub place: usize,
    /// Device.
    pub serial: String,
    /// Metric.
    pub metric: String,
    /// Value.
    pub value: StoredValue,
    /// When it was measured.
    pub recorded_at: DateTime<Utc>,
    /// Epoch of the raw record that stored it.
    pub epoch: i32,
    /// Sequence of the raw record that stored it: another one when this payload was a duplicate.
    pub seq: i64,
    /// How far its time is to be trusted.
    pub quality: String,
    /// What the device claimed, where that was not believed.
    pub device_time: Option<DateTime<Utc>>,
}

/// Finds a raw record by its position.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn find_raw_record(
    pool: &PgPool,
    epoch: i32,
    seq: i64,
) -> Result<Option<RawRecord>, Error> {
    type Row = (
        DateTime<Utc>,
        DateTime<Utc>,
        String,
        String,
        Option<String>,
        Option<String>,
        Option<String>,
        String,
        i32,
        i32,
        i64,
        Vec<u8>,
    );
    let row: Option<Row> = sqlx::query_as(
        "SELECT received_at, committed_at, source, topic, content_type, traceparent, decoder, outcome, decoded_count, \
         error_count, payload_length, payload FROM raw_record WHERE epoch = $1 AND seq = $2 LIMIT 1",
    )
    .bind(epoch)
    .bind(seq)
    .fetch_optional(pool)
    .await.map_err(Error::during("find a raw record"))?;
    Ok(row.map(|row| RawRecord {
        received_at: row.0,
        committed_at: row.1,
        source: row.2,
        topic: row.3,
        content_type: row.4,
        traceparent: row.5,
        decoder: row.6,
        outcome: row.7,
        decoded_count: row.8,
        error_count: row.9,
        payload_length: row.10,
        payload: row.11,
    }))
}

/// Finds those of the named readings that are stored, in the order given.
///
/// Readings are found by their identity, which the payload determines, so that no index by raw record is needed.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn find_readings(
    pool: &PgPool,
    readings: &[ReadingIdentity],
) -> Result<Vec<StoredReading>, Error> {
    if readings.is_empty() {
        return Ok(Vec::new());
    }
    let serials: Vec<&str> = readings
        .iter()
        .map(|reading| reading.serial.as_str())
        .collect();
    let metrics: Vec<&str> = readings
        .iter()
        .map(|reading| reading.metric.as_str())
        .collect();
    let times: Vec<DateTime<Utc>> = readings.iter().map(|reading| reading.recorded_at).collect();
    let dedups: Vec<i64> = readings.iter().map(|reading| reading.dedup).collect();
    let rows: Vec<ReadingRow> = sqlx::query_as(
        "SELECT d.serial, m.name, m.kind, s.value, s.text_value, k.recorded_at, s.raw_epoch, s.raw_seq, \
                s.quality, s.device_time, k.place \
         FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::int8[]) \
              WITH ORDINALITY AS k (serial, metric, recorded_at, dedup, place) \
         JOIN device d ON d.serial = k.serial JOIN metric m ON m.name = k.metric \
         JOIN LATERAL ( \
             SELECT p.value, NULL::text AS text_value, p.raw_epoch, p.raw_seq, p.quality, p.device_time FROM processed_record p \
             WHERE p.device_id = d.id AND p.metric_id = m.id AND p.recorded_at = k.recorded_at AND p.dedup = k.dedup \
             UNION ALL \
             SELECT NULL::float8, t.value, t.raw_epoch, t.raw_seq, t.quality, t.device_time FROM text_record t \
             WHERE t.device_id = d.id AND t.metric_id = m.id AND t.recorded_at = k.recorded_at AND t.dedup = k.dedup \
         ) s ON true ORDER BY k.place",
    )
    .bind(serials)
    .bind(metrics)
    .bind(times)
    .bind(dedups)
    .fetch_all(pool)
    .await.map_err(Error::during("find the readings of a raw record"))?;
    Ok(rows.into_iter().filter_map(stored_reading).collect())
}

type ReadingRow = (
    String,
    String,
    String,
    Option<f64>,
    Option<String>,
    DateTime<Utc>,
    i32,
    i64,
    String,
    Option<DateTime<Utc>>,
    i64,
);

fn stored_reading(row: ReadingRow) -> Option<StoredReading> {
    let (serial, metric, kind, number, text, recorded_at, epoch, seq, quality, device_time, place) =
        row;
    Some(StoredReading {
        place: usize::try_from(place - 1).ok()?,
        serial,
        metric,
        value: StoredValue::from_columns(number, text, &kind)?,
        recorded_at,
        epoch,
        seq,
        quality,
        device_time,
    })
}
