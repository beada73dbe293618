//! The SENS v1 batch:
//! `{"v":1,"seq":42,"sent_at":"…","firmware":"2.0.0","readings":[{"metric":"battery_charge","value":71.5,"at":"…"}]}`.
//!
//! A reading without `at` was measured at `sent_at`, without that on arrival. Over REST the batch names its device in
//! `serial` (or `device`, or `device_id` for a legacy number); on a topic these may stand too and must agree.
//! What is wrong with the batch as a whole (`v`, `readings`, the device) refuses it; a bad `seq`, `sent_at` or
//! `firmware` is an error of its own, and of the readings only those are refused that need the bad `sent_at`.

use std::borrow::Cow;

use super::draft::{Draft, Sent};
use super::fault::{Fault, Faults, Place, index_of, shown};
use super::field::{
    check_metric, claim, device, integer, legacy_id, optional_word, required, required_text,
    topic_device,
};
use super::{DecodeContext, Decoded, Decoder, DecoderTag, Document};
use crate::json::{Fields, Json, Kind};
use crate::reading::{DeviceRef, Reading};
use crate::reason::Reason;
use crate::time::Claim;

/// The decoder of SENS v1 batches.
pub(super) struct V1;

impl Decoder for V1 {
    fn tag(&self) -> DecoderTag {
        DecoderTag::new("sens_v1@1")
    }

    fn claims(
        &self,
        document: &Document<'_>,
        _context: &DecodeContext<'_>,
        _declared: bool,
    ) -> bool {
        document
            .object()
            .is_some_and(|fields| fields.has("readings") || is_version_1(fields))
    }

    fn decode(&self, document: &Document<'_>, context: &DecodeContext<'_>, out: &mut Decoded) {
        let Some(fields) = document.object() else {
            return;
        };
        match head(fields, context) {
            Ok((device, readings)) => batch(fields, &device, &readings, context, out),
            Err(fault) => out
                .errors
                .push(fault.at(topic_device(context), Place::Whole)),
        }
    }
}

fn is_version_1(fields: &Fields<'_>) -> bool {
    fields
        .get("v")
        .and_then(Json::double)
        .is_some_and(|version| (version - 1.0).abs() < f64::EPSILON)
}

/// What the batch as a whole needs: its version, its device and its readings.
fn head<'a>(
    fields: &Fields<'a>,
    context: &DecodeContext<'_>,
) -> Result<(DeviceRef, Vec<Json<'a>>), Fault> {
    if let Some(version) = fields
        .get("v")
        .and_then(Json::number)
        .filter(|_| !is_version_1(fields))
    {
        let detail = format!("version {} of the SENS batch is not known", shown(version));
        return Err(Fault::new(Reason::UnknownFormat, "/v", detail));
    }
    let mut faults = Faults::default();
    faults.check(required(fields, "v").and_then(|value| match value.kind() {
        Kind::Number => Ok(()),
        _ => Err(Fault::wrong_type("v", "the number 1", value)),
    }));
    let device = faults.check(batch_device(fields, context));
    let readings = required(fields, "readings").and_then(|value| {
        value
            .array()
            .ok_or_else(|| Fault::wrong_type("readings", "an array", value))
    });
    let readings = faults.check(readings);
    faults.finish(device.zip(readings))
}

/// The device of a batch: every place that names one must name the same.
fn batch_device(fields: &Fields<'_>, context: &DecodeContext<'_>) -> Result<DeviceRef, Fault> {
    let mut found = topic_device(context);
    for field in ["serial", "device", "device_id"] {
        let Some(value) = fields.optional(field) else {
            continue;
        };
        let named = if field == "device_id" {
            DeviceRef::Legacy(legacy_id(fields)?)
        } else {
            let text = value
                .text()
                .ok_or_else(|| Fault::wrong_type(field, "a text", value))?;
            device(field, &text)?
        };
        match &found {
            Some(other) if *other != named => {
                let detail = format!("{field} names {named}, but the message is of {other}");
                return Err(Fault::new(
                    Reason::DeviceMismatch,
                    format!("/{field}"),
                    detail,
                ));
            }
            _ => found = Some(named),
        }
    }
    found.ok_or_else(|| Fault::missing("serial"))
}

/// What the readings of a batch share.
struct Shared<'a> {
    device: &'a DeviceRef,
    device_seq: Option<i64>,
    /// The claim of `sent_at`; none when it is bad.
    sent_at: Option<Claim>,
}

fn batch(
    fields: &Fields<'_>,
    device: &DeviceRef,
    readings: &[Json<'_>],
    context: &DecodeContext<'_>,
    out: &mut Decoded,
) {
    let mut take = |fault: Fault| {
        out.errors
            .push(fault.at(Some(device.clone()), Place::Whole));
    };
    let seq = fields
        .optional("seq")
        .map(|value| integer("seq", value))
        .transpose();
    let device_seq = seq.map_err(&mut take).unwrap_or_default();
    let firmware = optional_word(fields, "firmware")
        .map_err(&mut take)
        .unwrap_or_default();
    let sent_at = claim(fields, "sent_at").map_err(&mut take).ok();
    out.firmware = firmware.map(Cow::into_owned);
    out.readings.reserve(readings.len());
    let shared = Shared {
        device,
        device_seq,
        sent_at,
    };
    for (index, value) in readings.iter().enumerate() {
        let item = index_of(index);
        match reading(*value, item, &shared, context) {
            Ok(reading) => out.readings.push(reading),
            Err(fault) => out
                .errors
                .push(fault.at(Some(device.clone()), Place::Reading(item))),
        }
    }
}

fn reading(
    value: Json<'_>,
    item: u32,
    shared: &Shared<'_>,
    context: &DecodeContext<'_>,
) -> Result<Reading, Fault> {
    let fields = value
        .object()
        .ok_or_else(|| Fault::new(Reason::WrongType, "", "a reading must be an object"))?;
    let mut faults = Faults::default();
    let metric = faults.check(required_text(&fields, "metric"));
    if let Some(name) = &metric {
        faults.check(check_metric("metric", name));
    }
    let sent = faults.check(sent(&fields));
    let unit = faults.check(optional_word(&fields, "unit")).flatten();
    let claim = faults.check(reading_claim(&fields, shared));
    let ((metric, value), claim) = faults.finish(metric.zip(sent).zip(claim))?;
    let draft = Draft {
        device: shared.device.clone(),
        metric: &metric,
        value,
        unit,
        moment: context.clock.judge(claim, context.received_at),
        device_seq: shared.device_seq,
        item,
        names: ("value", "unit"),
    };
    draft.finish(context.catalogue)
}

fn sent<'a>(fields: &Fields<'a>) -> Result<Sent<'a>, Fault> {
    let value = required(fields, "value")?;
    let wrong = || Fault::wrong_type("value", "a number, boolean or text", value);
    match value.kind() {
        Kind::Boolean(boolean) => Ok(Sent::Boolean(boolean)),
        Kind::Number => value.double().map(Sent::Number).ok_or_else(wrong),
        Kind::Text => value.text().map(Sent::Text).ok_or_else(wrong),
        Kind::Null | Kind::Array | Kind::Object => Err(wrong()),
    }
}

fn reading_claim(fields: &Fields<'_>, shared: &Shared<'_>) -> Result<Claim, Fault> {
    match claim(fields, "at")? {
        Claim::None => shared.sent_at.ok_or_else(|| {
            Fault::new(
                Reason::TimestampInvalid,
                "/at",
                "the reading has no at, and sent_at of its batch is bad",
            )
        }),
        own => Ok(own),
    }
}
