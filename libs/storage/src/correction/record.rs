//! Corrections that were made: who, why, and what was there before.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool, Row as _};

use super::{CORRECTION, NAMED};
use crate::Error;
use crate::query::StoredValue;

const CORRECTIONS: &str = "
    SELECT c.id, d.serial, m.name, m.unit, m.kind, c.from_at, c.to_at, c.value, c.text_value, c.reason, c.corrected_by,
           c.corrected_at, c.readings, c.undone_at, c.undone_by, c.undo_reason
    FROM correction c JOIN device d ON d.id = c.device_id JOIN metric m ON m.id = c.metric_id";

const CHANGES: &str = "
    SELECT s.recorded_at, m.kind, r.value, r.text_value, s.raw_epoch, s.raw_seq
    FROM (SELECT * FROM reading_superseded WHERE correction_id = $1 AND decoder = $2 ORDER BY recorded_at, dedup LIMIT $3) AS s
    JOIN metric m ON m.id = s.metric_id
    LEFT JOIN LATERAL (
        SELECT r.value, r.text_value FROM reading r
        WHERE r.device_id = s.device_id AND r.metric_id = s.metric_id AND r.recorded_at = s.recorded_at AND r.dedup = s.dedup
        LIMIT 1) AS r ON true
    ORDER BY s.recorded_at, s.dedup";

/// Corrections that hold now, of the readings of a payload: the last one of each place.
const OF_MESSAGE: &str = "
    SELECT DISTINCT ON (s.raw_item, s.metric_id) s.raw_item, m.name, s.correction_id
    FROM reading_superseded s JOIN metric m ON m.id = s.metric_id
    WHERE s.raw_epoch = $1 AND s.raw_seq = $2 AND s.decoder = $3 AND s.restored_at IS NULL AND s.correction_id IS NOT NULL
    ORDER BY s.raw_item, s.metric_id, s.correction_id DESC";

/// A correction that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    /// Its number.
    pub id: i64,
    /// The device.
    pub serial: String,
    /// Name of the metric.
    pub metric: String,
    /// Unit of the value.
    pub unit: Option<String>,
    /// Inclusive start of the interval.
    pub from: DateTime<Utc>,
    /// Exclusive end.
    pub to: DateTime<Utc>,
    /// The value that readings have since; `None` when they were taken out.
    pub value: Option<StoredValue>,
    /// Why.
    pub reason: String,
    /// Who made it.
    pub corrected_by: String,
    /// When.
    pub corrected_at: DateTime<Utc>,
    /// How many readings it superseded.
    pub readings: i64,
    /// Set when it was undone.
    pub undone: Option<Undoing>,
}

/// That a correction was undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undoing {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// A corrected reading.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrectionChange {
    /// When it was measured.
    pub recorded_at: DateTime<Utc>,
    /// Its value before; `None` once retention has dropped it.
    pub before: Option<StoredValue>,
    /// Epoch of its raw record.
    pub epoch: i32,
    /// Sequence of its raw record.
    pub seq: i64,
}

impl Correction {
    /// What it says, in words.
    pub fn in_words(&self) -> String {
        let done = match &self.value {
            None => "took out".to_owned(),
            Some(StoredValue::Number(number)) => format!("set to {number}"),
            Some(StoredValue::Boolean(value)) => format!("set to {value}"),
            Some(StoredValue::Text(text)) => format!("set to \"{text}\""),
        };
        format!(
            "{} {done} {} at {} (correction {}: {})",
            self.corrected_by,
            self.metric,
            self.corrected_at.format("%Y-%m-%dT%H:%M:%S%.6fZ"),
            self.id,
            self.reason
        )
    }
}

impl FromRow<'_, PgRow> for Correction {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let undone_at: Option<DateTime<Utc>> = row.try_get("undone_at")?;
        let undone = match undone_at {
            None => None,
            Some(at) => Some(Undoing {
                at,
                by: row.try_get("undone_by")?,
                reason: row.try_get("undo_reason")?,
            }),
        };
        Ok(Self {
            id: row.try_get("id")?,
            serial: row.try_get("serial")?,
            metric: row.try_get("name")?,
            unit: row.try_get("unit")?,
            from: row.try_get("from_at")?,
            to: row.try_get("to_at")?,
            value: StoredValue::from_columns(
                row.try_get("value")?,
                row.try_get("text_value")?,
                row.try_get("kind")?,
            ),
            reason: row.try_get("reason")?,
            corrected_by: row.try_get("corrected_by")?,
            corrected_at: row.try_get("corrected_at")?,
            readings: row.try_get("readings")?,
            undone,
        })
    }
}

/// A correction; `None` when there is none of this number.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn find_correction(pool: &PgPool, id: i64) -> Result<Option<Correction>, Error> {
    sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "{CORRECTIONS} WHERE c.id = $1"
    )))
    .bind(id)
    .fetch_optional(pool)
    .await
    .map_err(Error::during("read a correction"))
}

/// The newest corrections first, before the one numbered `before`; of one device, when its serial is given.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn list_corrections(
    pool: &PgPool,
    serial: Option<&str>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Correction>, Error> {
    let sql = format!(
        "{CORRECTIONS} WHERE ($1::text IS NULL OR d.serial = $1) AND ($2::bigint IS NULL OR c.id < $2) ORDER BY c.id DESC LIMIT $3"
    );
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(serial)
        .bind(before)
        .bind(limit)
        .fetch_all(pool)
        .await
        .map_err(Error::during("list corrections"))
}

/// The newest corrections that hold now and touch readings of these devices measured in `[from, to)`; of one metric, when it
/// is named.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn corrections_within(
    pool: &PgPool,
    serials: &[String],
    metric: Option<&str>,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    limit: i64,
) -> Result<Vec<Correction>, Error> {
    let sql = format!(
        "{CORRECTIONS} WHERE d.serial = ANY ($1) AND ($2::text IS NULL OR m.name = $2) AND c.from_at < $4 AND c.to_at > $3 \
         AND c.undone_at IS NULL ORDER BY c.id DESC LIMIT $5"
    );
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(serials)
        .bind(metric)
        .bind(from)
        .bind(to)
        .bind(limit)
        .fetch_all(pool)
        .await
        .map_err(Error::during("find the corrections of a time"))
}

/// For item and metric of a payload the number of the correction that holds now.
pub(crate) async fn corrections_of_message(
    pool: &PgPool,
    epoch: i32,
    seq: i64,
) -> Result<HashMap<(i32, String), i64>, Error> {
    let rows: Vec<(i32, String, i64)> = sqlx::query_as(OF_MESSAGE)
        .bind(epoch)
        .bind(seq)
        .bind(CORRECTION)
        .fetch_all(pool)
        .await
        .map_err(Error::during("find the corrections of a message"))?;
    let place = |(item, metric, id): (i32, String, i64)| ((item, metric), id);
    Ok(rows.into_iter().map(place).collect())
}

/// The first [`NAMED`] readings that a correction superseded, by time.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn corrected_readings(pool: &PgPool, id: i64) -> Result<Vec<CorrectionChange>, Error> {
    type Row = (DateTime<Utc>, String, Option<f64>, Option<String>, i32, i64);
    let rows: Vec<Row> = sqlx::query_as(CHANGES)
        .bind(id)
        .bind(CORRECTION)
        .bind(NAMED)
        .fetch_all(pool)
        .await
        .map_err(Error::during("read what was corrected"))?;
    let change = |(recorded_at, kind, number, text, epoch, seq): Row| CorrectionChange {
        recorded_at,
        before: StoredValue::from_columns(number, text, &kind),
        epoch,
        seq,
    };
    Ok(rows.into_iter().map(change).collect())
}
