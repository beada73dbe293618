//! Flat events, the format of devices that know only their number:
//! `{"device_id": 7, "event_type": "platform_extension_ticks", "value": 1200, "timestamp": 1732100000.25}`,
//! or an array of them. A `device_startup` may stand among them.
//!
//! `device_id` is an integer from 0, `value` a number, `timestamp` may be left out or `null`. On a topic of
//! `sens/v1/…`, which names the device itself, `device_id` may be left out too, and must agree where it stands.

use super::item::{
    Draft, Fault, Faults, Sent, claim, index_of, integer, required, required_text, shown,
    topic_device,
};
use super::startup::{decode_startup, is_startup};
use super::{DecodeContext, Decoded, Decoder, DecoderTag, Document, Root};
use crate::json::{Fields, Json};
use crate::reading::{DeviceRef, Reading};
use crate::reason::Reason;
use crate::topic::Topic;

/// The decoder of flat events.
pub(super) struct Flat;

impl Decoder for Flat {
    fn tag(&self) -> DecoderTag {
        DecoderTag {
            id: "flat",
            version: 1,
        }
    }

    fn claims(&self, document: &Document<'_>, context: &DecodeContext<'_>) -> bool {
        let is_event = |fields: &Fields<'_>| fields.has("event_type");
        match (&document.root, context.topic) {
            (Root::Object(fields), Topic::Telemetry(_) | Topic::Legacy | Topic::Http) => {
                is_event(fields)
            }
            (Root::Array(elements), Topic::Legacy) => !elements.is_empty(),
            (Root::Array(elements), Topic::Telemetry(_) | Topic::Http) => elements
                .iter()
                .any(|element| element.object().as_ref().is_some_and(is_event)),
            _ => false,
        }
    }

    fn decode(&self, document: &Document<'_>, context: &DecodeContext<'_>, out: &mut Decoded) {
        match &document.root {
            Root::Object(fields) => decode_event(fields, context, ("", 0), out),
            Root::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    decode_element(*element, context, index_of(index), out);
                }
            }
            Root::Scalar => {}
        }
    }
}

fn decode_element(element: Json<'_>, context: &DecodeContext<'_>, item: u32, out: &mut Decoded) {
    let prefix = format!("/{item}");
    match element.object().filter(|fields| fields.has("event_type")) {
        Some(fields) if is_startup(&fields) => {
            decode_startup(&fields, context, (&prefix, item), out)
        }
        Some(fields) => decode_event(&fields, context, (&prefix, item), out),
        None => {
            let fault = Fault::new(
                Reason::UnknownFormat,
                "",
                "the item is no object with an event_type",
            );
            out.errors
                .push(fault.at(topic_device(context), &prefix, item));
        }
    }
}

fn decode_event(
    fields: &Fields<'_>,
    context: &DecodeContext<'_>,
    place: (&str, u32),
    out: &mut Decoded,
) {
    let (prefix, item) = place;
    match reading(fields, context, item) {
        Ok(reading) => out.readings.push(reading),
        Err(fault) => {
            let device =
                topic_device(context).or_else(|| device_id(fields).ok().map(DeviceRef::Legacy));
            out.errors.push(fault.at(device, prefix, item));
        }
    }
}

fn reading(fields: &Fields<'_>, context: &DecodeContext<'_>, item: u32) -> Result<Reading, Fault> {
    let mut faults = Faults::default();
    let event_type = faults.check(required_text(fields, "event_type"));
    let device = faults.check(device(fields, context.topic));
    let value = faults.check(value(fields));
    let claim = faults.check(claim(fields, "timestamp"));
    if let Some(name) = event_type
        .as_deref()
        .filter(|name| context.catalogue.get(name).is_none())
    {
        let detail = format!("{} is not in the catalogue of metrics", shown(name));
        faults.check::<()>(Err(Fault::new(
            Reason::UnknownEventType,
            "/event_type",
            detail,
        )));
    }
    match (event_type, device, value, claim, faults.first()) {
        (Some(metric), Some(device), Some(value), Some(claim), None) => Draft {
            device,
            metric: &metric,
            value: Sent::Number(value),
            unit: None,
            moment: context.clock.judge(claim, context.received_at),
            device_seq: None,
            item,
            names: ("value", "unit"),
        }
        .finish(context.catalogue),
        (_, _, _, _, Some(fault)) => Err(fault),
        _ => Err(Fault::missing("event_type")),
    }
}

fn value(fields: &Fields<'_>) -> Result<f64, Fault> {
    let value = required(fields, "value")?;
    value
        .double()
        .ok_or_else(|| Fault::wrong_type("value", "a number", value))
}

fn device_id(fields: &Fields<'_>) -> Result<i64, Fault> {
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

fn device(fields: &Fields<'_>, topic: &Topic) -> Result<DeviceRef, Fault> {
    let Some(serial) = topic.serial() else {
        return device_id(fields).map(DeviceRef::Legacy);
    };
    if fields.optional("device_id").is_some() {
        let id = device_id(fields)?;
        if serial.legacy_id() != Some(id) {
            let detail = format!("the payload names device {id}, its topic {serial}");
            return Err(Fault::new(Reason::DeviceMismatch, "/device_id", detail));
        }
    }
    Ok(DeviceRef::from(serial.clone()))
}
