//! Ranges of readings, of any number of series: now, or as the platform would have answered at a past moment.

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{PgExecutor, Postgres, QueryBuilder};

use crate::Error;
use crate::query::{StoredValue, history, one_series};

/// In which direction a range is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Oldest first.
    Ascending,
    /// Newest first.
    Descending,
}

/// By which time readings are chosen and ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clock {
    /// When they were measured.
    #[default]
    Device,
    /// When they arrived.
    Received,
}

impl Clock {
    /// The column of the reading `r`.
    pub(super) fn column(self) -> &'static str {
        match self {
            Self::Device => "r.recorded_at",
            Self::Received => "r.received_at",
        }
    }
}

/// A metric of which a device has readings.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceMetric {
    /// Its number.
    pub id: i32,
    /// Its name.
    pub name: String,
    /// Unit of stored values.
    pub unit: Option<String>,
    /// `number`, `boolean` or `text`.
    pub kind: String,
    /// Unit for people.
    pub display_unit: Option<String>,
    /// What a stored value is multiplied with to get the display unit.
    pub display_factor: Option<f64>,
    /// Time of the newest reading.
    pub newest: DateTime<Utc>,
    /// Whether any of its readings was ever superseded.
    pub corrected: bool,
}

/// Readings of one metric of one device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Series {
    /// Number of the device.
    pub device_id: i64,
    /// Number of the metric.
    pub metric_id: i32,
    /// Whether its numbers are booleans.
    pub boolean: bool,
    /// Number of the device under which it is answered: another one where the histories of two are one.
    pub answered_as: i64,
}

/// Which readings are asked for.
#[derive(Debug, Clone)]
pub struct Selection {
    /// Of which devices and metrics.
    pub series: Vec<Series>,
    /// In which range.
    pub range: Range,
    /// By which time.
    pub clock: Clock,
    /// Those that the platform knew and held valid then; a settled instant (see [`settled`](crate::query::history::settled)).
    pub as_of: Option<DateTime<Utc>>,
    /// Whether any reading of these series was ever superseded; `true` is always right.
    pub corrected: bool,
}

impl Selection {
    /// The devices and the metrics, for a statement.
    pub(super) fn columns(&self) -> (Vec<i64>, Vec<i32>) {
        let pairs = self.series.iter();
        pairs
            .map(|series| (series.device_id, series.metric_id))
            .unzip()
    }

    /// The devices under which they are answered, for a statement; `None` where all are answered under their own.
    pub(super) fn links(&self) -> Option<Vec<i64>> {
        let is_linked = |series: &Series| series.device_id != series.answered_as;
        let names = || {
            self.series
                .iter()
                .map(|series| series.answered_as)
                .collect()
        };
        self.series.iter().any(is_linked).then(names)
    }

    pub(super) fn is_boolean(&self, device_id: i64, metric_id: i32) -> bool {
        self.series.iter().any(|series| {
            series.boolean && series.device_id == device_id && series.metric_id == metric_id
        })
    }
}

/// The place of a reading, or of a bucket of readings, in a range over several series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReadingKey {
    /// Its place in time: when it was measured, or when it arrived; the start of a bucket.
    pub at: DateTime<Utc>,
    /// Number of its device.
    pub device_id: i64,
    /// Number of its metric.
    pub metric_id: i32,
    /// When it was measured; the start of a bucket.
    pub recorded_at: DateTime<Utc>,
    /// Tells readings of one instant apart; 0 for a bucket.
    pub dedup: i64,
}

/// One reading.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// Its place.
    pub key: ReadingKey,
    /// Its value.
    pub value: StoredValue,
    /// What is to be known about its time.
    pub quality: Cow<'static, str>,
}

/// The interval `[from, to)`, the direction, and the place after which to go on.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    /// Inclusive start.
    pub from: Option<DateTime<Utc>>,
    /// Exclusive end.
    pub to: Option<DateTime<Utc>>,
    /// Direction.
    pub order: Order,
    /// The last reading already given.
    pub after: Option<ReadingKey>,
}

/// Reads at most `limit` readings in the order of time, device, metric and dedup.
///
/// Each series is read from the identity index up to the limit, so that the cost follows the answer and not the range. By the
/// time of arrival there is no index: each series is read as a whole.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn read_range(
    executor: impl PgExecutor<'_>,
    selection: &Selection,
    limit: i64,
) -> Result<Vec<Measurement>, Error> {
    if selection.series.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(series) = selection.bare() {
        return one_series::read(executor, selection, series, limit).await;
    }
    let rows: Vec<MeasurementRow> = range_query(selection, limit)
        .build_query_as()
        .fetch_all(executor)
        .await
        .map_err(Error::during("read a range of readings"))?;
    Ok(rows
        .into_iter()
        .filter_map(|row| selection.measurement(row))
        .collect())
}

/// The columns of a reading.
pub(super) type MeasurementRow = (
    i64,
    i32,
    DateTime<Utc>,
    i64,
    Option<f64>,
    Option<String>,
    String,
    Option<DateTime<Utc>>,
);

impl Selection {
    pub(super) fn measurement(
        &self,
        (device_id, metric_id, recorded_at, dedup, number, text, quality, received_at): MeasurementRow,
    ) -> Option<Measurement> {
        let boolean = self.is_boolean(device_id, metric_id);
        let kind = if boolean { "boolean" } else { "number" };
        Some(Measurement {
            key: ReadingKey {
                at: received_at.unwrap_or(recorded_at),
                device_id,
                metric_id,
                recorded_at,
                dedup,
            },
            value: StoredValue::from_columns(number, text, kind)?,
            quality: quality.into(),
        })
    }

    /// The one series whose readings are asked for by their own time, where all of them count.
    fn bare(&self) -> Option<Series> {
        let [series] = *self.series else {
            return None;
        };
        let is_bare = self.clock == Clock::Device && self.as_of.is_none() && !self.corrected;
        is_bare.then_some(series)
    }
}

fn range_query(selection: &Selection, limit: i64) -> QueryBuilder<Postgres> {
    let (devices, metrics) = selection.columns();
    // The time of arrival is in the table only; asked for by the time of measurement it stays there.
    let received = match selection.clock {
        Clock::Device => "NULL::timestamptz",
        Clock::Received => "received_at",
    };
    let mut query = QueryBuilder::new(
        "SELECT s.device_id, s.metric_id, recorded_at, dedup, value, text_value, quality, received FROM unnest(",
    );
    query.push_bind(devices).push("::int8[], ");
    query
        .push_bind(metrics)
        .push("::int4[]) AS s (device_id, metric_id) CROSS JOIN LATERAL ((");
    query
        .push("SELECT recorded_at, dedup, value, NULL::text AS text_value, quality, ")
        .push(received)
        .push(" AS received FROM processed_record r");
    push_one_series(&mut query, selection, limit);
    query.push(") UNION ALL (");
    query
        .push("SELECT recorded_at, dedup, NULL::float8, value, quality, ")
        .push(received)
        .push(" FROM text_record r");
    push_one_series(&mut query, selection, limit);
    query.push(match (selection.clock, selection.range.order) {
        (Clock::Device, Order::Ascending) => ")) readings ORDER BY recorded_at, s.device_id, s.metric_id, dedup LIMIT ",
        (Clock::Device, Order::Descending) => {
            ")) readings ORDER BY recorded_at DESC, s.device_id DESC, s.metric_id DESC, dedup DESC LIMIT "
        }
        (Clock::Received, Order::Ascending) => {
            ")) readings ORDER BY received, s.device_id, s.metric_id, recorded_at, dedup LIMIT "
        }
        (Clock::Received, Order::Descending) => {
            ")) readings ORDER BY received DESC, s.device_id DESC, s.metric_id DESC, recorded_at DESC, dedup DESC LIMIT "
        }
    });
    query.push_bind(limit);
    query
}

/// The conditions, order and limit for one series in one table.
pub(super) fn push_one_series(
    query: &mut QueryBuilder<Postgres>,
    selection: &Selection,
    limit: i64,
) {
    query.push(" WHERE r.device_id = s.device_id AND r.metric_id = s.metric_id");
    push_interval(query, selection);
    if let Some(after) = selection.range.after {
        push_after(query, selection, after);
    }
    history::push_valid(query, selection);
    query.push(match (selection.clock, selection.range.order) {
        (Clock::Device, Order::Ascending) => " ORDER BY r.recorded_at, r.dedup LIMIT ",
        (Clock::Device, Order::Descending) => " ORDER BY r.recorded_at DESC, r.dedup DESC LIMIT ",
        (Clock::Received, Order::Ascending) => {
            " ORDER BY r.received_at, r.recorded_at, r.dedup LIMIT "
        }
        (Clock::Received, Order::Descending) => {
            " ORDER BY r.received_at DESC, r.recorded_at DESC, r.dedup DESC LIMIT "
        }
    });
    query.push_bind(limit);
}

/// The conditions of the interval, narrowed by the cursor.
pub(super) fn push_interval(query: &mut QueryBuilder<Postgres>, selection: &Selection) {
    let column = selection.clock.column();
    let (from, to) = bounds(&selection.range);
    if let Some(from) = from {
        query.push(format!(" AND {column} >= ")).push_bind(from);
    }
    if let Some(to) = to {
        query.push(format!(" AND {column} < ")).push_bind(to);
    }
}

/// Only what comes after a place.
pub(super) fn push_after(
    query: &mut QueryBuilder<Postgres>,
    selection: &Selection,
    after: ReadingKey,
) {
    let received = selection.clock == Clock::Received;
    query.push(if received {
        " AND (r.received_at, r.device_id, r.metric_id, r.recorded_at, r.dedup)"
    } else {
        " AND (r.recorded_at, r.device_id, r.metric_id, r.dedup)"
    });
    query.push(match selection.range.order {
        Order::Ascending => " > (",
        Order::Descending => " < (",
    });
    query.push_bind(after.at).push(", ");
    query.push_bind(after.device_id).push(", ");
    query.push_bind(after.metric_id).push(", ");
    if received {
        query.push_bind(after.recorded_at).push(", ");
    }
    query.push_bind(after.dedup).push(")");
}

/// Narrows the interval to what comes after the cursor, so that the index starts there.
pub(super) fn bounds(range: &Range) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let Some(after) = range.after else {
        return (range.from, range.to);
    };
    match range.order {
        Order::Ascending => (
            Some(range.from.map_or(after.at, |from| from.max(after.at))),
            range.to,
        ),
        Order::Descending => {
            let end = after.at + TimeDelta::microseconds(1);
            (range.from, Some(range.to.map_or(end, |to| to.min(end))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(micros).unwrap()
    }

    #[test]
    fn a_cursor_narrows_the_interval_on_its_side() {
        let after = Some(ReadingKey {
            at: at(50),
            device_id: 1,
            metric_id: 1,
            recorded_at: at(50),
            dedup: 0,
        });
        let range = |order| Range {
            from: Some(at(10)),
            to: Some(at(90)),
            order,
            after,
        };
        assert_eq!(
            bounds(&range(Order::Ascending)),
            (Some(at(50)), Some(at(90)))
        );
        assert_eq!(
            bounds(&range(Order::Descending)),
            (Some(at(10)), Some(at(51)))
        );
        let open = Range {
            from: None,
            to: None,
            order: Order::Descending,
            after,
        };
        assert_eq!(bounds(&open), (None, Some(at(51))));
    }
}
