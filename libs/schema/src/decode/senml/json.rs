//! SenML in JSON (RFC 8428, section 5): an array of objects; over REST also a single one.

use std::borrow::Cow;

use super::super::{DecodeContext, Decoded, Decoder, DecoderTag, Document};
use super::model::{Item, Label, Record};
use super::{decode_pack, decode_single};
use crate::json::{Fields, Json, Kind, Root};
use crate::topic::Topic;

/// The decoder of SenML packs in JSON.
pub(in super::super) struct SenMl;

impl Decoder for SenMl {
    fn tag(&self) -> DecoderTag {
        DecoderTag::new("senml@1")
    }

    fn claims(&self, document: &Document<'_>, context: &DecodeContext<'_>, declared: bool) -> bool {
        match document.json() {
            Some(Root::Array(elements)) => elements.first().is_some_and(|first| {
                declared || first.object().is_some_and(|fields| is_record(&fields))
            }),
            Some(Root::Object(fields)) => *context.topic == Topic::Http && is_single(fields),
            Some(Root::Scalar) | None => false,
        }
    }

    fn decode(&self, document: &Document<'_>, context: &DecodeContext<'_>, out: &mut Decoded) {
        match document.json() {
            Some(Root::Object(fields)) => decode_single(&record(fields), context, out),
            Some(Root::Array(elements)) => {
                let objects: Vec<_> = elements.iter().map(|element| element.object()).collect();
                let records = objects.iter().map(|fields| fields.as_ref().map(record));
                decode_pack(&records.collect::<Vec<_>>(), context, out);
            }
            Some(Root::Scalar) | None => {}
        }
    }
}

fn is_record(fields: &Fields<'_>) -> bool {
    let is_telling = |name| Label::named(name).is_some_and(Label::is_telling);
    !fields.has("event_type") && fields.names().any(is_telling)
}

fn is_single(fields: &Fields<'_>) -> bool {
    is_record(fields) && !fields.has("readings") && (fields.has("bn") || fields.has("n"))
}

fn record<'a>(fields: &Fields<'a>) -> Record<'a> {
    let mut record = Record::default();
    for (name, value) in fields.iter() {
        match Label::named(name) {
            Some(label) => record.push(label, item(label, value)),
            None => record.push_unknown(name),
        }
    }
    record
}

fn item(label: Label, value: Json<'_>) -> Item<'_> {
    match value.kind() {
        Kind::Null => Item::Null,
        Kind::Boolean(boolean) => Item::Boolean(boolean),
        Kind::Number => Item::Number(Cow::Borrowed(value.number().unwrap_or_default())),
        Kind::Text => {
            let text = value.text().unwrap_or_default();
            if label == Label::DataValue {
                Item::Data(text)
            } else {
                Item::Text(text)
            }
        }
        Kind::Array => Item::Other("an array"),
        Kind::Object => Item::Other("an object"),
    }
}
