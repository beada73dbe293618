//! The sample of the fleet: 5,000 payloads, and what an independent program says must become of them.

use std::collections::{BTreeMap, HashSet};

use sens_schema::{
    Catalogue, ClockPolicy, DecodeContext, Decoded, DeviceRef, Position, Topic, decode, provision,
};

const PAYLOADS: &[u8] = include_bytes!("../testdata/samples/flat-events.payloads");
const EXPECTED: &str = include_str!("../testdata/samples/flat-events.expected.json");

/// Decodes every payload; arrival is the `pass`-th second after the newest of them.
fn decode_all(pass: i64) -> Vec<Decoded> {
    let catalogue = Catalogue::builtin();
    let lines = PAYLOADS
        .strip_suffix(b"\n")
        .unwrap_or(PAYLOADS)
        .split(|byte| *byte == b'\n');
    lines
        .zip(0..)
        .map(|(payload, seq)| {
            let context = DecodeContext {
                topic: &Topic::Legacy,
                received_at: (1_763_610_000 + pass) * 1_000_000,
                content_type: None,
                truncated: false,
                full_length: payload.len() as u64,
                position: Position { epoch: 1, seq },
                catalogue: &catalogue,
                clock: ClockPolicy::default(),
            };
            decode(payload, &context)
        })
        .collect()
}

#[test]
fn comes_out_as_the_independent_program_says() {
    let expected: serde_json::Value = serde_json::from_str(EXPECTED).unwrap();
    let secret = expected["secret"].as_str().unwrap().as_bytes();
    let decoded = decode_all(0);
    let mut keys = HashSet::new();
    let mut placeholders = HashSet::new();
    let mut provisioned = HashSet::new();
    let mut duplicates = 0_u64;
    let mut errors: BTreeMap<&str, u64> = BTreeMap::new();
    for outcome in &decoded {
        for reading in &outcome.readings {
            placeholders.insert(reading.device.clone());
            if !keys.insert((
                &reading.device,
                &reading.metric,
                reading.recorded_at,
                reading.dedup,
            )) {
                duplicates += 1;
            }
        }
        for startup in &outcome.startups {
            if provision::verify(&[secret], &startup.serial, &startup.token) {
                provisioned.insert(&startup.serial);
            } else {
                *errors.entry("startup_auth_error").or_default() += 1;
            }
        }
        for error in &outcome.errors {
            *errors.entry(error.reason.as_str()).or_default() += 1;
        }
    }
    assert_eq!(decoded.len() as u64, expected["messages"]);
    assert_eq!(keys.len() as u64, expected["processed"]);
    assert_eq!(duplicates, expected["duplicate"]);
    assert_eq!(serde_json::json!(errors), expected["error"]);
    assert_eq!(provisioned.len() as u64, expected["provisioned"]);
    assert_eq!(
        placeholders.len() as u64,
        expected["devices"]["placeholder"]
    );
    assert!(
        placeholders
            .iter()
            .all(|device| matches!(device, DeviceRef::Legacy(1..=20)))
    );
    for outcome in &decoded {
        let items = outcome.readings.len() + outcome.startups.len() + outcome.errors.len();
        assert_eq!(items, 1, "{outcome:?}");
    }
}

#[test]
fn comes_out_the_same_when_it_comes_again() {
    let again = decode_all(3_600);
    for (first, second) in decode_all(0).iter().zip(&again) {
        assert_eq!(first, second);
    }
}
