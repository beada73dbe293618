//! Which resolution answers a request, and its buckets as items of a page.

use chrono::{DateTime, TimeDelta, Utc};
use sens_storage::query::StoredValue;
use sens_storage::query::buckets::Bucket;
use sens_storage::rollup::Level;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::time::Timestamp;
use crate::http::value::{self, Value, ValueSchema};

/// What `resolution` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resolution {
    /// Readings.
    Raw,
    /// Buckets.
    Of(Level),
    /// As fine as is sensible for the length of the interval.
    Auto,
}

pub(super) const RESOLUTIONS: [(&str, Resolution); 5] = [
    ("raw", Resolution::Raw),
    ("1m", Resolution::Of(Level::Minute)),
    ("1h", Resolution::Of(Level::Hour)),
    ("1d", Resolution::Of(Level::Day)),
    ("auto", Resolution::Auto),
];

/// Up to these lengths of an interval, `auto` gives readings, minutes and hours.
const AUTO: [(TimeDelta, Option<Level>); 3] = [
    (TimeDelta::hours(6), None),
    (TimeDelta::days(3), Some(Level::Minute)),
    (TimeDelta::days(120), Some(Level::Hour)),
];

impl Resolution {
    /// The buckets to read; `None` for readings. An interval without a start is read raw by `auto`.
    pub(super) fn level(
        self,
        from: Option<DateTime<Utc>>,
        to: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Option<Level> {
        match (self, from) {
            (Self::Raw, _) | (Self::Auto, None) => None,
            (Self::Of(level), _) => Some(level),
            (Self::Auto, Some(from)) => {
                let length = to.unwrap_or(now) - from;
                AUTO.iter()
                    .find(|(limit, _)| length <= *limit)
                    .map_or(Some(Level::Day), |(_, level)| *level)
            }
        }
    }
}

/// The readings of a bucket.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rollup {
    /// How many there are.
    pub(super) count: i64,
    /// The least; null for booleans and text, as the next two.
    #[serde(serialize_with = "value::optional_number")]
    pub(super) min: Option<f64>,
    /// The greatest.
    #[serde(serialize_with = "value::optional_number")]
    pub(super) max: Option<f64>,
    /// The sum; null also when it is too large for a number.
    #[serde(serialize_with = "value::optional_number")]
    pub(super) sum: Option<f64>,
    /// The first; null for text.
    #[schema(value_type = Option<ValueSchema>)]
    pub(super) first: Option<Value>,
    /// The last.
    #[schema(value_type = Option<ValueSchema>)]
    pub(super) last: Option<Value>,
    /// Time of the first.
    pub(super) first_at: Timestamp,
    /// Time of the last.
    pub(super) last_at: Timestamp,
}

/// The value that stands for a bucket, and everything about it. Numbers are converted with `convert`.
pub(super) fn bucket(
    bucket: &Bucket,
    boolean: bool,
    convert: impl Fn(f64) -> f64,
) -> Option<(StoredValue, Rollup)> {
    let of = |number: f64| {
        if boolean {
            StoredValue::Boolean(number != 0.0)
        } else {
            StoredValue::Number(convert(number))
        }
    };
    let text = bucket.last_text.clone().map(StoredValue::Text);
    let last = bucket.last.map(of).or(text);
    let numbers = |number: Option<f64>| number.filter(|_| !boolean).map(&convert);
    let mean = bucket.sum.map(|sum| sum / bucket.n as f64);
    let value = numbers(mean)
        .map(StoredValue::Number)
        .or_else(|| last.clone())?;
    let (low, high) = (numbers(bucket.min), numbers(bucket.max));
    // A negative factor turns them round.
    let turned = matches!((low, high), (Some(low), Some(high)) if low > high);
    let (min, max) = if turned { (high, low) } else { (low, high) };
    let rollup = Rollup {
        count: bucket.n + bucket.texts,
        min,
        max,
        sum: numbers(bucket.sum),
        first: bucket.first.map(of).map(Value),
        last: last.map(Value),
        first_at: Timestamp(bucket.first_at),
        last_at: Timestamp(bucket.last_at),
    };
    Some((value, rollup))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_follows_the_length_of_the_interval() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(1000);
        let level = |length| Resolution::Auto.level(Some(now - length), None, now);
        assert_eq!(level(TimeDelta::hours(6)), None);
        assert_eq!(level(TimeDelta::days(1)), Some(Level::Minute));
        assert_eq!(level(TimeDelta::days(30)), Some(Level::Hour));
        assert_eq!(level(TimeDelta::days(365)), Some(Level::Day));
        assert_eq!(Resolution::Auto.level(None, Some(now), now), None);
        let hour = Resolution::Of(Level::Hour);
        assert_eq!(hour.level(None, None, now), Some(Level::Hour));
    }
}
