//! Rows of an answer and their columns, whatever the format.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sens_storage::query::StoredValue;
use sens_storage::query::buckets::Bucket;
use sens_storage::query::measurements::{Clock, Measurement};
use sens_storage::query::targets::Target;

use super::grammar::{Aggregate, Ask, Form};
use super::units::Conversion;
use crate::problem::Problem;

/// One line of an answer.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Index of its series.
    pub(super) series: usize,
    /// When it was measured; the start of a bucket.
    pub(super) recorded_at: DateTime<Utc>,
    /// What it says.
    pub(super) body: Body,
}

/// What a row says. Numbers are converted already.
#[derive(Debug, Clone)]
pub(super) enum Body {
    /// A reading.
    Reading {
        value: StoredValue,
        quality: Cow<'static, str>,
        /// Only where it was asked for.
        received_at: Option<DateTime<Utc>>,
    },
    /// Everything that is known of a bucket; without one it is filled in.
    Rollup {
        value: Option<StoredValue>,
        rollup: Option<Rollup>,
    },
    /// What was asked for of a bucket.
    Picked {
        count: i64,
        values: Vec<Option<StoredValue>>,
    },
    /// A point of a chart.
    Point(f64),
}

/// The readings of a bucket.
#[derive(Debug, Clone)]
pub(super) struct Rollup {
    count: i64,
    min: Option<f64>,
    max: Option<f64>,
    sum: Option<f64>,
    first: Option<StoredValue>,
    last: Option<StoredValue>,
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
}

/// A column of an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Column {
    Serial,
    Metric,
    RecordedAt,
    ReceivedAt,
    Value,
    Unit,
    Quality,
    Count,
    /// By its index.
    Picked(usize, Aggregate),
    /// A member of `rollup`.
    Rollup(Part),
}

/// What there is of a rolled-up bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Count,
    Min,
    Max,
    Sum,
    First,
    Last,
    FirstAt,
    LastAt,
}

const PARTS: [(Part, &str); 8] = [
    (Part::Count, "count"),
    (Part::Min, "min"),
    (Part::Max, "max"),
    (Part::Sum, "sum"),
    (Part::First, "first"),
    (Part::Last, "last"),
    (Part::FirstAt, "first_at"),
    (Part::LastAt, "last_at"),
];

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Time,
    Integer,
    /// A number, a boolean or text.
    Value,
}

impl Column {
    /// Its name.
    pub(super) fn name(self) -> String {
        match self {
            Self::Serial => "serial".to_owned(),
            Self::Metric => "metric".to_owned(),
            Self::RecordedAt => "recorded_at".to_owned(),
            Self::ReceivedAt => "received_at".to_owned(),
            Self::Value => "value".to_owned(),
            Self::Unit => "unit".to_owned(),
            Self::Quality => "quality".to_owned(),
            Self::Count => "count".to_owned(),
            Self::Picked(_, aggregate) => aggregate.to_string(),
            Self::Rollup(part) => {
                let name = PARTS.iter().find(|(other, _)| *other == part);
                name.map_or("", |(_, name)| name).to_owned()
            }
        }
    }

    /// What its values are.
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Serial | Self::Metric | Self::Unit | Self::Quality => Kind::Text,
            Self::RecordedAt | Self::ReceivedAt | Self::Rollup(Part::FirstAt | Part::LastAt) => {
                Kind::Time
            }
            Self::Count | Self::Rollup(Part::Count) => Kind::Integer,
            Self::Value | Self::Picked(..) | Self::Rollup(_) => Kind::Value,
        }
    }
}

/// A value of a row in a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell<'a> {
    Null,
    Text(&'a str),
    Time(DateTime<Utc>),
    Integer(i64),
    Number(f64),
    Boolean(bool),
}

impl<'a> Cell<'a> {
    fn of(value: Option<&'a StoredValue>) -> Self {
        match value {
            None => Self::Null,
            Some(StoredValue::Number(number)) => Self::Number(*number),
            Some(StoredValue::Boolean(boolean)) => Self::Boolean(*boolean),
            Some(StoredValue::Text(text)) => Self::Text(text),
        }
    }

    fn number(number: Option<f64>) -> Self {
        number.map_or(Self::Null, Self::Number)
    }
}

/// What all rows of an answer share.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// In their order.
    pub(super) columns: Vec<Column>,
    /// In the order of devices and metrics.
    series: Vec<Series>,
    /// By device and metric.
    places: BTreeMap<(i64, i32), usize>,
    aggregates: Vec<Aggregate>,
    received: bool,
}

#[derive(Debug, Clone)]
struct Series {
    /// More than one where the histories of a device and of its legacy number are one.
    members: Vec<Target>,
    unit: Option<String>,
    conversion: Conversion,
}

impl Series {
    /// What is the same of all members; there is one at least.
    fn target(&self) -> &Target {
        &self.members[0]
    }

    /// The value of all its rows in a column that says which series a row is of.
    fn cell(&self, column: Column) -> Option<Cell<'_>> {
        match column {
            Column::Serial => Some(Cell::Text(&self.target().serial)),
            Column::Metric => Some(Cell::Text(&self.target().metric.name)),
            Column::Unit => Some(self.unit.as_deref().map_or(Cell::Null, Cell::Text)),
            _ => None,
        }
    }
}

impl Table {
    /// For the answer to a query.
    ///
    /// # Errors
    /// `invalid_parameter` when none of the metrics has the unit asked for.
    pub(super) fn new(ask: &Ask, targets: Vec<Target>) -> Result<Self, Problem> {
        let conversions = Conversion::of_all(&targets, ask.unit.as_deref())?;
        let mut series: Vec<Series> = Vec::new();
        let mut places = BTreeMap::new();
        for (target, (unit, conversion)) in targets.into_iter().zip(conversions) {
            let key = (target.device_id, target.metric.id);
            let last = series
                .last_mut()
                .filter(|last| target.continues(last.target()));
            if let Some(last) = last {
                last.members.push(target);
            } else {
                series.push(Series {
                    members: vec![target],
                    unit,
                    conversion,
                });
            }
            places.insert(key, series.len() - 1);
        }
        let received = ask.clock == Clock::Received;
        let aggregates = match &ask.form {
            Form::Buckets(buckets) => buckets.aggregates.clone(),
            Form::Raw | Form::Points(..) | Form::Nearest(_) => Vec::new(),
        };
        Ok(Self {
            columns: columns(&ask.form, received),
            series,
            places,
            aggregates,
            received,
        })
    }

    /// Number of series.
    pub(super) fn count(&self) -> usize {
        self.series.len()
    }

    /// What the series are read from, in their order.
    pub(super) fn targets(&self) -> impl Iterator<Item = &Target> + Clone {
        self.series.iter().flat_map(|series| &series.members)
    }

    /// What one series is read from.
    pub(super) fn members(&self, series: usize) -> &[Target] {
        self.series
            .get(series)
            .map_or(&[], |series| &series.members)
    }

    /// Whether any series has texts.
    pub(super) fn has_text(&self) -> bool {
        self.targets().any(|target| target.metric.kind == "text")
    }

    /// The value of a row in a column.
    pub(super) fn cell<'a>(&'a self, row: &'a Row, column: Column) -> Cell<'a> {
        if let Some(cell) = self.series[row.series].cell(column) {
            return cell;
        }
        match (column, &row.body) {
            (Column::RecordedAt, _) => Cell::Time(row.recorded_at),
            (Column::ReceivedAt, Body::Reading { received_at, .. }) => {
                received_at.map_or(Cell::Null, Cell::Time)
            }
            (Column::Value, Body::Reading { value, .. }) => Cell::of(Some(value)),
            (Column::Value, Body::Rollup { value, .. }) => Cell::of(value.as_ref()),
            (Column::Value, Body::Point(number)) => Cell::Number(*number),
            (Column::Quality, Body::Reading { quality, .. }) => Cell::Text(quality),
            (Column::Quality, Body::Rollup { rollup, .. }) => Cell::Text(match rollup {
                Some(_) => "rolled_up",
                None => "filled",
            }),
            (Column::Count, Body::Picked { count, .. }) => Cell::Integer(*count),
            (Column::Picked(index, _), Body::Picked { values, .. }) => {
                Cell::of(values.get(index).and_then(Option::as_ref))
            }
            (Column::Rollup(part), Body::Rollup { rollup, .. }) => part_of(part, rollup.as_ref()),
            _ => Cell::Null,
        }
    }

    /// The value of every row in a column, where it is the same by what the rows are.
    pub(super) fn shared(&self, column: Column) -> Option<Cell<'_>> {
        match &*self.series {
            [series] => series.cell(column),
            _ => None,
        }
    }

    /// The row of a reading.
    pub(super) fn reading(&self, reading: Measurement) -> Option<Row> {
        let series = self.find(reading.key.device_id, reading.key.metric_id)?;
        Some(Row {
            series,
            recorded_at: reading.key.recorded_at,
            body: Body::Reading {
                value: self.series[series].conversion.value(reading.value),
                quality: reading.quality,
                received_at: self.received.then_some(reading.key.at),
            },
        })
    }

    /// The row of a point of a chart.
    pub(super) fn point(&self, series: usize, (at, value): (i64, f64)) -> Row {
        Row {
            series,
            recorded_at: DateTime::from_timestamp_micros(at).unwrap_or_default(),
            body: Body::Point(self.series[series].conversion.number(value)),
        }
    }

    /// The row of a bucket.
    pub(super) fn bucket(&self, bucket: &Bucket) -> Option<Row> {
        let index = self.find(bucket.key.device_id, bucket.key.metric_id)?;
        let series = &self.series[index];
        let facts = Facts::of(bucket, &series.target().metric.kind, series.conversion);
        let body = if self.aggregates.is_empty() {
            Body::Rollup {
                value: facts.value(),
                rollup: Some(facts.rollup),
            }
        } else {
            let mut percentiles = bucket.percentiles.iter();
            let values = self.aggregates.iter().map(|aggregate| match aggregate {
                Aggregate::Percentile(_) => {
                    let number = percentiles.next().filter(|_| !facts.boolean);
                    number.map(|number| StoredValue::Number(series.conversion.number(*number)))
                }
                plain => facts.pick(*plain),
            });
            Body::Picked {
                values: values.collect(),
                count: facts.rollup.count,
            }
        };
        Some(Row {
            series: index,
            recorded_at: bucket.key.at,
            body,
        })
    }

    fn find(&self, device_id: i64, metric_id: i32) -> Option<usize> {
        self.places.get(&(device_id, metric_id)).copied()
    }
}

fn columns(form: &Form, received: bool) -> Vec<Column> {
    let mut columns = vec![Column::Serial, Column::Metric, Column::RecordedAt];
    match form {
        Form::Buckets(buckets) if !buckets.aggregates.is_empty() => {
            columns.extend([Column::Unit, Column::Count]);
            let picked = buckets.aggregates.iter().enumerate();
            let picked = picked.filter(|(_, aggregate)| **aggregate != Aggregate::Count);
            columns.extend(picked.map(|(index, aggregate)| Column::Picked(index, *aggregate)));
        }
        Form::Buckets(_) => {
            columns.extend([Column::Value, Column::Unit, Column::Quality]);
            columns.extend(PARTS.map(|(part, _)| Column::Rollup(part)));
        }
        Form::Points(..) => columns.extend([Column::Value, Column::Unit]),
        Form::Raw | Form::Nearest(_) => {
            columns.extend(received.then_some(Column::ReceivedAt));
            columns.extend([Column::Value, Column::Unit, Column::Quality]);
        }
    }
    columns
}

fn part_of(part: Part, rollup: Option<&Rollup>) -> Cell<'_> {
    let Some(rollup) = rollup else {
        return match part {
            Part::Count => Cell::Integer(0),
            _ => Cell::Null,
        };
    };
    match part {
        Part::Count => Cell::Integer(rollup.count),
        Part::Min => Cell::number(rollup.min),
        Part::Max => Cell::number(rollup.max),
        Part::Sum => Cell::number(rollup.sum),
        Part::First => Cell::of(rollup.first.as_ref()),
        Part::Last => Cell::of(rollup.last.as_ref()),
        Part::FirstAt => Cell::Time(rollup.first_at),
        Part::LastAt => Cell::Time(rollup.last_at),
    }
}

/// A bucket in the unit and the type asked for.
struct Facts {
    boolean: bool,
    mean: Option<f64>,
    rollup: Rollup,
}

impl Facts {
    fn of(bucket: &Bucket, kind: &str, conversion: Conversion) -> Self {
        let boolean = kind == "boolean";
        let of = |number: f64| {
            if boolean {
                StoredValue::Boolean(number != 0.0)
            } else {
                StoredValue::Number(conversion.number(number))
            }
        };
        let numbers = |number: Option<f64>| {
            let number = number.filter(|_| !boolean);
            number.map(|number| conversion.number(number))
        };
        let text = bucket.last_text.clone().map(StoredValue::Text);
        let (low, high) = (numbers(bucket.min), numbers(bucket.max));
        // A negative factor turns them round.
        let turned = matches!((low, high), (Some(low), Some(high)) if low > high);
        let (min, max) = if turned { (high, low) } else { (low, high) };
        Self {
            boolean,
            mean: numbers(bucket.sum.map(|sum| sum / bucket.n as f64))
                .filter(|mean| mean.is_finite()),
            rollup: Rollup {
                count: bucket.n + bucket.texts,
                min,
                max,
                sum: numbers(bucket.sum),
                first: bucket.first.map(of),
                last: bucket.last.map(of).or(text),
                first_at: bucket.first_at,
                last_at: bucket.last_at,
            },
        }
    }

    /// The value that stands for the bucket: its mean, or the last one where there is none.
    fn value(&self) -> Option<StoredValue> {
        let mean = self.mean.map(StoredValue::Number);
        mean.or_else(|| self.rollup.last.clone())
    }

    fn pick(&self, aggregate: Aggregate) -> Option<StoredValue> {
        let rollup = &self.rollup;
        match aggregate {
            Aggregate::Avg => self.mean.map(StoredValue::Number),
            Aggregate::Min => rollup.min.map(StoredValue::Number),
            Aggregate::Max => rollup.max.map(StoredValue::Number),
            Aggregate::Sum => rollup.sum.map(StoredValue::Number),
            Aggregate::First => rollup.first.clone(),
            Aggregate::Last => rollup.last.clone(),
            Aggregate::Count | Aggregate::Percentile(_) => None,
        }
    }
}
