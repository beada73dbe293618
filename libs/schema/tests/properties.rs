//! What holds for every payload.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use proptest::prelude::*;
use sens_schema::{
    Catalogue, ClockPolicy, DecodeContext, Decoded, Position, Quality, Topic, Value, decode,
};

const NOW: i64 = 1_795_168_800_000_000;
const TOPICS: [&str; 9] = [
    "sens/v1/AI-9F3C21/telemetry",
    "sens/v1/AI-9F3C21/startup",
    "sens/v1/AI-9F3C21/status",
    "sens/v1/AI-9F3C21/command/ack",
    "sens/v1/legacy-7/telemetry",
    "sens/v1/a b/telemetry",
    "sens/legacy/telemetry",
    "http",
    "elsewhere",
];
const VALID: [&str; 6] = [
    r#"{"device_id": 7, "event_type": "platform_extension_ticks", "value": 1200, "timestamp": 1795168790.25}"#,
    r#"[{"device_id":7,"event_type":"battery_charge","value":71.5,"timestamp":1795168790},{"device_id":8,"event_type":"battery_charge","value":2}]"#,
    r#"{"event_type":"device_startup","serial":"AI-9F3C21","provision_token":"00ff","firmware":"1.1.0","timestamp":1795168790.25}"#,
    r#"{"v":1,"seq":42,"sent_at":"2026-11-20T10:00:00.000Z","serial":"AI-9F3C21","readings":[{"metric":"battery_charge","value":71.5,"unit":"%"},{"metric":"note","value":"\u00e4"}]}"#,
    r#"[{"bn":"AI-9F3C21:","bt":1.795168790e9,"bu":"%","bv":1,"n":"battery_charge","v":70,"s":4},{"n":"x","vb":true,"t":-5}]"#,
    r#"{"online":true}"#,
];

fn decode_at(payload: &[u8], topic: &str, received_at: i64, seq: u64) -> Decoded {
    let topic = Topic::parse(topic);
    let catalogue = Catalogue::builtin();
    let context = DecodeContext {
        topic: &topic,
        received_at,
        content_type: None,
        truncated: false,
        full_length: payload.len() as u64,
        position: Position { epoch: 1, seq },
        catalogue: &catalogue,
        clock: ClockPolicy::default(),
    };
    decode(payload, &context)
}

/// What holds for every outcome.
fn check(decoded: &Decoded) {
    for error in &decoded.errors {
        assert!(
            !error.detail.is_empty() && !error.detail.chars().any(char::is_control),
            "{error:?}"
        );
        assert!(
            error.pointer.is_empty() || error.pointer.starts_with('/'),
            "{error:?}"
        );
        assert!(!error.pointer.chars().any(char::is_control), "{error:?}");
    }
    let nothing =
        decoded.readings.is_empty() && decoded.startups.is_empty() && decoded.control.is_none();
    assert!(
        !nothing || !decoded.errors.is_empty() || decoded.decoder.is_some(),
        "{decoded:?}"
    );
    for reading in &decoded.readings {
        match &reading.value {
            Value::Number(number) => {
                assert!(number.is_finite() && number.to_bits() != (-0.0_f64).to_bits());
            }
            Value::Text(text) => assert!(!text.contains('\0')),
        }
        assert!((1..=128).contains(&reading.metric.chars().count()));
        assert!(ClockPolicy::default().is_plausible(reading.recorded_at, NOW));
    }
    let mut keys: Vec<_> = decoded
        .readings
        .iter()
        .map(|reading| {
            (
                &reading.device,
                &reading.metric,
                reading.recorded_at,
                reading.dedup,
            )
        })
        .collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(
        keys.len(),
        decoded.readings.len(),
        "two readings of a payload share a key"
    );
}

/// A valid payload with some bytes replaced, removed or repeated.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let edit = (
        any::<prop::sample::Index>(),
        0..4_u8,
        prop_oneof![
            any::<u8>(),
            prop::sample::select(br#"{}[]",:0123456789eE.-+ntf\u_"#.to_vec())
        ],
    );
    (
        prop::sample::select(VALID.to_vec()),
        prop::collection::vec(edit, 0..6),
    )
        .prop_map(|(valid, edits)| {
            let mut payload = valid.as_bytes().to_vec();
            for (index, kind, byte) in edits {
                let at = index.index(payload.len());
                match kind {
                    0 => payload[at] = byte,
                    1 => payload.insert(at, byte),
                    2 if payload.len() > 1 => drop(payload.remove(at)),
                    _ => payload.extend_from_within(at..(at + 8).min(payload.len())),
                }
            }
            payload
        })
}

/// JSON of the words that formats know, put together at random.
fn jumbled() -> impl Strategy<Value = Vec<u8>> {
    let names = [
        "device_id",
        "event_type",
        "value",
        "timestamp",
        "serial",
        "provision_token",
        "firmware",
        "v",
        "seq",
        "sent_at",
        "readings",
        "metric",
        "at",
        "unit",
        "bn",
        "bt",
        "bu",
        "bv",
        "bs",
        "bver",
        "n",
        "u",
        "vs",
        "vb",
        "vd",
        "s",
        "t",
        "ut",
        "online",
        "x_",
    ];
    let texts = [
        "device_startup",
        "battery_charge",
        "AI-9F3C21",
        "legacy-7",
        "2026-11-20T10:00:00Z",
        "%",
        "mm",
        "",
        "a\u{0}b",
        "2026-11-20T10:00:00",
    ];
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        (0..120_i64).prop_map(Into::into),
        (1_795_000_000..1_795_200_000_i64).prop_map(Into::into),
        prop::sample::select(texts.to_vec()).prop_map(Into::into),
    ];
    let tree = leaf.prop_recursive(3, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::vec((prop::sample::select(names.to_vec()), inner), 0..8).prop_map(
                |fields| fields
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect()
            ),
        ]
    });
    tree.prop_map(|tree| serde_json::to_vec(&tree).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_decode(payload in prop::collection::vec(any::<u8>(), 0..200), topic in prop::sample::select(TOPICS.to_vec())) {
        check(&decode_at(&payload, topic, NOW, 1));
    }

    #[test]
    fn any_mutation_decodes(payload in mutated(), topic in prop::sample::select(TOPICS.to_vec())) {
        check(&decode_at(&payload, topic, NOW, 1));
    }

    #[test]
    fn any_jumble_decodes(payload in jumbled(), topic in prop::sample::select(TOPICS.to_vec())) {
        check(&decode_at(&payload, topic, NOW, 1));
    }

    #[test]
    fn equal_payloads_are_equal_readings(payload in prop_oneof![mutated(), jumbled()], topic in prop::sample::select(TOPICS.to_vec()), later in 0..3_600_000_000_i64) {
        let first = decode_at(&payload, topic, NOW, 1);
        prop_assert_eq!(&first, &decode_at(&payload, topic, NOW, 1));
        let again = decode_at(&payload, topic, NOW + later, 2);
        prop_assert_eq!(first.readings.len(), again.readings.len());
        for (one, other) in first.readings.iter().zip(&again.readings) {
            match (one.quality, one.device_seq) {
                (Quality::Ok | Quality::Scaled, _) => prop_assert_eq!(one, other),
                (_, Some(_)) => prop_assert_eq!(one.dedup, other.dedup),
                (_, None) => prop_assert_ne!(one.dedup, other.dedup),
            }
        }
    }

    #[test]
    fn any_topic_is_read(topic in any::<String>(), middle in any::<String>()) {
        for text in [topic, format!("sens/v1/{middle}/telemetry")] {
            if let Some(serial) = Topic::parse(&text).serial() {
                prop_assert!(text.contains(serial.as_str()));
            }
        }
    }
}
