//! Lengths of time: how far back, and how wide a bucket is; calendar buckets know about summer time.

use chrono::{
    DateTime, Datelike as _, Days, MappedLocalTime, NaiveDate, NaiveTime, Offset as _, TimeDelta,
    TimeZone as _, Utc,
};
use chrono_tz::Tz;
use sens_storage::query::buckets::{Basis, Grid};
use sens_storage::rollup::Level;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Longest number in a length of time.
const MOST: u32 = 100_000;

/// The width of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// So many microseconds, counted from 1970 (UTC).
    Fixed(i64),
    /// So many days, weeks, months or years as the calendar of a time zone has them.
    Calendar(Unit, u32),
}

/// A unit of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// From midnight to midnight.
    Day,
    /// From Monday to Monday.
    Week,
    /// From the first of a month.
    Month,
    /// From the first of January.
    Year,
}

/// Splits `15m` into its number and its unit.
fn split(text: &str) -> Option<(u32, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let number: u32 = number.parse().ok()?;
    (1..=MOST).contains(&number).then_some((number, unit))
}

fn fixed(unit: &str) -> Option<i64> {
    Some(match unit {
        "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        "w" => 7 * DAY,
        _ => return None,
    })
}

/// A length of time: a number and `s`, `m`, `h`, `d` or `w`.
pub(super) fn length(text: &str) -> Option<TimeDelta> {
    let (number, unit) = split(text)?;
    Some(TimeDelta::microseconds(fixed(unit)? * i64::from(number)))
}

impl Step {
    /// A number and `s`, `m`, `h`, `d`, `w`, `mo` or `y`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (number, unit) = split(text)?;
        let unit = match unit {
            "d" => Unit::Day,
            "w" => Unit::Week,
            "mo" => Unit::Month,
            "y" => Unit::Year,
            other => return Some(Self::Fixed(fixed(other)? * i64::from(number))),
        };
        Some(Self::Calendar(unit, number))
    }

    /// Whether a time zone makes a difference.
    pub(super) fn is_calendar(self) -> bool {
        matches!(self, Self::Calendar(..))
    }

    /// The same where no edges need to be drawn: days of UTC are all of one width.
    pub(super) fn width(self, zone: Tz) -> Option<i64> {
        match self {
            Self::Fixed(width) => Some(width),
            Self::Calendar(Unit::Day, count) if zone == Tz::UTC => Some(DAY * i64::from(count)),
            Self::Calendar(..) => None,
        }
    }

    /// About how long a bucket is.
    pub(super) fn about(self) -> TimeDelta {
        TimeDelta::microseconds(match self {
            Self::Fixed(width) => width,
            Self::Calendar(unit, count) => {
                let days = match unit {
                    Unit::Day => 1,
                    Unit::Week => 7,
                    Unit::Month => 28,
                    Unit::Year => 365,
                };
                days * DAY * i64::from(count)
            }
        })
    }

    /// How time is cut from `from` to `to`. `None` when there would be more than `most` edges.
    pub(super) fn grid(
        self,
        zone: Tz,
        (from, to): (DateTime<Utc>, DateTime<Utc>),
        most: usize,
    ) -> Option<Grid> {
        if let Some(width) = self.width(zone) {
            return Some(Grid::Every(width));
        }
        let Self::Calendar(unit, count) = self else {
            return None;
        };
        let mut date = first_day(unit, count, from.with_timezone(&zone).date_naive())?;
        let mut edges = Vec::new();
        loop {
            let edge = midnight(zone, date);
            // A day that a zone leaves out has no length.
            if edges.last().is_none_or(|last| *last < edge) {
                edges.push(edge);
            }
            if edge >= to {
                return Some(Grid::Edges(edges));
            }
            if edges.len() > most {
                return None;
            }
            date = next_day(unit, count, date)?;
        }
    }
}

/// The first day of the bucket that holds the day.
fn first_day(unit: Unit, count: u32, day: NaiveDate) -> Option<NaiveDate> {
    let count = i32::try_from(count).ok()?;
    // 1970-01-01 was a Thursday.
    let since = day.to_epoch_days();
    let epoch_day = |days: i32| NaiveDate::from_epoch_days(days);
    match unit {
        Unit::Day => epoch_day(since.div_euclid(count) * count),
        Unit::Week => epoch_day((since + 3).div_euclid(7 * count) * 7 * count - 3),
        Unit::Month => {
            let months = day.year() * 12 + i32::try_from(day.month0()).ok()?;
            let first = months.div_euclid(count) * count;
            let month = u32::try_from(first.rem_euclid(12)).ok()? + 1;
            NaiveDate::from_ymd_opt(first.div_euclid(12), month, 1)
        }
        Unit::Year => NaiveDate::from_ymd_opt(day.year().div_euclid(count) * count, 1, 1),
    }
}

fn next_day(unit: Unit, count: u32, day: NaiveDate) -> Option<NaiveDate> {
    match unit {
        Unit::Day => day.checked_add_days(Days::new(count.into())),
        Unit::Week => day.checked_add_days(Days::new(7 * u64::from(count))),
        Unit::Month => day.checked_add_months(chrono::Months::new(count)),
        Unit::Year => day.checked_add_months(chrono::Months::new(12 * count)),
    }
}

/// The first instant of a day. Where the clocks are put forward at midnight that is when they are.
fn midnight(zone: Tz, day: NaiveDate) -> DateTime<Utc> {
    let local = day.and_time(NaiveTime::MIN);
    match zone.from_local_datetime(&local) {
        MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => at.to_utc(),
        MappedLocalTime::None => {
            let before = zone.offset_from_utc_datetime(&(local - TimeDelta::days(1)));
            (local - before.fix()).and_utc()
        }
    }
}

/// The coarsest rollup whose buckets make up those of the grid.
pub(super) fn basis(grid: &Grid) -> Basis {
    let fits = |level: &&Level| match grid {
        Grid::Every(width) => width % level.width() == 0,
        Grid::Edges(edges) => edges
            .iter()
            .all(|edge| edge.timestamp_micros() % level.width() == 0),
    };
    Level::ALL
        .iter()
        .rev()
        .find(fits)
        .map_or(Basis::Readings, |level| Basis::Rollup(*level))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const VIENNA: Tz = Tz::Europe__Vienna;

    fn at(text: &str) -> DateTime<Utc> {
        crate::http::time::parse(text).unwrap()
    }

    fn edges(step: &str, zone: Tz, from: &str, to: &str) -> Vec<String> {
        let step = Step::parse(step).unwrap();
        let Some(Grid::Edges(edges)) = step.grid(zone, (at(from), at(to)), 1000) else {
            panic!("no edges");
        };
        let short = |edge: &DateTime<Utc>| edge.format("%y-%m-%dT%H:%M").to_string();
        edges.iter().map(short).collect()
    }

    #[test]
    fn lengths_are_read() {
        for (text, expected) in [
            ("15m", Some(Step::Fixed(15 * MINUTE))),
            ("1h", Some(Step::Fixed(HOUR))),
            ("90s", Some(Step::Fixed(90 * SECOND))),
            ("1d", Some(Step::Calendar(Unit::Day, 1))),
            ("2w", Some(Step::Calendar(Unit::Week, 2))),
            ("3mo", Some(Step::Calendar(Unit::Month, 3))),
            ("1y", Some(Step::Calendar(Unit::Year, 1))),
            ("0m", None),
            ("m", None),
            ("", None),
            ("1", None),
            ("-1h", None),
            ("1.5h", None),
            ("1ms", None),
            ("100001s", None),
            ("99999999999s", None),
            ("1ä", None),
        ] {
            assert_eq!(Step::parse(text), expected, "{text}");
        }
        assert_eq!(length("24h"), Some(TimeDelta::days(1)));
        assert_eq!(length("1mo"), None);
    }

    #[test]
    fn days_have_23_and_25_hours_when_the_clocks_change() {
        let spring = edges("1d", VIENNA, "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z");
        assert_eq!(
            spring,
            [
                "26-03-27T23:00",
                "26-03-28T23:00",
                "26-03-29T22:00",
                "26-03-30T22:00"
            ]
        );
        let autumn = edges("1d", VIENNA, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z");
        assert_eq!(autumn, ["26-10-24T22:00", "26-10-25T23:00"]);
    }

    #[test]
    fn weeks_months_and_years_begin_where_the_calendar_says() {
        for (step, expected) in [
            ("1w", vec!["26-11-15T23:00", "26-11-22T23:00"]),
            ("1mo", vec!["26-10-31T23:00", "26-11-30T23:00"]),
            ("3mo", vec!["26-09-30T22:00", "26-12-31T23:00"]),
            ("1y", vec!["25-12-31T23:00", "26-12-31T23:00"]),
        ] {
            let found = edges(step, VIENNA, "2026-11-20T10:00:00Z", "2026-11-21T10:00:00Z");
            assert_eq!(found, expected, "{step}");
        }
    }

    #[test]
    fn days_that_begin_late_or_never_are_cut_right() {
        // The clocks went from 24:00 to 1:00.
        let late = edges(
            "1d",
            Tz::America__Sao_Paulo,
            "2018-11-03T12:00:00Z",
            "2018-11-04T12:00:00Z",
        );
        assert_eq!(late, ["18-11-03T03:00", "18-11-04T03:00", "18-11-05T02:00"]);
        // 30 December 2011 was left out.
        let none = edges(
            "1d",
            Tz::Pacific__Apia,
            "2011-12-29T12:00:00Z",
            "2012-01-01T00:00:00Z",
        );
        assert_eq!(
            none,
            [
                "11-12-29T10:00",
                "11-12-30T10:00",
                "11-12-31T10:00",
                "12-01-01T10:00"
            ]
        );
    }

    #[test]
    fn the_right_rollup_makes_the_buckets() {
        let range = (at("2026-01-01T00:00:00Z"), at("2026-12-31T00:00:00Z"));
        for (step, zone, expected) in [
            ("10s", Tz::UTC, Basis::Readings),
            ("1m", Tz::UTC, Basis::Rollup(Level::Minute)),
            ("90s", Tz::UTC, Basis::Readings),
            ("15m", Tz::UTC, Basis::Rollup(Level::Minute)),
            ("6h", Tz::UTC, Basis::Rollup(Level::Hour)),
            ("1d", Tz::UTC, Basis::Rollup(Level::Day)),
            ("1mo", Tz::UTC, Basis::Rollup(Level::Day)),
            ("1d", VIENNA, Basis::Rollup(Level::Hour)),
            ("1mo", VIENNA, Basis::Rollup(Level::Hour)),
            ("1d", Tz::Asia__Kolkata, Basis::Rollup(Level::Minute)),
        ] {
            let grid = Step::parse(step).unwrap().grid(zone, range, 1000).unwrap();
            assert_eq!(basis(&grid), expected, "{step} {zone}");
        }
        let daily = Step::parse("1d").unwrap();
        assert_eq!(daily.grid(VIENNA, range, 100), None);
    }

    proptest! {
        #[test]
        fn edges_rise_and_hold_the_range(
            start in 0_i64..2_000_000_000, length in 1_i64..40_000_000, zone in 0..chrono_tz::TZ_VARIANTS.len(),
            unit in prop::sample::select(vec!["1d", "3d", "1w", "1mo", "1y"]),
        ) {
            let from = DateTime::from_timestamp(start, 0).unwrap();
            let to = from + TimeDelta::seconds(length);
            let zone = chrono_tz::TZ_VARIANTS[zone];
            if let Some(Grid::Edges(edges)) = Step::parse(unit).unwrap().grid(zone, (from, to), 10_000) {
                prop_assert!(edges.is_sorted_by(|a, b| a < b));
                prop_assert!(edges[0] <= from && *edges.last().unwrap() >= to);
            }
        }
    }
}
