//! Flat events, the format of devices that know only their number:
//! `{"device_id": 7, "event_type": "platform_extension_ticks", "value": 1200, "timestamp": 1732100000.25}`,
//! or an array of them. A `device_startup` may stand among them.
//!
//! `device_id` is an integer from 0, `value` a number, `timestamp` may be left out or `null`. On a topic of
//! `sens/v1/…`, which names the device itself, `device_id` may be left out too, and must agree where it stands.

use super::draft::{Draft, Sent};
use super::fault::{Fault, Faults, Place, index_of, shown};
use super::field::{claim, legacy_id, required, required_text, topic_device};
use super::startup::{decode_startup, is_startup};
use super::{DecodeContext, Decoded, Decoder, DecoderTag, Document, Root};
use crate::catalogue::Catalogue;
use crate::json::{Fields, Json};
use crate::reading::{DeviceRef, Reading};
use crate::reason::Reason;
use crate::topic::Topic;

/// The decoder of flat events.
pub(super) struct Flat;

impl Decoder for Flat {
    fn tag(&self) -> DecoderTag {
        DecoderTag::new("flat@1")
    }

    fn claims(
        &self,
        document: &Document<'_>,
        context: &DecodeContext<'_>,
        _declared: bool,
    ) -> bool {
        let is_event = |fields: &Fields<'_>| fields.has("event_type");
        match (document.json(), context.topic) {
            (Some(Root::Object(fields)), _) => is_event(fields),
            (Some(Root::Array(elements)), Topic::Legacy) => !elements.is_empty(),
            (Some(Root::Array(elements)), _) => elements
                .iter()
                .any(|element| element.object().as_ref().is_some_and(is_event)),
            (Some(Root::Scalar) | None, _) => false,
        }
    }

    fn decode(&self, document: &Document<'_>, context: &DecodeContext<'_>, out: &mut Decoded) {
        match document.json() {
            Some(Root::Object(fields)) => decode_event(fields, context, Place::Whole, out),
            Some(Root::Array(elements)) => {
                for (index, element) in elements.iter().enumerate() {
                    decode_element(*element, context, Place::Element(index_of(index)), out);
                }
            }
            Some(Root::Scalar) | None => {}
        }
    }
}

fn decode_element(element: Json<'_>, context: &DecodeContext<'_>, place: Place, out: &mut Decoded) {
    match element.object().filter(|fields| fields.has("event_type")) {
        Some(fields) if is_startup(&fields) => decode_startup(&fields, context, place, out),
        Some(fields) => decode_event(&fields, context, place, out),
        None => {
            let fault = Fault::new(
                Reason::UnknownFormat,
                "",
                "the item is no object with an event_type",
            );
            out.errors.push(fault.at(topic_device(context), place));
        }
    }
}

fn decode_event(fields: &Fields<'_>, context: &DecodeContext<'_>, place: Place, out: &mut Decoded) {
    match reading(fields, context, place.item()) {
        Ok(reading) => out.readings.push(reading),
        Err(fault) => {
            let device =
                topic_device(context).or_else(|| legacy_id(fields).ok().map(DeviceRef::Legacy));
            out.errors.push(fault.at(device, place));
        }
    }
}

fn reading(fields: &Fields<'_>, context: &DecodeContext<'_>, item: u32) -> Result<Reading, Fault> {
    let mut faults = Faults::default();
    let metric = faults.check(required_text(fields, "event_type"));
    if let Some(name) = &metric {
        faults.check(check_event_type(name, context.catalogue));
    }
    let device = faults.check(device(fields, context.topic));
    let value = faults.check(value(fields));
    let claim = faults.check(claim(fields, "timestamp"));
    let (((metric, device), value), claim) =
        faults.finish(metric.zip(device).zip(value).zip(claim))?;
    let draft = Draft {
        device,
        metric: &metric,
        value: Sent::Number(value),
        unit: None,
        moment: context.clock.judge(claim, context.received_at),
        device_seq: None,
        item,
        names: ("value", "unit"),
    };
    draft.finish(context.catalogue)
}

fn check_event_type(name: &str, catalogue: &Catalogue) -> Result<(), Fault> {
    if catalogue.get(name).is_some() {
        return Ok(());
    }
    let detail = format!("{} is not in the catalogue of metrics", shown(name));
    Err(Fault::new(Reason::UnknownEventType, "/event_type", detail))
}

fn value(fields: &Fields<'_>) -> Result<f64, Fault> {
    let value = required(fields, "value")?;
    value
        .double()
        .ok_or_else(|| Fault::wrong_type("value", "a number", value))
}

fn device(fields: &Fields<'_>, topic: &Topic) -> Result<DeviceRef, Fault> {
    let Some(serial) = topic.serial() else {
        return legacy_id(fields).map(DeviceRef::Legacy);
    };
    if fields.optional("device_id").is_some() {
        let id = legacy_id(fields)?;
        if serial.legacy_id() != Some(id) {
            let detail = format!("the payload names device {id}, its topic {serial}");
            return Err(Fault::new(Reason::DeviceMismatch, "/device_id", detail));
        }
    }
    Ok(DeviceRef::from(serial.clone()))
}
