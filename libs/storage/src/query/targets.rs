//! The series that a query over any number of devices is about.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sens_schema::Serial;
use sqlx::{PgExecutor, Postgres, QueryBuilder};

use crate::Error;
use crate::query::Scope;
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

impl Target {
    /// Its readings, answered under its own device.
    pub(super) fn series(&self) -> Series {
        Series {
            device_id: self.device_id,
            metric_id: self.metric.id,
            boolean: self.metric.kind == "boolean",
            answered_as: self.device_id,
        }
    }

    /// Whether its history and that of the target before are one: of a device and of the legacy number it is linked to.
    pub fn continues(&self, before: &Self) -> bool {
        self.serial == before.serial && self.metric.id == before.metric.id
    }
}

/// What a query is about.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Targets {
    /// By device, then metric. One more than asked for when there are too many.
    pub targets: Vec<Target>,
    /// Serials that were asked for and that no device has.
    pub missing: Vec<String>,
}

impl From<Target> for Targets {
    fn from(target: Target) -> Self {
        Self {
            targets: vec![target],
            missing: Vec::new(),
        }
    }
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
    let mut series: Vec<Series> = Vec::new();
    let mut last: Option<&Target> = None;
    for target in targets.clone() {
        let linked = last
            .filter(|last| target.continues(last))
            .and_then(|_| series.last());
        let own = target.series();
        series.push(Series {
            answered_as: linked.map_or(own.answered_as, |linked| linked.answered_as),
            ..own
        });
        last = Some(target);
    }
    Selection {
        series,
        range,
        clock,
        as_of,
        corrected: targets.into_iter().any(|target| target.metric.corrected),
    }
}

/// Device, serial, legacy number; metric: number, name, unit, kind, display unit and factor; newest, first, corrected.
type Row = (
    i64,
    String,
    Option<i64>,
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

/// For each device by the index of its values, also where the server plans without knowing how few devices there are. A device
/// that is linked to a legacy number has the series of both. Series whose readings count no more are among them: they counted in
/// the past.
const TARGETS: &str = "
    SELECT member.id, d.serial, member.number, l.id, l.name, l.unit, l.kind, l.display_unit, l.display_factor, l.recorded_at,
           s.first_at, EXISTS (SELECT FROM reading_superseded x WHERE x.device_id = member.id AND x.metric_id = l.id)
    FROM device d CROSS JOIN LATERAL (
        SELECT d.id, NULL::bigint AS number UNION ALL SELECT o.id, a.legacy_id
        FROM device_alias a JOIN device o ON o.legacy_id = a.legacy_id WHERE a.device_id = d.id) member
    LEFT JOIN LATERAL (
        SELECT m.id, m.name, m.unit, m.kind, m.display_unit, m.display_factor, v.recorded_at
        FROM (SELECT metric_id, recorded_at FROM latest_value WHERE device_id = member.id
              UNION ALL
              SELECT gone.id, (SELECT max(x.recorded_at) FROM reading_superseded x WHERE x.device_id = member.id AND x.metric_id = gone.id)
              FROM metric gone
              WHERE EXISTS (SELECT FROM reading_superseded x WHERE x.device_id = member.id)
                AND EXISTS (SELECT FROM reading_superseded x WHERE x.device_id = member.id AND x.metric_id = gone.id)
                AND NOT EXISTS (SELECT FROM latest_value w WHERE w.device_id = member.id AND w.metric_id = gone.id)
        ) v JOIN metric m ON m.id = v.metric_id
        WHERE (";

const JOINS: &str = ") OFFSET 0) l ON true
    LEFT JOIN series s ON s.device_id = member.id AND s.metric_id = l.id
    WHERE d.deleted_at IS NULL";

fn statement(
    scope: &Scope,
    serials: Option<&[String]>,
    names: Option<&[String]>,
    most: i64,
) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new(TARGETS);
    match names {
        Some(names) => {
            query.push("m.name = ANY(");
            query.push_bind(names.to_vec()).push(")");
        }
        None => {
            query.push("true");
        }
    }
    query.push(JOINS);
    match serials {
        Some(serials) => {
            let numbers: Vec<Option<i64>> = serials.iter().map(|serial| number(serial)).collect();
            query.push(
                " AND d.id = ANY(ARRAY(SELECT coalesce((SELECT x.device_id FROM device_alias x WHERE x.legacy_id = w.number), \
                 (SELECT y.id FROM device y WHERE y.serial = w.serial)) FROM unnest(",
            );
            query.push_bind(serials.to_vec()).push("::text[], ");
            query.push_bind(numbers);
            query.push("::bigint[]) AS w (serial, number)))");
        }
        None => {
            query.push(
                " AND NOT EXISTS (SELECT FROM device_alias x WHERE x.legacy_id = d.legacy_id)",
            );
        }
    }
    scope.push(&mut query, "d");
    query.push(" ORDER BY d.id, l.id, member.id LIMIT ");
    query.push_bind(most);
    query
}

/// The legacy number that a name stands for.
pub(super) fn number(serial: &str) -> Option<i64> {
    Serial::parse(serial).ok()?.legacy_id()
}

/// Finds the series of the devices in a scope (all, when `serials` is `None`) and metrics (all, when `names` is `None`): at most
/// `limit` and one more.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn find_targets(
    executor: impl PgExecutor<'_>,
    scope: &Scope,
    serials: Option<&[String]>,
    names: Option<&[String]>,
    limit: usize,
) -> Result<Targets, Error> {
    let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let rows: Vec<Row> = statement(scope, serials, names, most)
        .build_query_as()
        .fetch_all(executor)
        .await
        .map_err(Error::during("find the series of devices"))?;
    let is_all = rows.len() <= limit;
    let found: HashSet<&str> = rows.iter().map(|row| row.1.as_str()).collect();
    let numbers: HashSet<i64> = rows.iter().filter_map(|row| row.2).collect();
    let asked = serials.unwrap_or_default().iter();
    let missing = asked.filter(|serial| {
        let linked = number(serial).is_some_and(|number| numbers.contains(&number));
        is_all && !linked && !found.contains(serial.as_str())
    });
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
