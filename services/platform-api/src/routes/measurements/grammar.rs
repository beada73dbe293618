//! What a query for readings may say, the same as query parameters and as a JSON body.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use sens_schema::LabelSelector;
use sens_storage::query::measurements::{Clock, Order, Range, ReadingKey};
use sens_storage::rollup::Level;

use super::downsample::Method;
use super::step::{self, Step};
use crate::http::cursor::{self, Fingerprint};
use crate::http::params::Params;
use crate::problem::Problem;

/// Largest page.
pub(super) const LARGEST_PAGE: usize = 10_000;
/// Readings of a page that says nothing of its size.
pub(super) const USUAL_PAGE: usize = 1000;
/// Parameters that may change from page to page.
const PAGING: [&str; 3] = ["cursor", "limit", "shape"];

/// A query for readings, understood.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    /// Serials; none means every device.
    pub(super) devices: Vec<String>,
    /// Only devices that all of these take.
    pub(super) labels: Vec<LabelSelector>,
    /// Names; none means every metric.
    pub(super) metrics: Vec<String>,
    /// Inclusive start.
    pub(super) from: Option<DateTime<Utc>>,
    /// Exclusive end.
    pub(super) to: Option<DateTime<Utc>>,
    /// What is wanted of the interval.
    pub(super) form: Form,
    /// By which time.
    pub(super) clock: Clock,
    /// The moment whose knowledge is wanted.
    pub(super) as_of: Option<DateTime<Utc>>,
    /// Unit of the values.
    pub(super) unit: Option<String>,
    /// Direction.
    pub(super) order: Order,
    /// Whether JSON has an array per column.
    pub(super) columns: bool,
    /// Size of a page.
    pub(super) limit: Option<usize>,
    /// The place after which to go on.
    pub(super) after: Option<ReadingKey>,
    /// Tells this query from others.
    pub(super) fingerprint: Fingerprint,
}

impl Ask {
    /// The range that is asked for.
    pub(super) fn range(&self) -> Range {
        Range {
            from: self.from,
            to: self.to,
            order: self.order,
            after: self.after,
        }
    }
}

/// What is wanted of an interval.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Form {
    /// Every reading.
    Raw,
    /// Buckets.
    Buckets(Buckets),
    /// At most so many points of each series.
    Points(usize, Method),
    /// The reading of each series that is nearest to an instant.
    Nearest(DateTime<Utc>),
}

/// Which buckets are wanted.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Buckets {
    /// How wide.
    pub(super) step: Step,
    /// Whose calendar.
    pub(super) zone: Tz,
    /// What of each; none means everything that rollups know.
    pub(super) aggregates: Vec<Aggregate>,
    /// What stands for a bucket without readings.
    pub(super) fill: Fill,
}

/// What of a bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Aggregate {
    Avg,
    Min,
    Max,
    Count,
    Sum,
    First,
    Last,
    /// Between 0 and 100.
    Percentile(f64),
}

impl Aggregate {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "avg" => Self::Avg,
            "min" => Self::Min,
            "max" => Self::Max,
            "count" => Self::Count,
            "sum" => Self::Sum,
            "first" => Self::First,
            "last" => Self::Last,
            percentile => {
                let number = percentile.strip_prefix('p')?;
                let plain = number
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte == b'.');
                let number: f64 = number.parse().ok().filter(|_| plain)?;
                (0.0..=100.0)
                    .contains(&number)
                    .then_some(Self::Percentile(number))?
            }
        })
    }
}

impl std::fmt::Display for Aggregate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Avg => "avg",
            Self::Min => "min",
            Self::Max => "max",
            Self::Count => "count",
            Self::Sum => "sum",
            Self::First => "first",
            Self::Last => "last",
            Self::Percentile(number) => return write!(f, "p{number}"),
        })
    }
}

/// What stands for a bucket without readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fill {
    /// It is left out.
    None,
    /// Nothing.
    Null,
    /// What the bucket before had.
    Previous,
    /// The line between the buckets around it.
    Linear,
}

const FILLS: [(&str, Fill); 4] = [
    ("none", Fill::None),
    ("null", Fill::Null),
    ("previous", Fill::Previous),
    ("linear", Fill::Linear),
];
const METHODS: [(&str, Method); 2] = [("lttb", Method::Lttb), ("minmax", Method::MinMax)];
const CLOCKS: [(&str, Clock); 2] = [("device", Clock::Device), ("received", Clock::Received)];
const ORDERS: [(&str, Order); 2] = [("asc", Order::Ascending), ("desc", Order::Descending)];
const SHAPES: [(&str, bool); 2] = [("rows", false), ("columns", true)];

/// What `resolution` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Resolution {
    Raw,
    /// As fine as is sensible for the length of the interval.
    Auto,
    Every(Step),
}

/// Up to these lengths of an interval, `auto` gives readings, minutes and hours.
const AUTO: [(TimeDelta, Option<Level>); 3] = [
    (TimeDelta::hours(6), None),
    (TimeDelta::days(3), Some(Level::Minute)),
    (TimeDelta::days(120), Some(Level::Hour)),
];

/// The rollup that fits the length of the interval; `None` for readings. An interval without a start is read raw.
fn auto(
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<Level> {
    let length = to.unwrap_or(now) - from?;
    AUTO.iter()
        .find(|(limit, _)| length <= *limit)
        .map_or(Some(Level::Day), |(_, level)| *level)
}

impl Ask {
    /// Reads a query; about one device, when its serial is given.
    ///
    /// # Errors
    /// `invalid_parameter` or `invalid_body` with every fault, `invalid_cursor`.
    pub(super) fn read(
        serial: Option<&str>,
        mut params: Params,
        now: DateTime<Utc>,
    ) -> Result<Self, Problem> {
        let mut parts = vec![
            "measurements".to_owned(),
            serial.unwrap_or_default().to_owned(),
        ];
        parts.extend(params.given(&PAGING));
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let fingerprint = Fingerprint::of(&parts);
        let devices = match serial {
            Some(serial) => vec![serial.to_owned()],
            None => params.serials("device"),
        };
        let labels = match serial {
            Some(_) => Vec::new(),
            None => params.selectors("label"),
        };
        let metrics = params.many("metric");
        let (from, to) = interval(&mut params, now);
        let form = form(&mut params, (from, to), now);
        let clock = params.choice("time", &CLOCKS).unwrap_or_default();
        let as_of = params.time("as_of");
        if as_of.is_some_and(|as_of| as_of > now) {
            params.fault("as_of", "as_of must not lie in the future");
        }
        let unit = params.text("unit");
        let order = params.choice("order", &ORDERS);
        let columns = params.choice("shape", &SHAPES).unwrap_or_default();
        let limit = params.text("limit").is_some();
        let limit = limit.then(|| params.limit(USUAL_PAGE, LARGEST_PAGE));
        let cursor = params.text("cursor");
        let pageless = match &form {
            Form::Points(..) => Some("points"),
            Form::Nearest(_) => Some("at"),
            Form::Buckets(buckets) if buckets.fill != Fill::None => Some("fill"),
            Form::Raw | Form::Buckets(_) => None,
        };
        if let Some(name) = pageless {
            for (given, other) in [
                (limit.is_some(), "limit"),
                (cursor.is_some(), "cursor"),
                (order.is_some() && name != "fill", "order"),
                (clock == Clock::Received && name != "fill", "time"),
            ] {
                if given {
                    params.fault(other, format!("{other} has no meaning beside {name}"));
                }
            }
        }
        params.finish()?;
        let after = cursor::decode(fingerprint, cursor.as_deref(), read_place)?;
        Ok(Self {
            devices,
            labels,
            metrics,
            from,
            to,
            form,
            clock,
            as_of,
            unit,
            order: order.unwrap_or(Order::Ascending),
            columns,
            limit,
            after,
            fingerprint,
        })
    }
}

/// `from` and `to`, or `last`.
fn interval(
    params: &mut Params,
    now: DateTime<Utc>,
) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let (from, to) = params.interval();
    let Some(last) = params.text("last") else {
        return (from, to);
    };
    if from.is_some() || to.is_some() {
        params.fault("last", "last stands for from and to: give either");
    }
    let Some(length) = step::length(&last) else {
        params.fault(
            "last",
            "last must be a number and s, m, h, d or w, such as 24h",
        );
        return (from, to);
    };
    (Some(now - length), Some(now))
}

/// What is wanted of the interval.
fn form(
    params: &mut Params,
    (from, to): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    now: DateTime<Utc>,
) -> Form {
    let resolution = resolution(params);
    let zone = zone(params);
    let aggregates = aggregates(params);
    let fill = params.choice("fill", &FILLS);
    let points = points(params);
    let nearest = params.time("at");
    let step = match resolution {
        Some(Resolution::Every(step)) => Some(step),
        Some(Resolution::Auto) => {
            // What only buckets have makes buckets of the finest.
            let finest = (!aggregates.is_empty() || fill.is_some()).then_some(Level::Minute);
            let level = auto(from, to, now).or(finest);
            level.map(|level| Step::Fixed(level.width()))
        }
        Some(Resolution::Raw) | None => None,
    };
    let special = match (nearest, points) {
        (Some(at), _) => Some(("at", Form::Nearest(at))),
        (None, Some((count, method))) => Some(("points", Form::Points(count, method))),
        (None, None) => None,
    };
    if let Some((name, form)) = special {
        let is_nearest = name == "at";
        for (given, other) in [
            (
                resolution.is_some_and(|resolution| resolution != Resolution::Raw),
                "resolution",
            ),
            (!aggregates.is_empty(), "agg"),
            (fill.is_some(), "fill"),
            (zone.is_some(), "tz"),
            (is_nearest && points.is_some(), "points"),
            (is_nearest && (from.is_some() || to.is_some()), "from"),
        ] {
            if given {
                params.fault(other, format!("{other} has no meaning beside {name}"));
            }
        }
        return form;
    }
    for (given, name) in [(!aggregates.is_empty(), "agg"), (fill.is_some(), "fill")] {
        if given && step.is_none() {
            params.fault(
                name,
                format!("{name} needs a resolution, such as resolution=1h"),
            );
        }
    }
    if zone.is_some() && !step.is_some_and(Step::is_calendar) {
        params.fault(
            "tz",
            "tz shapes days, weeks, months and years: give a resolution such as 1d",
        );
    }
    let fill = fill.unwrap_or(Fill::None);
    if fill != Fill::None && (from.is_none() || to.is_none()) {
        params.fault(
            "fill",
            "fill needs from and to, or last: without them there is no end to it",
        );
    }
    let zone = zone.unwrap_or(Tz::UTC);
    step.map_or(Form::Raw, |step| {
        Form::Buckets(Buckets {
            step,
            zone,
            aggregates,
            fill,
        })
    })
}

fn resolution(params: &mut Params) -> Option<Resolution> {
    let text = params.text("resolution")?;
    let read = match text.as_str() {
        "raw" => Some(Resolution::Raw),
        "auto" => Some(Resolution::Auto),
        other => Step::parse(other).map(Resolution::Every),
    };
    if read.is_none() {
        params.fault(
            "resolution",
            "resolution must be raw, auto, or a number and s, m, h, d, w, mo or y, such as 15m",
        );
    }
    read
}

fn zone(params: &mut Params) -> Option<Tz> {
    let text = params.text("tz")?;
    let zone = text.parse().ok();
    if zone.is_none() {
        params.fault(
            "tz",
            "tz must be a time zone by its name, such as Europe/Vienna",
        );
    }
    zone
}

/// Several may stand in one parameter, with commas.
fn aggregates(params: &mut Params) -> Vec<Aggregate> {
    let mut aggregates = Vec::new();
    for text in params.many("agg").iter().flat_map(|text| text.split(',')) {
        match Aggregate::parse(text.trim()) {
            Some(aggregate) if aggregates.contains(&aggregate) => {}
            Some(aggregate) => aggregates.push(aggregate),
            None => params.fault(
                "agg",
                "agg must be avg, min, max, count, sum, first, last or a percentile such as p95",
            ),
        }
    }
    aggregates
}

fn points(params: &mut Params) -> Option<(usize, Method)> {
    let method = params.choice("method", &METHODS);
    let Some(text) = params.text("points") else {
        if method.is_some() {
            params.fault(
                "method",
                "method says how points are chosen: give points too",
            );
        }
        return None;
    };
    let count = text
        .parse()
        .ok()
        .filter(|count| (4..=LARGEST_PAGE).contains(count));
    if count.is_none() {
        params.fault(
            "points",
            format!("points must be a number from 4 to {LARGEST_PAGE}"),
        );
    }
    Some((count?, method.unwrap_or(Method::Lttb)))
}

/// Writes the place of a reading into a cursor.
pub(super) fn write_place(key: &ReadingKey) -> String {
    let micros = |at: DateTime<Utc>| at.timestamp_micros();
    let (at, recorded_at) = (micros(key.at), micros(key.recorded_at));
    format!(
        "{at}:{}:{}:{recorded_at}:{}",
        key.device_id, key.metric_id, key.dedup
    )
}

fn read_place(place: &str) -> Option<ReadingKey> {
    let mut parts = place.split(':');
    let at = DateTime::from_timestamp_micros(parts.next()?.parse().ok()?)?;
    let key = ReadingKey {
        at,
        device_id: parts.next()?.parse().ok()?,
        metric_id: parts.next()?.parse().ok()?,
        recorded_at: DateTime::from_timestamp_micros(parts.next()?.parse().ok()?)?,
        dedup: parts.next()?.parse().ok()?,
    };
    parts.next().is_none().then_some(key)
}

#[cfg(test)]
#[path = "grammar_tests.rs"]
mod tests;
