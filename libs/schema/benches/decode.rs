//! How long decoding takes: `cargo bench -p sens-schema`. The best of several rounds, so that a busy machine matters
//! less.

use std::hint::black_box;
use std::time::Instant;

use sens_schema::{Catalogue, ClockPolicy, DecodeContext, Position, Topic, decode};

/// 2026-11-20T10:00:00Z.
const NOW: i64 = 1_795_168_800_000_000;
const ROUNDS: u32 = 60;
const TIMES: u32 = 5_000;

const SENML_CBOR: &[u8] = include_bytes!("../testdata/senml_cbor/v1/rfc8428-6.payload");
const SENML_JSON: &[u8] = include_bytes!("../testdata/senml/v1/rfc8428-5.1.2-times.payload");
const FLAT: &[u8] = br#"{"device_id": 7, "event_type": "platform_extension_ticks", "value": 1200, "timestamp": 1795168790.25}"#;
const STARTUP: &[u8] = br#"{"event_type":"device_startup","serial":"AI-9F3C21","provision_token":"bfec7295a3c7dd4d1ed6886027b5af9c93efdf8065ee971273cf3037d08d9f95","firmware":"1.1.0","timestamp":1795168790.25}"#;
const BATCH: &[u8] = br#"{"v":1,"seq":42,"sent_at":"2026-11-20T10:00:00.000Z","firmware":"2.0.0","readings":[{"metric":"battery_charge","value":71.5,"at":"2026-11-20T09:59:58.120Z"},{"metric":"platform_height_mm","value":104.25},{"metric":"platform_extension_mm","value":-12.5},{"metric":"platform_extension_ticks","value":1200}]}"#;

fn main() {
    let own = "sens/v1/AI-9F3C21/telemetry";
    let cbor = Some("application/senml+cbor");
    let cases = [
        ("flat event", "sens/legacy/telemetry", None, FLAT),
        ("device_startup", "sens/legacy/telemetry", None, STARTUP),
        ("SENS v1, 4 readings", own, None, BATCH),
        ("SenML JSON, 7 readings", own, None, SENML_JSON),
        ("SenML CBOR, 7 readings", own, cbor, SENML_CBOR),
        ("no JSON", own, None, b"\0"),
    ];
    for (name, topic, content_type, payload) in cases {
        let nanoseconds = best(topic, content_type, payload);
        println!(
            "{name:<24} {:>5} bytes {nanoseconds:>8.0} ns",
            payload.len()
        );
    }
}

/// Nanoseconds for one payload, topic included, as a worker decodes it.
fn best(topic: &str, content_type: Option<&str>, payload: &[u8]) -> f64 {
    let catalogue = Catalogue::builtin();
    let round = || {
        let began = Instant::now();
        for seq in 0..TIMES {
            let topic = Topic::parse(black_box(topic));
            let context = DecodeContext {
                topic: &topic,
                received_at: NOW,
                content_type,
                truncated: false,
                full_length: payload.len() as u64,
                position: Position {
                    epoch: 1,
                    seq: seq.into(),
                },
                catalogue: &catalogue,
                clock: ClockPolicy::default(),
            };
            black_box(decode(black_box(payload), &context));
        }
        began.elapsed().as_nanos() as f64 / f64::from(TIMES)
    };
    (0..ROUNDS).map(|_| round()).fold(f64::INFINITY, f64::min)
}
