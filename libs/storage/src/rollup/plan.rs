//! What a set of marks means for each level: from what its buckets are computed.

use std::collections::{BTreeSet, HashMap};

use sens_schema::Micros;

use super::levels::{HOUR, Level, MINUTE};
use super::marks::Marks;

/// A range of a series whose buckets are computed again: device, metric, start, end.
pub(super) type Span = (i64, i32, Micros, Micros);

/// What retention has dropped: before these instants there may be nothing left to compute from.
#[derive(Debug, Default)]
pub(super) struct Floors(pub(super) HashMap<(String, i32), Micros>);

impl Floors {
    /// Whether everything of the class is still there from this instant on.
    fn holds(&self, class: &str, metric: i32, at: Micros) -> bool {
        let of = |metric| self.0.get(&(class.to_owned(), metric));
        of(metric)
            .or_else(|| of(0))
            .is_none_or(|floor| at >= *floor)
    }

    fn readings(&self, metric: i32, at: Micros) -> bool {
        self.holds("readings", metric, at)
    }

    fn level(&self, level: Level, metric: i32, at: Micros) -> bool {
        self.holds(level.table(), metric, at)
    }
}

/// The work on one level. A bucket stands in one of the three.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Work {
    /// Computed from all readings of the bucket.
    pub(super) from_readings: BTreeSet<Span>,
    /// Computed from the buckets of the finer level.
    pub(super) from_finer: BTreeSet<Span>,
    /// Its readings are dropped: what has come since is added to what the rollup said.
    pub(super) onto_base: BTreeSet<Span>,
}

/// Plans one level. Levels that retention dropped are left alone.
pub(super) fn plan(level: Level, marks: &Marks, floors: &Floors) -> Work {
    let mut work = Work::default();
    for (&(hour, device, metric), &minutes) in &marks.0 {
        let bucket = level.bucket(hour);
        if !floors.level(level, metric, bucket) {
            continue;
        }
        let span = match level {
            Level::Minute => touched(hour, minutes),
            Level::Hour | Level::Day => (bucket, bucket + level.width()),
        };
        let span = (device, metric, span.0, span.1);
        let finer = level.finer();
        if !floors.readings(metric, bucket) {
            work.onto_base.insert(span);
        } else if finer != level && floors.level(finer, metric, bucket) {
            work.from_finer.insert(span);
        } else {
            work.from_readings.insert(span);
        }
    }
    work
}

/// From the first to the last marked minute of an hour.
fn touched(hour: Micros, minutes: i64) -> (Micros, Micros) {
    let first = i64::from(minutes.trailing_zeros().min(59));
    let last = i64::from((63 - minutes.leading_zeros().min(63)).min(59));
    (
        hour + first * MINUTE,
        (hour + (last + 1) * MINUTE).min(hour + HOUR),
    )
}

#[cfg(test)]
mod tests {
    use super::super::levels::DAY;
    use super::*;

    fn marks() -> Marks {
        let mut marks = Marks::default();
        marks.add(1, 7, DAY + 2 * MINUTE);
        marks.add(1, 7, DAY + 5 * MINUTE);
        marks.add(1, 7, DAY + HOUR);
        marks
    }

    #[test]
    fn with_everything_there_each_level_comes_from_the_finer_one() {
        let floors = Floors::default();
        let minute = plan(Level::Minute, &marks(), &floors);
        let spans = [
            (1, 7, DAY + 2 * MINUTE, DAY + 6 * MINUTE),
            (1, 7, DAY + HOUR, DAY + HOUR + MINUTE),
        ];
        assert_eq!(minute.from_readings, BTreeSet::from(spans));
        let hour = plan(Level::Hour, &marks(), &floors);
        assert_eq!(hour.from_finer.len(), 2);
        let day = plan(Level::Day, &marks(), &floors);
        assert_eq!(day.from_finer, BTreeSet::from([(1, 7, DAY, 2 * DAY)]));
    }

    #[test]
    fn what_is_dropped_is_left_alone_and_skipped_over() {
        let floors = Floors(HashMap::from([(("rollup_1m".to_owned(), 0), 2 * DAY)]));
        assert_eq!(plan(Level::Minute, &marks(), &floors), Work::default());
        assert_eq!(plan(Level::Hour, &marks(), &floors).from_readings.len(), 2);
        assert_eq!(plan(Level::Day, &marks(), &floors).from_finer.len(), 1);
    }

    #[test]
    fn without_readings_the_rollup_is_the_base_and_a_metric_may_differ() {
        let of = |metric| {
            Floors(HashMap::from([
                (("readings".to_owned(), 0), 2 * DAY),
                (("readings".to_owned(), metric), 0),
            ]))
        };
        assert_eq!(plan(Level::Day, &marks(), &of(8)).onto_base.len(), 1);
        assert_eq!(plan(Level::Day, &marks(), &of(7)).from_finer.len(), 1);
    }
}
