//! Marks: which minutes of which series have new, changed or vanished readings.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sens_schema::Micros;
use sqlx::PgConnection;

use super::levels::{HOUR, MINUTE};
use crate::Error;
use crate::instant::timestamp;

const APPEND: &str = "
    INSERT INTO rollup_mark (hour, device_ids, metric_ids, minutes)
    SELECT hour, array_agg(device_id), array_agg(metric_id), array_agg(minutes)
    FROM unnest($1::timestamptz[], $2::bigint[], $3::int[], $4::bigint[]) AS mark (hour, device_id, metric_id, minutes)
    GROUP BY hour";

/// A series in an hour: start of the hour, device, metric.
pub(super) type HourKey = (Micros, i64, i32);

/// The marks of a transaction, gathered in memory: one for each device, metric and hour.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Marks(pub(super) BTreeMap<HourKey, i64>);

impl Marks {
    /// Marks the minute of a reading.
    pub fn add(&mut self, device_id: i64, metric_id: i32, recorded_at: Micros) {
        let hour = recorded_at.div_euclid(HOUR) * HOUR;
        let minute = (recorded_at - hour) / MINUTE;
        self.merge((hour, device_id, metric_id), 1 << minute);
    }

    /// Adds minutes of an hour, as bits.
    pub(super) fn merge(&mut self, key: HourKey, minutes: i64) {
        *self.0.entry(key).or_default() |= minutes;
    }

    /// Whether there is nothing to append.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Appends the marks, in the transaction that changed the readings.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn append(&self, connection: &mut PgConnection) -> Result<(), Error> {
        if self.is_empty() {
            return Ok(());
        }
        let keys = || self.0.keys();
        let hours: Vec<DateTime<Utc>> = keys().map(|(hour, _, _)| timestamp(*hour)).collect();
        let devices: Vec<i64> = keys().map(|(_, device, _)| *device).collect();
        let metrics: Vec<i32> = keys().map(|(_, _, metric)| *metric).collect();
        let minutes: Vec<i64> = self.0.values().copied().collect();
        sqlx::query(APPEND)
            .bind(hours)
            .bind(devices)
            .bind(metrics)
            .bind(minutes)
            .execute(connection)
            .await
            .map(drop)
            .map_err(Error::during("append rollup marks"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_has_one_mark_an_hour() {
        let mut marks = Marks::default();
        marks.add(1, 2, 0);
        marks.add(1, 2, HOUR - 1);
        marks.add(1, 2, HOUR);
        marks.add(1, 3, -1);
        let expected = [
            ((-HOUR, 1, 3), 1 << 59),
            ((0, 1, 2), 1 << 59 | 1),
            ((HOUR, 1, 2), 1),
        ];
        assert_eq!(marks.0, BTreeMap::from(expected));
    }
}
