//! What all decoders share: faults, the rules of the catalogue, and the identities of readings.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::DecodeContext;
use crate::catalogue::{Catalogue, MetricKind, MetricRule};
use crate::convert::convert;
use crate::dedup::{Identity, Position, dedup};
use crate::json::{Fields, Json, Kind};
use crate::reading::{DeviceRef, ItemError, Reading};
use crate::reason::Reason;
use crate::serial::Serial;
use crate::time::{Claim, Decimal, Moment, parse_rfc3339};
use crate::value::Value;

const MAX_METRIC: usize = 128;
const MAX_WORD: usize = 64;
const SHOWN: usize = 60;
/// Up to so many readings comparing each with each is cheaper than a hash map.
const FEW: usize = 16;

/// Something wrong with an item, before it is known which item.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) reason: Reason,
    pub(super) pointer: Cow<'static, str>,
    pub(super) detail: String,
}

impl Fault {
    /// A fault at a pointer relative to the item.
    pub(super) fn new(
        reason: Reason,
        pointer: impl Into<Cow<'static, str>>,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            reason,
            pointer: pointer.into(),
            detail: detail.into(),
        }
    }

    /// A required field is not there.
    pub(super) fn missing(field: &str) -> Self {
        Self::new(
            Reason::MissingField,
            format!("/{field}"),
            format!("{field} is missing"),
        )
    }

    /// A field holds another type than expected ("a number").
    pub(super) fn wrong_type(field: &str, expected: &str, found: Json<'_>) -> Self {
        let detail = format!(
            "{field} must be {expected}, not {}",
            kind_name(found.kind())
        );
        Self::new(Reason::WrongType, format!("/{field}"), detail)
    }

    /// The error of an item: `prefix` is the pointer to the item.
    pub(super) fn at(self, device: Option<DeviceRef>, prefix: &str, item: u32) -> ItemError {
        let pointer = format!("{prefix}{}", self.pointer);
        ItemError {
            device,
            reason: self.reason,
            detail: self.detail,
            pointer,
            item,
        }
    }
}

/// Collects the faults of an item and keeps the one whose reason comes first.
#[derive(Debug, Default)]
pub(super) struct Faults(Option<Fault>);

impl Faults {
    /// Takes the good out of a result and remembers the bad.
    pub(super) fn check<T>(&mut self, result: Result<T, Fault>) -> Option<T> {
        match result {
            Ok(good) => Some(good),
            Err(fault) => {
                if self
                    .0
                    .as_ref()
                    .is_none_or(|first| fault.reason < first.reason)
                {
                    self.0 = Some(fault);
                }
                None
            }
        }
    }

    /// The fault to report, if there was any.
    pub(super) fn first(self) -> Option<Fault> {
        self.0
    }
}

/// The device the topic names.
pub(super) fn topic_device(context: &DecodeContext<'_>) -> Option<DeviceRef> {
    context.topic.serial().cloned().map(DeviceRef::from)
}

/// A serial that a payload names. A reserved one that stands for no number is none.
pub(super) fn device(field: &str, text: &str) -> Result<DeviceRef, Fault> {
    Serial::parse(text)
        .ok()
        .map(DeviceRef::from)
        .filter(
            |device| !matches!(device, DeviceRef::Serial(serial) if serial.is_legacy_reserved()),
        )
        .ok_or_else(|| {
            let detail = format!(
                "{} is no serial: 1 to 64 of A-Z a-z 0-9 . _ : -",
                shown(text)
            );
            Fault::new(Reason::InvalidSerial, format!("/{field}"), detail)
        })
}

/// A field that must be there.
pub(super) fn required<'a>(fields: &Fields<'a>, field: &str) -> Result<Json<'a>, Fault> {
    fields.get(field).ok_or_else(|| Fault::missing(field))
}

/// A text that must be there.
pub(super) fn required_text<'a>(fields: &Fields<'a>, field: &str) -> Result<Cow<'a, str>, Fault> {
    let value = required(fields, field)?;
    value
        .text()
        .ok_or_else(|| Fault::wrong_type(field, "a text", value))
}

/// A short text for people (firmware, model, unit) that may be left out.
pub(super) fn optional_word<'a>(
    fields: &Fields<'a>,
    field: &str,
) -> Result<Option<Cow<'a, str>>, Fault> {
    let Some(value) = fields.optional(field) else {
        return Ok(None);
    };
    let text = value
        .text()
        .ok_or_else(|| Fault::wrong_type(field, "a text", value))?;
    if text.chars().count() > MAX_WORD || text.chars().any(char::is_control) {
        let detail =
            format!("{field} must be at most {MAX_WORD} characters without control characters");
        return Err(Fault::new(Reason::OutOfRange, format!("/{field}"), detail));
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// An integer of 64 bits, written without point or exponent.
pub(super) fn integer(field: &str, value: Json<'_>) -> Result<i64, Fault> {
    let Some(text) = value
        .number()
        .filter(|text| !text.contains(['.', 'e', 'E']))
    else {
        return Err(Fault::wrong_type(field, "an integer", value));
    };
    text.parse().map_err(|_| {
        Fault::new(
            Reason::OutOfRange,
            format!("/{field}"),
            format!("{field} {} does not fit 64 bits", shown(text)),
        )
    })
}

/// What a field says about time: nothing, a number of seconds, or RFC 3339.
pub(super) fn claim(fields: &Fields<'_>, field: &str) -> Result<Claim, Fault> {
    let Some(value) = fields.optional(field) else {
        return Ok(Claim::None);
    };
    if let Some(number) = value.number().and_then(Decimal::parse) {
        return Ok(Claim::Seconds(number));
    }
    let text = value.text().ok_or_else(|| {
        Fault::wrong_type(field, "a number of seconds or an RFC 3339 text", value)
    })?;
    parse_rfc3339(&text).map(Claim::Instant).ok_or_else(|| {
        let detail = format!("{field} {} is not RFC 3339 with offset", shown(&text));
        Fault::new(Reason::TimestampInvalid, format!("/{field}"), detail)
    })
}

/// A value as it was sent.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Sent<'a> {
    /// A number, perhaps too large for a double and then infinite.
    Number(f64),
    Boolean(bool),
    Text(Cow<'a, str>),
}

/// A reading before the catalogue was asked.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) device: DeviceRef,
    pub(super) metric: &'a str,
    pub(super) value: Sent<'a>,
    pub(super) unit: Option<Cow<'a, str>>,
    pub(super) moment: Moment,
    pub(super) device_seq: Option<i64>,
    pub(super) item: u32,
    /// Names of the fields for value and unit, for errors.
    pub(super) names: (&'static str, &'static str),
}

impl Draft<'_> {
    /// The reading by the rules of the catalogue, its identity still to be assigned.
    pub(super) fn finish(self, catalogue: &Catalogue) -> Result<Reading, Fault> {
        let rule = catalogue.get(self.metric);
        let (value, boolean) = match rule {
            Some(rule) => self.listed_value(rule)?,
            None => self.plain_value()?,
        };
        Ok(Reading {
            metric: rule.map_or_else(|| Arc::from(self.metric), |rule| Arc::clone(&rule.name)),
            listed: rule.is_some(),
            value,
            boolean,
            unit: if rule.is_some() {
                None
            } else {
                self.unit.as_deref().map(Arc::from)
            },
            recorded_at: self.moment.recorded_at,
            device_time: self.moment.device_time,
            device_seq: self.device_seq,
            quality: self.moment.quality,
            dedup: 0,
            item: self.item,
            device: self.device,
        })
    }

    fn listed_value(&self, rule: &MetricRule) -> Result<(Value, bool), Fault> {
        match (rule.kind, &self.value) {
            (MetricKind::Number, Sent::Number(number)) => {
                let number = self.in_unit_of(rule, *number)?;
                let value = self.number(number)?;
                if rule.in_range(number) {
                    Ok((value, false))
                } else {
                    Err(self.out_of_range(format!(
                        "{} {number} lies outside {}",
                        rule.name,
                        range(rule)
                    )))
                }
            }
            (MetricKind::Boolean, Sent::Boolean(_)) | (MetricKind::Text, Sent::Text(_)) => {
                self.same_unit(rule)?;
                self.plain_value()
            }
            (MetricKind::Boolean, Sent::Number(number)) if *number == 0.0 || *number == 1.0 => {
                self.same_unit(rule)?;
                Ok((self.number(*number)?, true))
            }
            (MetricKind::Boolean, Sent::Number(number)) => Err(self.out_of_range(format!(
                "{} is true or false (1 or 0), not {number}",
                rule.name
            ))),
            (kind, _) => {
                let detail = format!("{} takes values of kind {}", rule.name, kind.as_str());
                Err(Fault::new(
                    Reason::WrongType,
                    format!("/{}", self.names.0),
                    detail,
                ))
            }
        }
    }

    fn plain_value(&self) -> Result<(Value, bool), Fault> {
        match &self.value {
            Sent::Number(number) => Ok((self.number(*number)?, false)),
            Sent::Boolean(boolean) => Ok((Value::Number(f64::from(u8::from(*boolean))), true)),
            Sent::Text(text) if text.contains('\0') => {
                Err(self.out_of_range("a text with a NUL character cannot be stored".to_owned()))
            }
            Sent::Text(text) => Ok((Value::Text(text.clone().into_owned()), false)),
        }
    }

    fn number(&self, number: f64) -> Result<Value, Fault> {
        Value::number(number)
            .ok_or_else(|| self.out_of_range("the number is too large for a double".to_owned()))
    }

    fn in_unit_of(&self, rule: &MetricRule, number: f64) -> Result<f64, Fault> {
        match (self.unit.as_deref(), rule.unit.as_deref()) {
            (None, _) => Ok(number),
            (Some(sent), Some(unit)) => {
                convert(number, sent, unit).ok_or_else(|| self.unit_mismatch(rule))
            }
            (Some(_), None) => Err(self.unit_mismatch(rule)),
        }
    }

    fn same_unit(&self, rule: &MetricRule) -> Result<(), Fault> {
        if self.unit.is_none() || self.unit.as_deref() == rule.unit.as_deref() {
            Ok(())
        } else {
            Err(self.unit_mismatch(rule))
        }
    }

    fn unit_mismatch(&self, rule: &MetricRule) -> Fault {
        let sent = shown(self.unit.as_deref().unwrap_or_default());
        let detail = match &rule.unit {
            Some(unit) => format!(
                "{} is kept in {unit}; no conversion from {sent} is known",
                rule.name
            ),
            None => format!("{} has no unit; it came in {sent}", rule.name),
        };
        Fault::new(Reason::UnitMismatch, format!("/{}", self.names.1), detail)
    }

    fn out_of_range(&self, detail: String) -> Fault {
        Fault::new(Reason::OutOfRange, format!("/{}", self.names.0), detail)
    }
}

/// Whether a text can be the name of a metric: 1 to 128 printable characters.
pub(super) fn check_metric(field: &str, name: &str) -> Result<(), Fault> {
    let good =
        (1..=MAX_METRIC).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if good {
        return Ok(());
    }
    let detail = format!(
        "{} is no metric name: 1 to {MAX_METRIC} printable characters",
        shown(name)
    );
    Err(Fault::new(
        Reason::InvalidMetric,
        format!("/{field}"),
        detail,
    ))
}

/// Fills in the identity of every reading of a payload.
pub(super) fn assign_identities(readings: &mut [Reading], position: Position) {
    let occurrences = occurrences(readings);
    for (reading, occurrence) in readings.iter_mut().zip(occurrences) {
        let identity = if has_content_identity(reading) {
            Identity::Content {
                value: &reading.value,
                boolean: reading.boolean,
                device_seq: reading.device_seq,
                occurrence,
            }
        } else {
            Identity::Position {
                position,
                item: reading.item,
            }
        };
        reading.dedup = dedup(identity);
    }
}

fn has_content_identity(reading: &Reading) -> bool {
    reading.device_seq.is_some() || reading.quality.has_own_time()
}

/// What equal items of a payload have in common.
#[derive(PartialEq, Eq, Hash)]
struct Sameness<'a> {
    device: &'a DeviceRef,
    metric: &'a str,
    recorded_at: i64,
    number: Option<u64>,
    text: Option<&'a str>,
    boolean: bool,
    device_seq: Option<i64>,
}

fn sameness(reading: &Reading) -> Sameness<'_> {
    Sameness {
        device: &reading.device,
        metric: &reading.metric,
        recorded_at: reading.recorded_at,
        number: reading.value.as_number().map(f64::to_bits),
        text: reading.value.as_text(),
        boolean: reading.boolean,
        device_seq: reading.device_seq,
    }
}

/// For each reading how many equal ones stand before it.
fn occurrences(readings: &[Reading]) -> Vec<u32> {
    if let [_] = readings {
        return vec![0];
    }
    let keys: Vec<Sameness<'_>> = readings.iter().map(sameness).collect();
    if keys.len() <= FEW {
        let before = |index: usize| {
            keys[..index]
                .iter()
                .filter(|key| **key == keys[index])
                .count()
        };
        return (0..keys.len())
            .map(|index| index_of(before(index)))
            .collect();
    }
    let mut seen: HashMap<Sameness<'_>, u32> = HashMap::with_capacity(keys.len());
    keys.into_iter()
        .map(|key| {
            let count = seen.entry(key).or_default();
            *count += 1;
            *count - 1
        })
        .collect()
}

/// The index of an item. Payloads are far too short for it not to fit.
pub(super) fn index_of(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// A text from outside as it may stand in a message: quoted, without control characters, not too long.
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

fn range(rule: &MetricRule) -> String {
    let end = |end: Option<f64>| end.map_or_else(|| "…".to_owned(), |number| number.to_string());
    format!("{} to {}", end(rule.min), end(rule.max))
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Boolean(_) => "a boolean",
        Kind::Number => "another number",
        Kind::Text => "a text",
        Kind::Array => "an array",
        Kind::Object => "an object",
    }
}
