//! Partitions are made before a batch that needs them, outside of its transaction: late data of any age finds a place.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use sens_schema::{Micros, Value};
use sqlx::PgConnection;

use super::batch::PendingMessage;
use crate::Error;
use crate::instant::timestamp;

const DAY: Micros = 24 * 60 * 60 * 1_000_000;
const WEEK: Micros = 7 * DAY;
/// The Unix epoch was a Thursday; partitions of readings start on Mondays.
const MONDAY: Micros = 4 * DAY;

/// A partition: the table it belongs to and the instant it starts at.
type Partition = (&'static str, Micros);

/// Partitions this process knows to exist.
#[derive(Debug, Default)]
pub(super) struct KnownPartitions(Mutex<HashSet<Partition>>);

impl KnownPartitions {
    /// Makes the partitions that the batch needs and that are not known yet.
    pub(super) async fn ensure(
        &self,
        connection: &mut PgConnection,
        messages: &[PendingMessage],
    ) -> Result<(), Error> {
        let mut missing: Vec<Partition> = {
            let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let needed: HashSet<Partition> = messages.iter().flat_map(needed).collect();
            needed.difference(&known).copied().collect()
        };
        missing.sort_unstable();
        for (table, start) in missing {
            sqlx::query("SELECT ensure_partition($1, $2)")
                .bind(table)
                .bind(timestamp(start))
                .execute(&mut *connection)
                .await
                .map_err(Error::during("make a partition"))?;
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert((table, start));
        }
        Ok(())
    }

    /// Asks again next time: retention may have dropped one.
    pub(super) fn forget(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

fn needed(message: &PendingMessage) -> impl Iterator<Item = Partition> + '_ {
    let raw = ("raw_record", day(message.envelope.received_at));
    let readings = message.readings().iter().map(|reading| {
        let table = match reading.value {
            Value::Number(_) => "processed_record",
            Value::Text(_) => "text_record",
        };
        (table, week(reading.recorded_at))
    });
    let errors = (!message.errors().is_empty())
        .then(|| ("ingest_error", week(message.envelope.received_at)));
    std::iter::once(raw).chain(readings).chain(errors)
}

fn day(at: Micros) -> Micros {
    at.div_euclid(DAY) * DAY
}

fn week(at: Micros) -> Micros {
    (at - MONDAY).div_euclid(WEEK) * WEEK + MONDAY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_start_on_monday() {
        // 2026-11-21 is a Saturday; its week began on 2026-11-16.
        let saturday = 1_795_219_200_000_000;
        assert_eq!(week(saturday), 1_794_787_200_000_000);
        assert_eq!(week(week(saturday)), week(saturday));
        assert_eq!(week(week(saturday) - 1), week(saturday) - WEEK);
    }

    #[test]
    fn days_before_1970_round_down() {
        assert_eq!(day(-1), -DAY);
    }
}
