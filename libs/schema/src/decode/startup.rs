//! `device_startup`: a device names its serial and proves that it knows the provisioning secret.
//!
//! It comes on `sens/v1/{serial}/startup` and wherever flat events come. The token is verified by whoever holds the
//! secret; here it only has to be a text.

use std::borrow::Cow;

use super::fault::{Fault, Faults, Place, shown};
use super::field::{claim, optional_word, required_text, topic_device};
use super::{DecodeContext, Decoded, Decoder, DecoderTag, Document};
use crate::json::{Fields, Json};
use crate::reading::{DeviceRef, Startup};
use crate::reason::Reason;
use crate::serial::Serial;
use crate::topic::Topic;

/// The event type of a startup.
const EVENT_TYPE: &str = "device_startup";

/// The decoder of startups.
pub(super) struct DeviceStartup;

impl Decoder for DeviceStartup {
    fn tag(&self) -> DecoderTag {
        DecoderTag::new("device_startup@1")
    }

    fn claims(
        &self,
        document: &Document<'_>,
        context: &DecodeContext<'_>,
        _declared: bool,
    ) -> bool {
        document.object().is_some_and(|fields| match context.topic {
            Topic::Startup(_) => fields.has("event_type"),
            _ => is_startup(fields),
        })
    }

    fn decode(&self, document: &Document<'_>, context: &DecodeContext<'_>, out: &mut Decoded) {
        if let Some(fields) = document.object() {
            decode_startup(fields, context, Place::Whole, out);
        }
    }
}

/// Whether an event is a startup.
pub(super) fn is_startup(fields: &Fields<'_>) -> bool {
    fields
        .get("event_type")
        .and_then(Json::text)
        .is_some_and(|text| text == EVENT_TYPE)
}

/// Decodes the startup at this place.
pub(super) fn decode_startup(
    fields: &Fields<'_>,
    context: &DecodeContext<'_>,
    place: Place,
    out: &mut Decoded,
) {
    match startup(fields, context, place.item()) {
        Ok(startup) => {
            out.firmware.clone_from(&startup.firmware);
            out.startups.push(startup);
        }
        Err(fault) => {
            let named = required_text(fields, "serial").and_then(|text| own_serial(&text));
            let device = topic_device(context).or_else(|| named.ok().map(DeviceRef::from));
            out.errors.push(fault.at(device, place));
        }
    }
}

fn startup(fields: &Fields<'_>, context: &DecodeContext<'_>, item: u32) -> Result<Startup, Fault> {
    let mut faults = Faults::default();
    faults.check(check_event_type(fields));
    let serial = required_text(fields, "serial").and_then(|text| own_serial(&text));
    let serial = faults.check(serial);
    if let Some(serial) = &serial {
        faults.check(check_topic(serial, context.topic));
    }
    let token = faults.check(required_text(fields, "provision_token"));
    let firmware = faults.check(optional_word(fields, "firmware")).flatten();
    let model = faults.check(optional_word(fields, "model")).flatten();
    let claim = faults.check(claim(fields, "timestamp"));
    let ((serial, token), claim) = faults.finish(serial.zip(token).zip(claim))?;
    Ok(Startup {
        serial,
        token: token.into_owned(),
        firmware: firmware.map(Cow::into_owned),
        model: model.map(Cow::into_owned),
        started_at: context.clock.judge(claim, context.received_at).recorded_at,
        item,
    })
}

fn check_event_type(fields: &Fields<'_>) -> Result<(), Fault> {
    let text = required_text(fields, "event_type")?;
    if text == EVENT_TYPE {
        return Ok(());
    }
    let detail = format!("{} is not {EVENT_TYPE}", shown(&text));
    Err(Fault::new(Reason::UnknownEventType, "/event_type", detail))
}

/// A serial that a device claims for itself: `legacy-<n>` is not for the taking.
fn own_serial(text: &str) -> Result<Serial, Fault> {
    let refuse = |why: &str| {
        Fault::new(
            Reason::InvalidSerial,
            "/serial",
            format!("{} {why}", shown(text)),
        )
    };
    let serial =
        Serial::parse(text).map_err(|_| refuse("is no serial: 1 to 64 of A-Z a-z 0-9 . _ : -"))?;
    if serial.is_legacy_reserved() {
        Err(refuse("is reserved"))
    } else {
        Ok(serial)
    }
}

fn check_topic(serial: &Serial, topic: &Topic) -> Result<(), Fault> {
    match topic.serial() {
        Some(expected) if expected != serial => {
            let detail = format!("the payload names {serial}, its topic {expected}");
            Err(Fault::new(Reason::DeviceMismatch, "/serial", detail))
        }
        _ => Ok(()),
    }
}
