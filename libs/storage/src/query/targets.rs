//! The series that a query over any number of devices is about.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::Error;
use crate::query::measurements::{Clock, DeviceMetric, Range, Selection, Series};

/// The readings of one metric of one device, with everything an answer says about them.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Number of the device.
    pub device_id: i64,
    /// Its serial.
    pub serial: Arc<str>,
    /// Its metric.
    pub metric: DeviceMetric,
    /// Time of its first reading, as far as it is rolled up.
    pub first: Option<DateTime<Utc>>,
}

/// What a query is about.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Targets {
    /// By device, then metric. One more than asked for when there are too many.
    pub targets: Vec<Target>,
    /// Serials that were asked for and that no device has.
    pub missing: Vec<String>,
}

impl Targets {
    /// All of them in a range, as they are now.
    pub fn selection(&self, range: Range) -> Selection {
        selection(self.targets.iter(), range, Clock::Device, None)
    }
}

/// The readings of some targets in a range: by which time, and as of which settled moment.
pub fn selection<'a>(
    targets: impl Iterator<Item = &'a Target> + Clone,
    range: Range,
    clock: Clock,
    as_of: Option<DateTime<Utc>>,
) -> Selection {
    let series = targets.clone().map(|target| Series {
        device_id: target.device_id,
        metric_id: target.metric.id,
        boolean: target.metric.kind == "boolean",
    });
    Selection {
        series: series.collect(),
        range,
        clock,
        as_of,
        corrected: targets.into_iter().any(|target| target.metric.corrected),
    }
}

/// Device, serial, metric: number, name, unit, kind, display unit and factor; newest, first, corrected.
type Row = (
    i64,
    String,
    Option<i32>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<f64>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
    bool,
);

/// For each device by the index of its values, also where the server plans without knowing how few devices there are.
const TARGETS: &str = "
    SELECT d.id, d.serial, l.id, l.name, l.unit, l.kind, l.display_unit, l.display_factor, l.recorded_at, s.first_at,
           EXISTS (SELECT FROM reading_superseded x WHERE x.device_id = d.id AND x.metric_id = l.id)
    FROM device d LEFT JOIN LATERAL (
        SELECT m.id, m.name, m.unit, m.kind, m.display_unit, m.display_factor, v.recorded_at
        FROM latest_value v JOIN metric m ON m.id = v.metric_id
        WHERE v.device_id = d.id AND ($2::text[] IS NULL OR m.name = ANY ($2)) OFFSET 0) l ON true
    LEFT JOIN series s ON s.device_id = d.id AND s.metric_id = l.id
    WHERE d.deleted_at IS NULL AND ";

const OF_SOME: &str = "d.serial = ANY ($1::text[]) ORDER BY d.id, l.id LIMIT $3";
const OF_ALL: &str = "$1::text[] IS NULL ORDER BY d.id, l.id LIMIT $3";

/// Finds the series of devices (all, when `serials` is `None`) and metrics (all, when `names` is `None`): at most `limit`
/// and one more.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn find_targets(
    pool: &PgPool,
    serials: Option<&[String]>,
    names: Option<&[String]>,
    limit: usize,
) -> Result<Targets, Error> {
    let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let which = if serials.is_some() { OF_SOME } else { OF_ALL };
    let statement = format!("{TARGETS}{which}");
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(statement))
        .bind(serials)
        .bind(names)
        .bind(most)
        .fetch_all(pool)
        .await
        .map_err(Error::during("find the series of devices"))?;
    let is_all = rows.len() <= limit;
    let found: HashSet<&str> = rows.iter().map(|row| row.1.as_str()).collect();
    let asked = serials.unwrap_or_default().iter();
    let missing = asked.filter(|serial| is_all && !found.contains(serial.as_str()));
    let missing = missing.cloned().collect();
    let mut targets: Vec<Target> = Vec::with_capacity(rows.len());
    for row in rows {
        let last = targets.last().filter(|last| *last.serial == *row.1);
        let serial = last.map_or_else(|| row.1.as_str().into(), |last| Arc::clone(&last.serial));
        targets.extend(target(serial, row));
    }
    Ok(Targets { targets, missing })
}

/// A device without readings gives one row without a metric.
fn target(serial: Arc<str>, row: Row) -> Option<Target> {
    let (
        device_id,
        _,
        id,
        name,
        unit,
        kind,
        display_unit,
        display_factor,
        newest,
        first,
        corrected,
    ) = row;
    Some(Target {
        device_id,
        serial,
        metric: DeviceMetric {
            id: id?,
            name: name?,
            unit,
            kind: kind?,
            display_unit,
            display_factor,
            newest: newest?,
            corrected,
        },
        first,
    })
}
