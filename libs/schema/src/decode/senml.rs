//! SenML in JSON (RFC 8428): an array of records, base fields resolved; over REST also a single record.
//!
//! On a topic the topic's serial is the device, and a base name that is the serial, alone or followed by `:` or `/`,
//! is dropped from the metric's name; another one is kept as its prefix. Over REST the base name is the device's
//! serial up to the first `/`; what follows is kept as prefix. Where nothing else is left to name the metric, the base
//! name does.
//!
//! A `s` (sum) becomes a reading of its own, `<name>.sum`, in the unit times seconds. `vd` is kept as its base64 text,
//! `ut` is checked and not kept. Times below 2^28 are relative to the arrival.
//! A bad base field, a version that is not known and a field ending in `_` refuse the pack, as everything after them
//! would be read wrongly.

mod record;

use super::fault::{Fault, Place, index_of};
use super::field::topic_device;
use super::{DecodeContext, Decoded, Decoder, DecoderTag, Document, Root};
use crate::json::{Fields, Json};
use crate::reason::Reason;
use crate::topic::Topic;

use record::Base;

/// Labels by one of which a pack is known.
const LABELS: [&str; 12] = [
    "bn", "bt", "bu", "bv", "bs", "bver", "n", "v", "vs", "vb", "vd", "s",
];
/// Versions that are known: up to that of RFC 8428, and with the secondary units of RFC 8798.
const VERSION: f64 = 10.0;
const VERSION_WITH_SECONDARY_UNITS: f64 = 26.0;

/// The decoder of SenML packs.
pub(super) struct SenMl;

impl Decoder for SenMl {
    fn tag(&self) -> DecoderTag {
        DecoderTag {
            id: "senml",
            version: 1,
        }
    }

    fn claims(&self, document: &Document<'_>, context: &DecodeContext<'_>) -> bool {
        if !matches!(context.topic, Topic::Telemetry(_) | Topic::Http) {
            return false;
        }
        let said = context
            .content_type
            .is_some_and(|text| text.trim_start().starts_with("application/senml+json"));
        match &document.root {
            Root::Array(elements) => match elements.first() {
                Some(first) => said || first.object().is_some_and(|fields| is_record(&fields)),
                None => false,
            },
            Root::Object(fields) => *context.topic == Topic::Http && is_single_record(fields),
            Root::Scalar => false,
        }
    }

    fn decode(&self, document: &Document<'_>, context: &DecodeContext<'_>, out: &mut Decoded) {
        let mut base = Base::default();
        match &document.root {
            Root::Object(fields) => {
                if let Err(fault) = check_record(fields).and_then(|()| base.update(fields)) {
                    out.errors
                        .push(fault.at(topic_device(context), Place::Whole));
                } else {
                    record::decode_record(fields, &base, context, Place::Whole, out);
                }
            }
            Root::Array(elements) => decode_pack(elements, base, context, out),
            Root::Scalar => {}
        }
    }
}

fn is_record(fields: &Fields<'_>) -> bool {
    !fields.has("event_type") && LABELS.iter().any(|label| fields.has(label))
}

fn is_single_record(fields: &Fields<'_>) -> bool {
    is_record(fields) && !fields.has("readings") && (fields.has("bn") || fields.has("n"))
}

fn decode_pack(
    elements: &[Json<'_>],
    mut base: Base,
    context: &DecodeContext<'_>,
    out: &mut Decoded,
) {
    let records: Vec<Option<Fields<'_>>> =
        elements.iter().map(|element| element.object()).collect();
    let mut bases = Vec::with_capacity(records.len());
    for (index, record) in records.iter().enumerate() {
        if let Some(fields) = record
            && let Err(fault) = check_record(fields).and_then(|()| base.update(fields))
        {
            out.errors
                .push(fault.at(topic_device(context), Place::Element(index_of(index))));
            return;
        }
        bases.push(base.clone());
    }
    for (index, (record, base)) in records.iter().zip(&bases).enumerate() {
        let place = Place::Element(index_of(index));
        if let Some(fields) = record {
            record::decode_record(fields, base, context, place, out);
        } else {
            let fault = Fault::new(Reason::WrongType, "", "a SenML record must be an object");
            out.errors.push(fault.at(topic_device(context), place));
        }
    }
}

/// What makes a whole pack unreadable: fields that must be understood, and versions that are not known.
fn check_record(fields: &Fields<'_>) -> Result<(), Fault> {
    if let Some(name) = fields.names().find(|name| name.ends_with('_')) {
        let detail = format!(
            "the field {} must be understood and is not",
            super::fault::shown(name)
        );
        return Err(Fault::new(Reason::UnknownFormat, "", detail));
    }
    let Some(value) = fields.get("bver") else {
        return Ok(());
    };
    let version = value
        .double()
        .ok_or_else(|| Fault::wrong_type("bver", "a number", value))?;
    if version <= VERSION || version == VERSION_WITH_SECONDARY_UNITS {
        return Ok(());
    }
    Err(Fault::new(
        Reason::UnknownFormat,
        "/bver",
        format!("version {version} of SenML is not known"),
    ))
}
