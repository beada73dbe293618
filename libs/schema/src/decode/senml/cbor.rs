//! SenML in CBOR (RFC 8428, section 6): an array of maps with numbers as labels; over REST also a single map.
//!
//! Numbers are integers, floats of any width or decimal fractions (tag 4), and count as their shortest decimal text,
//! as if they had come in JSON. NaN and the infinities are no numbers. Labels may be texts as in JSON. Bytes in `vd`
//! are kept as base64url without padding. Other tags say nothing that a field does not say itself.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::super::{DecodeContext, Decoded, Decoder, DecoderTag, Document, Encoding};
use super::model::{Item, Label, Record};
use super::{decode_pack, decode_single};
use crate::cbor::Value;
use crate::topic::Topic;

/// Tags whose content is not what it looks like: large integers and decimal fractions.
const LARGE: [u64; 2] = [2, 3];
const DECIMAL_FRACTION: u64 = 4;
/// Beyond this an exponent makes every number zero or too large.
const MAX_EXPONENT: i128 = 100_000;

/// The decoder of SenML packs in CBOR.
pub(in super::super) struct SenMlCbor;

impl Decoder for SenMlCbor {
    fn tag(&self) -> DecoderTag {
        DecoderTag::new("senml_cbor@1")
    }

    fn encoding(&self) -> Encoding {
        Encoding::Cbor
    }

    fn claims(&self, document: &Document<'_>, context: &DecodeContext<'_>, declared: bool) -> bool {
        match document.cbor() {
            Some(Value::Array(elements)) => elements
                .first()
                .is_some_and(|first| declared || map(first).is_some_and(is_record)),
            Some(Value::Map(fields)) => *context.topic == Topic::Http && is_record(fields),
            _ => false,
        }
    }

    fn decode(&self, document: &Document<'_>, context: &DecodeContext<'_>, out: &mut Decoded) {
        match document.cbor() {
            Some(Value::Map(fields)) => decode_single(&record(fields), context, out),
            Some(Value::Array(elements)) => {
                let records = elements.iter().map(|element| map(element).map(record));
                decode_pack(&records.collect::<Vec<_>>(), context, out);
            }
            _ => {}
        }
    }
}

type Entries<'a> = [(Value<'a>, Value<'a>)];

fn map<'b, 'a>(value: &'b Value<'a>) -> Option<&'b Entries<'a>> {
    match untagged(value) {
        Value::Map(fields) => Some(fields),
        _ => None,
    }
}

fn is_record(fields: &Entries<'_>) -> bool {
    fields
        .iter()
        .any(|(key, _)| label(key).is_some_and(Label::is_telling))
}

fn label(key: &Value<'_>) -> Option<Label> {
    match key {
        Value::Integer(number) => Label::numbered(*number),
        Value::Text(name) => Label::named(name),
        _ => None,
    }
}

fn record<'a>(fields: &'a Entries<'_>) -> Record<'a> {
    let mut record = Record::default();
    for (key, value) in fields {
        match (label(key), key) {
            (Some(label), _) => record.push(label, item(label, value)),
            (None, Value::Text(name)) => record.push_unknown(name),
            (None, _) => {}
        }
    }
    record
}

fn item<'a>(label: Label, value: &'a Value<'_>) -> Item<'a> {
    match untagged(value) {
        Value::Null => Item::Null,
        Value::Boolean(boolean) => Item::Boolean(*boolean),
        Value::Text(_) if label == Label::DataValue => Item::Other("a text"),
        Value::Text(text) => Item::Text(Cow::Borrowed(text)),
        Value::Bytes(bytes) => Item::Data(URL_SAFE_NO_PAD.encode(bytes).into()),
        Value::Array(_) => Item::Other("an array"),
        Value::Map(_) => Item::Other("a map"),
        Value::Simple => Item::Other("a simple value"),
        number => number_text(number).map_or(Item::Other("no finite number"), |text| {
            Item::Number(text.into())
        }),
    }
}

/// The value without tags that only comment on it.
fn untagged<'b, 'a>(mut value: &'b Value<'a>) -> &'b Value<'a> {
    while let Value::Tag(tag, inner) = value {
        if LARGE.contains(tag) || *tag == DECIMAL_FRACTION {
            break;
        }
        value = inner;
    }
    value
}

/// A finite number as decimal text.
fn number_text(value: &Value<'_>) -> Option<String> {
    match value {
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) if number.is_finite() => Some(format!("{number:e}")),
        Value::Tag(DECIMAL_FRACTION, inner) => {
            let Value::Array(parts) = inner.as_ref() else {
                return None;
            };
            let [Value::Integer(exponent), mantissa] = parts.as_slice() else {
                return None;
            };
            let exponent = exponent.clamp(&-MAX_EXPONENT, &MAX_EXPONENT);
            let mantissa = match untagged(mantissa) {
                Value::Integer(number) => number.to_string(),
                large => large_integer(large)?,
            };
            Some(format!("{mantissa}e{exponent}"))
        }
        large => large_integer(large),
    }
}

/// An integer that CBOR gives as bytes, in decimal: exact up to 128 bits, above as exact as a double, and beyond the
/// largest double some number that is too large as well.
fn large_integer(value: &Value<'_>) -> Option<String> {
    let Value::Tag(tag, inner) = value else {
        return None;
    };
    let (true, Value::Bytes(bytes)) = (LARGE.contains(tag), inner.as_ref()) else {
        return None;
    };
    let is_negative = *tag == LARGE[1];
    let exact = bytes
        .iter()
        .try_fold(0_u128, |sum, byte| {
            sum.checked_mul(256)?.checked_add(u128::from(*byte))
        })
        .and_then(|sum| sum.checked_add(u128::from(is_negative)));
    let sign = if is_negative { "-" } else { "" };
    if let Some(magnitude) = exact {
        return Some(format!("{sign}{magnitude}"));
    }
    let rounded = bytes
        .iter()
        .fold(0.0_f64, |sum, byte| sum * 256.0 + f64::from(*byte));
    Some(if rounded.is_finite() {
        format!("{sign}{rounded:.0}")
    } else {
        format!("{sign}1{:0400}", 0)
    })
}
