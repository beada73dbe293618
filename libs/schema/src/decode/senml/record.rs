//! One SenML record, resolved.

use std::borrow::Cow;
use std::sync::Arc;

use super::super::draft::{Draft, Sent};
use super::super::fault::{Fault, Faults, Place};
use super::super::field::{check_metric, device, optional_word, required_text, topic_device};
use super::super::{DecodeContext, Decoded};
use crate::json::{Fields, Kind};
use crate::reading::{DeviceRef, Quality};
use crate::reason::Reason;
use crate::time::{Claim, Decimal, Micros, Moment};

/// Smaller times are relative to now.
const ABSOLUTE: i128 = 1 << 28;
/// Digits of a second that a microsecond has.
const MICROS: i32 = 6;
/// Fields that are in force from a record on.
const BASE: [&str; 6] = ["bn", "bt", "bu", "bv", "bs", "bver"];
/// Fields that make a record more than a carrier of base fields.
const REGULAR: [&str; 9] = ["n", "u", "v", "vs", "vb", "vd", "s", "t", "ut"];
const VALUES: [&str; 4] = ["v", "vs", "vb", "vd"];

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
    pub(super) fn update(&mut self, fields: &Fields<'_>) -> Result<(), Fault> {
        if fields.has("bn") {
            self.name = Arc::from(required_text(fields, "bn")?);
        }
        if fields.has("bu") {
            self.unit = optional_word(fields, "bu")?.map(Arc::from);
        }
        self.time = decimal(fields, "bt")?.or(self.time);
        self.value = number(fields, "bv")?.or(self.value);
        self.sum = number(fields, "bs")?.or(self.sum);
        Ok(())
    }
}

/// What a record says, resolved.
struct Record<'a> {
    device: DeviceRef,
    metric: String,
    value: Option<(Sent<'a>, &'static str)>,
    sum: Option<f64>,
    unit: Option<Cow<'a, str>>,
    moment: Moment,
}

/// Decodes a record under its base fields; `place` is where it stands.
pub(super) fn decode_record(
    fields: &Fields<'_>,
    base: &Base,
    context: &DecodeContext<'_>,
    place: Place,
    out: &mut Decoded,
) {
    let has_any = |names: &[&str]| names.iter().any(|name| fields.has(name));
    if has_any(&BASE) && !has_any(&REGULAR) {
        return;
    }
    let record = match resolve(fields, base, context) {
        Ok(record) => record,
        Err(fault) => {
            let device = topic_device(context)
                .or_else(|| device_and_prefix(base, context).ok().map(|found| found.0));
            out.errors.push(fault.at(device, place));
            return;
        }
    };
    let draft = |metric, value, unit, name| Draft {
        device: record.device.clone(),
        metric,
        value,
        unit,
        moment: record.moment,
        device_seq: None,
        item: place.item(),
        names: (name, "u"),
    };
    let mut finish = |draft: Draft<'_>| match draft.finish(context.catalogue) {
        Ok(reading) => out.readings.push(reading),
        Err(fault) => out
            .errors
            .push(fault.at(Some(record.device.clone()), place)),
    };
    if let Some((value, name)) = record.value {
        finish(draft(&record.metric, value, record.unit.clone(), name));
    }
    if let Some(sum) = record.sum {
        let unit = record
            .unit
            .as_ref()
            .map(|unit| Cow::Owned(format!("{unit}*s")));
        finish(draft(
            &format!("{}.sum", record.metric),
            Sent::Number(sum),
            unit,
            "s",
        ));
    }
}

fn resolve<'a>(
    fields: &Fields<'a>,
    base: &'a Base,
    context: &DecodeContext<'_>,
) -> Result<Record<'a>, Fault> {
    let mut faults = Faults::default();
    let named = faults.check(name(fields, base, context));
    let value = faults.check(value(fields, base));
    let sum = faults.check(number(fields, "s"));
    let unit = faults.check(optional_word(fields, "u")).flatten();
    let time = faults.check(decimal(fields, "t"));
    faults.check(decimal(fields, "ut"));
    let (((named, value), sum), time) = faults.finish(named.zip(value).zip(sum).zip(time))?;
    let (device, metric) = named;
    Ok(Record {
        device,
        metric,
        value,
        sum: plus(sum, base.sum),
        unit: unit.or_else(|| base.unit.as_deref().map(Cow::Borrowed)),
        moment: moment(base.time, time, context),
    })
}

/// The device a record speaks of and the name of its metric.
fn name(
    fields: &Fields<'_>,
    base: &Base,
    context: &DecodeContext<'_>,
) -> Result<(DeviceRef, String), Fault> {
    let own = if fields.has("n") {
        required_text(fields, "n")?
    } else {
        Cow::Borrowed("")
    };
    if own.is_empty() && base.name.is_empty() {
        return Err(Fault::missing("n"));
    }
    let (device, prefix) = device_and_prefix(base, context)?;
    let short: &str = match context.topic.serial() {
        Some(serial) if base.name.is_empty() => without_serial(&own, serial.as_str()),
        _ => &own,
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
fn value<'a>(fields: &Fields<'a>, base: &Base) -> Result<Option<(Sent<'a>, &'static str)>, Fault> {
    let mut present = VALUES
        .into_iter()
        .filter_map(|name| fields.get(name).map(|value| (name, value)));
    let Some((name, value)) = present.next() else {
        return match (base.value, fields.has("s") || base.sum.is_some()) {
            (Some(number), _) => Ok(Some((Sent::Number(number), "v"))),
            (None, true) => Ok(None),
            (None, false) => Err(Fault::missing("v")),
        };
    };
    if let Some((other, _)) = present.next() {
        let detail = format!("a record has one value, not both {name} and {other}");
        return Err(Fault::new(Reason::WrongType, format!("/{other}"), detail));
    }
    let sent = match (name, value.kind()) {
        ("v", Kind::Number) => value
            .double()
            .map(|number| Sent::Number(number + base.value.unwrap_or(0.0))),
        ("vb", Kind::Boolean(boolean)) => Some(Sent::Boolean(boolean)),
        ("vs" | "vd", Kind::Text) => value.text().map(Sent::Text),
        _ => None,
    };
    let expected = match name {
        "v" => "a number",
        "vb" => "true or false",
        _ => "a text",
    };
    sent.map(|sent| Some((sent, name)))
        .ok_or_else(|| Fault::wrong_type(name, expected, value))
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

fn number(fields: &Fields<'_>, field: &str) -> Result<Option<f64>, Fault> {
    Ok(number_text(fields, field)?.and_then(|text| text.parse().ok()))
}

fn decimal(fields: &Fields<'_>, field: &str) -> Result<Option<Decimal>, Fault> {
    Ok(number_text(fields, field)?.and_then(Decimal::parse))
}

fn number_text<'a>(fields: &Fields<'a>, field: &str) -> Result<Option<&'a str>, Fault> {
    let Some(value) = fields.get(field) else {
        return Ok(None);
    };
    value
        .number()
        .map(Some)
        .ok_or_else(|| Fault::wrong_type(field, "a number", value))
}
