//! One SenML record, resolved.

use std::borrow::Cow;
use std::sync::Arc;

use super::super::draft::{Draft, Sent};
use super::super::fault::{Fault, Faults, Place};
use super::super::field::{check_metric, device, topic_device};
use super::super::{DecodeContext, Decoded};
use super::model::{Item, Label, Record, wrong_type};
use crate::reading::{DeviceRef, Quality};
use crate::reason::Reason;
use crate::time::{Claim, Decimal, Micros, Moment};

/// Smaller times are relative to now.
const ABSOLUTE: i128 = 1 << 28;
/// Digits of a second that a microsecond has.
const MICROS: i32 = 6;
/// The fields of which a record has one.
const VALUES: [Label; 4] = [
    Label::Value,
    Label::TextValue,
    Label::BooleanValue,
    Label::DataValue,
];

/// The base fields in force at a record.
#[derive(Debug, Clone, Default)]
pub(super) struct Base {
    name: Arc<str>,
    time: Option<Decimal>,
    unit: Option<Arc<str>>,
    value: Option<f64>,
    sum: Option<f64>,
}

impl Base {
    /// Takes over the base fields of a record.
    pub(super) fn update(&mut self, record: &Record<'_>) -> Result<(), Fault> {
        if let Some(name) = record.text(Label::BaseName)? {
            self.name = Arc::from(name);
        }
        if record.has(Label::BaseUnit) {
            self.unit = record.unit(Label::BaseUnit)?.map(Arc::from);
        }
        self.time = record.decimal(Label::BaseTime)?.or(self.time);
        self.value = record.double(Label::BaseValue)?.or(self.value);
        self.sum = record.double(Label::BaseSum)?.or(self.sum);
        Ok(())
    }
}

/// What a record says, resolved.
struct Resolved<'a> {
    device: DeviceRef,
    metric: String,
    value: Option<(Sent<'a>, &'static str)>,
    sum: Option<f64>,
    unit: Option<Cow<'a, str>>,
    moment: Moment,
}

/// Decodes a record under its base fields; `place` is where it stands.
pub(super) fn decode_record(
    record: &Record<'_>,
    base: &Base,
    context: &DecodeContext<'_>,
    place: Place,
    out: &mut Decoded,
) {
    if record.is_carrier() {
        return;
    }
    let resolved = match resolve(record, base, context) {
        Ok(resolved) => resolved,
        Err(fault) => {
            let device = topic_device(context)
                .or_else(|| device_and_prefix(base, context).ok().map(|found| found.0));
            out.errors.push(fault.at(device, place));
            return;
        }
    };
    let draft = |metric, value, unit, name| Draft {
        device: resolved.device.clone(),
        metric,
        value,
        unit,
        moment: resolved.moment,
        device_seq: None,
        item: place.item(),
        names: (name, "u"),
    };
    let mut finish = |draft: Result<Draft<'_>, Fault>| match draft
        .and_then(|draft| draft.finish(context.catalogue))
    {
        Ok(reading) => out.readings.push(reading),
        Err(fault) => out
            .errors
            .push(fault.at(Some(resolved.device.clone()), place)),
    };
    if let Some((value, name)) = resolved.value {
        let unit = resolved.unit.clone();
        finish(Ok(draft(&resolved.metric, value, unit, name)));
    }
    if let Some(sum) = resolved.sum {
        let unit = resolved
            .unit
            .as_ref()
            .map(|unit| Cow::Owned(format!("{unit}*s")));
        let metric = format!("{}.sum", resolved.metric);
        finish(check_metric("n", &metric).map(|()| draft(&metric, Sent::Number(sum), unit, "s")));
    }
}

fn resolve<'a>(
    record: &'a Record<'_>,
    base: &'a Base,
    context: &DecodeContext<'_>,
) -> Result<Resolved<'a>, Fault> {
    let mut faults = Faults::default();
    let named = faults.check(name(record, base, context));
    let value = faults.check(value(record, base));
    let sum = faults.check(record.double(Label::Sum));
    let unit = faults.check(record.unit(Label::Unit)).flatten();
    let time = faults.check(record.decimal(Label::Time));
    faults.check(record.decimal(Label::UpdateTime));
    let (((named, value), sum), time) = faults.finish(named.zip(value).zip(sum).zip(time))?;
    let (device, metric) = named;
    Ok(Resolved {
        device,
        metric,
        value,
        sum: plus(sum, base.sum),
        unit: unit.or(base.unit.as_deref()).map(Cow::Borrowed),
        moment: moment(base.time, time, context),
    })
}

/// The device a record speaks of and the name of its metric.
fn name(
    record: &Record<'_>,
    base: &Base,
    context: &DecodeContext<'_>,
) -> Result<(DeviceRef, String), Fault> {
    let own = record.text(Label::Name)?.unwrap_or_default();
    if own.is_empty() && base.name.is_empty() {
        return Err(Fault::missing("n"));
    }
    let (device, prefix) = device_and_prefix(base, context)?;
    let short = match context.topic.serial() {
        Some(serial) if base.name.is_empty() => without_serial(own, serial.as_str()),
        _ => own,
    };
    let mut metric = format!("{prefix}{short}");
    if metric.is_empty() {
        let whole = format!("{}{own}", base.name);
        whole.trim_end_matches([':', '/']).clone_into(&mut metric);
    }
    check_metric("n", &metric)?;
    Ok((device, metric))
}

/// The device, and what of the base name goes before the metric's name.
fn device_and_prefix<'a>(
    base: &'a Base,
    context: &DecodeContext<'_>,
) -> Result<(DeviceRef, &'a str), Fault> {
    if let Some(serial) = context.topic.serial() {
        return Ok((
            DeviceRef::from(serial.clone()),
            without_serial(&base.name, serial.as_str()),
        ));
    }
    if base.name.is_empty() {
        return Err(Fault::missing("bn"));
    }
    let (serial, prefix) = base.name.split_once('/').unwrap_or((&base.name, ""));
    Ok((device("bn", serial.trim_end_matches(':'))?, prefix))
}

/// A name without the serial at its beginning, if that is a part of its own.
fn without_serial<'a>(name: &'a str, serial: &str) -> &'a str {
    match name.strip_prefix(serial) {
        Some("") => "",
        Some(rest) if rest.starts_with([':', '/']) => rest.trim_start_matches([':', '/']),
        _ => name,
    }
}

/// The value of a record and the field it came in; none when the record has only a sum.
fn value<'a>(
    record: &'a Record<'_>,
    base: &Base,
) -> Result<Option<(Sent<'a>, &'static str)>, Fault> {
    let mut present = VALUES
        .into_iter()
        .filter_map(|label| record.get(label).map(|item| (label, item)));
    let Some((label, item)) = present.next() else {
        return match (base.value, record.has(Label::Sum) || base.sum.is_some()) {
            (Some(number), _) => Ok(Some((Sent::Number(number), "v"))),
            (None, true) => Ok(None),
            (None, false) => Err(Fault::missing("v")),
        };
    };
    if let Some((other, _)) = present.next() {
        let (one, other) = (label.name(), other.name());
        let detail = format!("a record has one value, not both {one} and {other}");
        return Err(Fault::new(Reason::WrongType, format!("/{other}"), detail));
    }
    let sent = match (label, item) {
        (Label::Value, Item::Number(_)) => record
            .double(label)?
            .map(|number| Sent::Number(number + base.value.unwrap_or(0.0))),
        (Label::BooleanValue, Item::Boolean(boolean)) => Some(Sent::Boolean(*boolean)),
        (Label::TextValue, Item::Text(text)) | (Label::DataValue, Item::Data(text)) => {
            Some(Sent::Text(Cow::Borrowed(text)))
        }
        _ => None,
    };
    let expected = match label {
        Label::Value => "a number",
        Label::BooleanValue => "true or false",
        Label::DataValue => "data (in JSON its base64 text, in CBOR bytes)",
        _ => "a text",
    };
    sent.map(|sent| Some((sent, label.name())))
        .ok_or_else(|| wrong_type(label, expected, item))
}

fn moment(base: Option<Decimal>, own: Option<Decimal>, context: &DecodeContext<'_>) -> Moment {
    let sum = match (base, own) {
        (None, None) => return context.clock.judge(Claim::None, context.received_at),
        (Some(one), None) | (None, Some(one)) => Some(one),
        (Some(base), Some(own)) => base + own,
    };
    let out_of_reach = Moment {
        recorded_at: context.received_at,
        device_time: None,
        quality: Quality::ImplausibleClock,
    };
    let Some(time) = sum else {
        return out_of_reach;
    };
    if !time.is_below(ABSOLUTE) {
        return context
            .clock
            .judge(Claim::Seconds(time), context.received_at);
    }
    let instant = time
        .round_to(MICROS)
        .and_then(|offset| Micros::try_from(offset).ok())
        .and_then(|offset| context.received_at.checked_add(offset));
    let Some(instant) = instant else {
        return out_of_reach;
    };
    match context
        .clock
        .judge(Claim::Instant(instant), context.received_at)
    {
        Moment {
            quality: Quality::Ok,
            recorded_at,
            ..
        } => Moment {
            recorded_at,
            device_time: None,
            quality: Quality::ArrivalTime,
        },
        implausible => implausible,
    }
}

fn plus(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    if one.is_none() && other.is_none() {
        None
    } else {
        Some(one.unwrap_or(0.0) + other.unwrap_or(0.0))
    }
}
