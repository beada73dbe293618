//! How a query is answered, and whether it can be: decided before anything is read.

use chrono::{DateTime, TimeDelta, Utc};
use sens_storage::query::buckets::{Aggregation, Basis, Grid};
use sens_storage::query::measurements::Clock;
use sens_storage::rollup::Level;
use serde_json::{Map, Value, json};

use super::grammar::{Aggregate, Ask, Buckets, Fill, Form};
use super::step::{self, Step};
use crate::http::time::Timestamp;
use crate::problem::{Code, Problem};

/// Most series of one query.
pub(super) const MOST_SERIES: usize = 10_000;
/// Most readings, or buckets of a rollup, that a computed answer is made of.
pub(super) const MOST_READ: u64 = 5_000_000;
/// Most rows of an answer that has no pages.
pub(super) const MOST_ROWS: usize = 100_000;
/// Most calendar buckets of one query.
const MOST_EDGES: usize = 20_000;
/// What a series may go back that is not rolled up yet.
const LONG_AGO: TimeDelta = TimeDelta::days(3653);
/// Widths to propose, from fine to coarse.
const PROPOSED: [&str; 9] = ["1m", "5m", "15m", "1h", "6h", "1d", "1w", "1mo", "1y"];

/// What a plan depends on besides the query.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    /// Number of series.
    pub(super) series: usize,
    /// Time of the first reading, as far as is known.
    pub(super) first: Option<DateTime<Utc>>,
    /// Time of the newest reading.
    pub(super) newest: Option<DateTime<Utc>>,
    /// About how many readings there are in the interval.
    pub(super) readings: u64,
}

/// How a query is answered.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Plan {
    /// From readings.
    Raw,
    /// From buckets; with fill, these are their starts.
    Buckets {
        aggregation: Aggregation,
        starts: Vec<DateTime<Utc>>,
    },
    /// From the numbers of each series, or where there are too many from the extremes that a rollup knows.
    Points(Option<Level>),
    /// From the readings on both sides of an instant.
    Nearest(DateTime<Utc>),
}

/// The interval that is asked for, ended where there is nothing any more.
pub(super) fn span(ask: &Ask, facts: &Facts, now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    let newest = facts.newest.unwrap_or(now);
    let first = facts.first.unwrap_or(newest - LONG_AGO);
    let end = match ask.clock {
        Clock::Device => newest + TimeDelta::microseconds(1),
        Clock::Received => now,
    };
    let from = ask.from.unwrap_or(first);
    (
        from,
        ask.to.unwrap_or(end).max(from + TimeDelta::microseconds(1)),
    )
}

/// Plans the answer; `whole` when it has no pages because it is streamed.
///
/// # Errors
/// `query_too_large`, with what would fit.
pub(super) fn plan(
    ask: &Ask,
    facts: &Facts,
    whole: bool,
    now: DateTime<Utc>,
) -> Result<Plan, Problem> {
    if facts.series > MOST_SERIES {
        let fits = json!({ "series": MOST_SERIES });
        let detail = "too many devices and metrics at once: name fewer of them";
        return Err(too_large(detail, facts.series, MOST_SERIES, fits));
    }
    let span = span(ask, facts, now);
    let page = ask.limit.unwrap_or(super::grammar::LARGEST_PAGE);
    match &ask.form {
        Form::Nearest(at) => Ok(Plan::Nearest(*at)),
        Form::Raw => {
            // One by one the series are read in the order of the index; together each is read as far as the page may go.
            let is_scan =
                ask.clock == Clock::Received || (!whole && facts.series * page > 1_000_000);
            if is_scan && facts.readings > MOST_READ {
                return Err(too_many_readings(span, facts, None));
            }
            Ok(Plan::Raw)
        }
        Form::Points(count, _) => points(ask, facts, *count, span),
        Form::Buckets(buckets) => aggregation(ask, buckets, facts, span),
    }
}

fn points(
    ask: &Ask,
    facts: &Facts,
    count: usize,
    span: (DateTime<Utc>, DateTime<Utc>),
) -> Result<Plan, Problem> {
    let rows = facts.series * count;
    if rows > MOST_ROWS {
        let fits = json!({ "points": MOST_ROWS / facts.series, "series": MOST_ROWS / count });
        let detail = "too many points: ask for fewer of each series, or for fewer series";
        return Err(too_large(detail, rows, MOST_ROWS, fits));
    }
    if facts.readings <= MOST_READ {
        return Ok(Plan::Points(None));
    }
    let level = Level::ALL
        .into_iter()
        .find(|level| ask.as_of.is_none() && rollup_rows(*level, facts, span) <= MOST_READ);
    match level {
        Some(level) => Ok(Plan::Points(Some(level))),
        None => Err(too_many_readings(span, facts, None)),
    }
}

/// Most buckets that a rollup can have there.
fn rollup_rows(level: Level, facts: &Facts, (from, to): (DateTime<Utc>, DateTime<Utc>)) -> u64 {
    let length = (to - from).num_microseconds().unwrap_or(i64::MAX);
    let buckets = u64::try_from(length / level.width() + 2).unwrap_or(u64::MAX);
    buckets.saturating_mul(facts.series as u64)
}

fn aggregation(
    ask: &Ask,
    buckets: &Buckets,
    facts: &Facts,
    span: (DateTime<Utc>, DateTime<Utc>),
) -> Result<Plan, Problem> {
    let Some(grid) = buckets.step.grid(buckets.zone, span, MOST_EDGES) else {
        let fits = fits(buckets, facts.series.max(1), span);
        let detail = "too many buckets: ask for wider ones, or for a shorter interval";
        return Err(too_large(detail, MOST_EDGES + 1, MOST_EDGES, fits));
    };
    let fractions = buckets
        .aggregates
        .iter()
        .filter_map(|aggregate| match aggregate {
            Aggregate::Percentile(number) => Some(number / 100.0),
            _ => None,
        });
    let percentiles: Vec<f64> = fractions.collect();
    let must_read = ask.as_of.is_some() || ask.clock == Clock::Received || !percentiles.is_empty();
    let basis = if must_read {
        Basis::Readings
    } else {
        step::basis(&grid)
    };
    match basis {
        Basis::Readings if facts.readings > MOST_READ => {
            let rolled_up = (!must_read).then_some("1m");
            return Err(too_many_readings(span, facts, rolled_up));
        }
        Basis::Rollup(level)
            if grid != Grid::of(level)
                && rollup_rows(level, facts, span).min(facts.readings) > MOST_READ =>
        {
            return Err(too_many_readings(span, facts, None));
        }
        Basis::Readings | Basis::Rollup(_) => {}
    }
    let starts = if buckets.fill == Fill::None {
        Vec::new()
    } else {
        starts(buckets, &grid, facts, span)?
    };
    Ok(Plan::Buckets {
        aggregation: Aggregation {
            grid,
            basis,
            percentiles,
        },
        starts,
    })
}

/// The start of every bucket of the interval.
fn starts(
    buckets: &Buckets,
    grid: &Grid,
    facts: &Facts,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<DateTime<Utc>>, Problem> {
    let series = facts.series.max(1);
    let count = count(grid, (from, to));
    let rows = count.saturating_mul(series);
    if rows > MOST_ROWS {
        let fits = fits(buckets, series, (from, to));
        let detail = "filled in, the answer has too many rows: ask for wider buckets, a shorter interval or fewer series";
        return Err(too_large(detail, rows, MOST_ROWS, fits));
    }
    Ok(match grid {
        Grid::Every(width) => {
            let start = grid.start(from);
            let width = TimeDelta::microseconds(*width);
            (0..count)
                .filter_map(|index| start.checked_add_signed(width * i32::try_from(index).ok()?))
                .collect()
        }
        Grid::Edges(edges) => edges.iter().filter(|edge| **edge < to).copied().collect(),
    })
}

fn count(grid: &Grid, (from, to): (DateTime<Utc>, DateTime<Utc>)) -> usize {
    match grid {
        Grid::Every(width) => {
            let length = (grid.end(to) - grid.start(from))
                .num_microseconds()
                .unwrap_or(i64::MAX);
            usize::try_from(length / width).unwrap_or(usize::MAX)
        }
        Grid::Edges(edges) => edges.iter().filter(|edge| **edge < to).count(),
    }
}

/// The narrowest buckets, and the longest interval, that fit.
fn fits(buckets: &Buckets, series: usize, (from, to): (DateTime<Utc>, DateTime<Utc>)) -> Value {
    let most = MOST_ROWS / series;
    let narrowest = PROPOSED.into_iter().find(|proposed| {
        let grid =
            Step::parse(proposed).and_then(|step| step.grid(buckets.zone, (from, to), MOST_EDGES));
        grid.is_some_and(|grid| count(&grid, (from, to)) <= most)
    });
    let mut fits = Map::new();
    fits.extend(narrowest.map(|step| ("resolution".to_owned(), json!(step))));
    let longest = i64::try_from(most.min(MOST_EDGES))
        .unwrap_or(i64::MAX)
        .saturating_sub(2);
    shorten(
        &mut fits,
        from,
        buckets
            .step
            .about()
            .num_seconds()
            .max(1)
            .saturating_mul(longest),
    );
    Value::Object(fits)
}

/// Proposes an interval of so many seconds.
fn shorten(fits: &mut Map<String, Value>, from: DateTime<Utc>, seconds: i64) {
    fits.insert("seconds".to_owned(), json!(seconds));
    let to = TimeDelta::try_seconds(seconds).and_then(|length| from.checked_add_signed(length));
    fits.extend(to.map(|to| ("to".to_owned(), json!(Timestamp(to)))));
}

fn too_many_readings(
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    facts: &Facts,
    resolution: Option<&str>,
) -> Problem {
    let share = MOST_READ as f64 / facts.readings.max(MOST_READ + 1) as f64;
    // Readings do not come evenly: a tenth less than would fit if they did.
    #[expect(clippy::cast_possible_truncation, reason = "a number of seconds")]
    let seconds = ((to - from).as_seconds_f64() * share * 0.9) as i64;
    let mut fits = Map::new();
    fits.extend(resolution.map(|step| ("resolution".to_owned(), json!(step))));
    shorten(&mut fits, from, seconds);
    let detail = "too many readings would have to be read: ask for a shorter interval, fewer series, or buckets that rollups have";
    too_large(detail, facts.readings, MOST_READ, Value::Object(fits))
}

fn too_large(
    detail: &str,
    found: impl Into<Value>,
    limit: impl Into<Value>,
    fits: Value,
) -> Problem {
    Problem::new(Code::QueryTooLarge, detail)
        .member("found", found)
        .member("limit", limit)
        .member("fits", fits)
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
