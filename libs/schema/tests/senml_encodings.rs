//! A SenML pack says the same in JSON and in CBOR.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use proptest::prelude::*;
use sens_schema::{Catalogue, ClockPolicy, DecodeContext, Decoded, Position, Topic, decode};
use serde_json::{Map, Value, json};

const LABELS: [(&str, i64); 14] = [
    ("bver", -1),
    ("bn", -2),
    ("bt", -3),
    ("bu", -4),
    ("bv", -5),
    ("bs", -6),
    ("n", 0),
    ("u", 1),
    ("v", 2),
    ("vs", 3),
    ("vb", 4),
    ("s", 5),
    ("t", 6),
    ("ut", 7),
];

/// The head of an item: its major type and its argument in the shortest form.
fn head(major: u8, argument: u64, out: &mut Vec<u8>) {
    let [.., b3, b2, b1, b0] = argument.to_be_bytes();
    match argument {
        0..24 => out.push(major << 5 | b0),
        24..0x100 => out.extend([major << 5 | 0x18, b0]),
        0x100..0x1_0000 => out.extend([major << 5 | 0x19, b1, b0]),
        0x1_0000..0x1_0000_0000 => out.extend([major << 5 | 0x1A, b3, b2, b1, b0]),
        _ => {
            out.push(major << 5 | 0x1B);
            out.extend(argument.to_be_bytes());
        }
    }
}

/// The CBOR of a JSON value, numbers in place of known labels.
fn encode(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.push(0xF6),
        Value::Bool(boolean) => out.push(if *boolean { 0xF5 } else { 0xF4 }),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => head(0, number, out),
            (None, Some(number)) => head(1, (-1 - number).unsigned_abs(), out),
            (None, None) => {
                out.push(0xFB);
                out.extend(number.as_f64().unwrap().to_be_bytes());
            }
        },
        Value::String(text) => {
            head(3, text.len() as u64, out);
            out.extend(text.bytes());
        }
        Value::Array(items) => {
            head(4, items.len() as u64, out);
            for item in items {
                encode(item, out);
            }
        }
        Value::Object(fields) => {
            head(5, fields.len() as u64, out);
            for (name, value) in fields {
                match LABELS.iter().find(|label| label.0 == name) {
                    Some((_, number)) => encode(&json!(number), out),
                    None => encode(&json!(name), out),
                }
                encode(value, out);
            }
        }
    }
}

fn decoded(payload: &[u8], topic: &str, content_type: &str) -> Decoded {
    let context = DecodeContext {
        topic: &Topic::parse(topic),
        received_at: 1_795_168_800_000_000,
        content_type: Some(content_type),
        truncated: false,
        full_length: payload.len() as u64,
        position: Position { epoch: 1, seq: 1 },
        catalogue: &Catalogue::builtin(),
        clock: ClockPolicy::default(),
    };
    decode(payload, &context)
}

fn pack() -> impl Strategy<Value = Value> {
    let names = [
        "battery_charge",
        "temp",
        "AI-9F3C21:",
        "AI-9F3C21",
        "",
        "%",
        "mm",
        "a\u{0}b",
        "ä",
    ];
    let value = prop_oneof![
        3 => prop::sample::select(names.to_vec()).prop_map(Value::from),
        3 => (0..120_i64).prop_map(Value::from),
        2 => (-400_i64..40_000).prop_map(|number| json!(number as f64 / 4.0)),
        2 => (1_795_000_000_i64..1_795_168_800).prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => Just(json!([1])),
        1 => Just(json!({})),
    ];
    let label = prop_oneof![
        8 => prop::sample::select(LABELS.to_vec()).prop_map(|label| label.0),
        1 => prop::sample::select(vec!["note", "x_"]),
    ];
    let record = prop::collection::vec((label, value), 1..5).prop_map(|fields| {
        Value::Object(
            fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<Map<_, _>>(),
        )
    });
    prop::collection::vec(record, 1..6).prop_map(Value::from)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn json_and_cbor_say_the_same(pack in pack(), topic in prop::sample::select(vec!["sens/v1/AI-9F3C21/telemetry", "http"])) {
        let mut cbor = Vec::new();
        encode(&pack, &mut cbor);
        let one = decoded(pack.to_string().as_bytes(), topic, "application/senml+json");
        let other = decoded(&cbor, topic, "application/senml+cbor");
        prop_assert_eq!(one.decoder.unwrap().id(), "senml");
        prop_assert_eq!(other.decoder.unwrap().id(), "senml_cbor");
        prop_assert_eq!(&one.device, &other.device);
        prop_assert_eq!(&one.readings, &other.readings);
        let places = |decoded: &Decoded| decoded.errors.iter().map(|error| (error.reason, error.pointer.clone(), error.item)).collect::<Vec<_>>();
        prop_assert_eq!(places(&one), places(&other));
    }

    #[test]
    fn any_bytes_declared_as_cbor_decode(payload in prop::collection::vec(any::<u8>(), 0..200)) {
        let decoded = decoded(&payload, "http", "application/senml+cbor");
        prop_assert!(decoded.decoder.is_some() || decoded.errors.len() == 1);
    }
}
