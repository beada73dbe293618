//! Reading the fields that formats have in common.

use std::borrow::Cow;

use super::DecodeContext;
use super::fault::{Fault, shown};
use crate::json::{Fields, Json};
use crate::reading::DeviceRef;
use crate::reason::Reason;
use crate::serial::Serial;
use crate::time::{Claim, Decimal, parse_rfc3339};

const MAX_METRIC: usize = 128;
const MAX_WORD: usize = 64;

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
    let is_given = word(field, &text)?.is_some();
    Ok(is_given.then_some(text))
}

/// The text, if it is short enough and without control characters; an empty one counts as left out.
pub(super) fn word<'a>(field: &str, text: &'a str) -> Result<Option<&'a str>, Fault> {
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

/// The number of a device that knows only that: `device_id`, an integer from 0.
pub(super) fn legacy_id(fields: &Fields<'_>) -> Result<i64, Fault> {
    let id = integer("device_id", required(fields, "device_id")?)?;
    if id < 0 {
        return Err(Fault::new(
            Reason::OutOfRange,
            "/device_id",
            format!("device_id {id} is negative"),
        ));
    }
    Ok(id)
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
