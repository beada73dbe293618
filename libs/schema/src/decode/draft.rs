//! From what was sent to a reading, by the rules of the catalogue.

use std::borrow::Cow;
use std::sync::Arc;

use super::fault::{Fault, shown};
use crate::catalogue::{Catalogue, MetricKind, MetricRule};
use crate::convert::convert;
use crate::reading::{DeviceRef, Reading};
use crate::reason::Reason;
use crate::time::Moment;
use crate::value::Value;

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
            (MetricKind::Boolean, Sent::Number(number)) if [0.0, 1.0].contains(number) => {
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

fn range(rule: &MetricRule) -> String {
    let end = |end: Option<f64>| end.map_or_else(|| "…".to_owned(), |number| number.to_string());
    format!("{} to {}", end(rule.min), end(rule.max))
}
