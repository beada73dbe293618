//! Whatever arrives is kept as it came, costs one error, and stops nothing else.

use sens_testkit::Platform;

use crate::support::mqtt::Device;
use crate::support::{number, raw_records};

const LEGACY: &str = "sens/legacy/telemetry";
const V1: &str = "sens/v1/AI-1/telemetry";

struct Case {
    what: &'static str,
    topic: &'static str,
    payload: Vec<u8>,
    /// The reason of its one error; empty where it is a good reading after all.
    reason: &'static str,
}

fn case(what: &'static str, payload: impl Into<Vec<u8>>, reason: &'static str) -> Case {
    Case {
        what,
        topic: LEGACY,
        payload: payload.into(),
        reason,
    }
}

fn at(topic: &'static str, mut case: Case) -> Case {
    case.topic = topic;
    case
}

fn flat(value: &str) -> String {
    format!(r#"{{"device_id":7,"event_type":"battery_charge","value":{value}}}"#)
}

fn with_timestamp(timestamp: &str) -> String {
    format!(r#"{{"device_id":7,"event_type":"battery_charge","value":50,"timestamp":{timestamp}}}"#)
}

fn cases() -> Vec<Case> {
    [no_json(), no_event(), unlikely(), other_topics()]
        .into_iter()
        .flatten()
        .collect()
}

fn no_json() -> Vec<Case> {
    vec![
        case("empty", "", "invalid_json"),
        case("a NUL byte", "\0", "invalid_json"),
        case("a NUL byte after JSON", flat("1") + "\0", "invalid_json"),
        case(
            "invalid UTF-8",
            [b"{\"event_type\":\"", &[0xff, 0xfe][..], b"\"}"].concat(),
            "invalid_json",
        ),
        case(
            "a half surrogate",
            r#"{"event_type":"\ud800"}"#,
            "invalid_json",
        ),
        case(
            "a cut payload",
            r#"{"device_id":7,"event_type":"batt"#,
            "invalid_json",
        ),
        case("NaN", flat("NaN"), "invalid_json"),
        case("two documents", "{} {}", "invalid_json"),
        case("deep nesting", "[".repeat(100_000), "invalid_json"),
    ]
}

fn no_event() -> Vec<Case> {
    vec![
        case("nothing known", "{}", "unknown_format"),
        case("a number", "12", "unknown_format"),
        case("null", "null", "unknown_format"),
        case("text", r#""hello""#, "unknown_format"),
        case(
            "no value",
            r#"{"device_id":7,"event_type":"battery_charge"}"#,
            "missing_field",
        ),
        case(
            "no device",
            r#"{"event_type":"battery_charge","value":5}"#,
            "missing_field",
        ),
        case("text for a number", flat(r#""high""#), "wrong_type"),
        case("null for a number", flat("null"), "wrong_type"),
        case("a list for a number", flat("[1]"), "wrong_type"),
        case("an escaped NUL as value", flat(r#""\u0000""#), "wrong_type"),
        case(
            "text for a device",
            r#"{"device_id":"x","event_type":"battery_charge","value":5}"#,
            "wrong_type",
        ),
        case(
            "an unknown event type",
            r#"{"device_id":7,"event_type":"warp","value":5}"#,
            "unknown_event_type",
        ),
        case(
            "a word for a time",
            with_timestamp(r#""yesterday""#),
            "timestamp_invalid",
        ),
    ]
}

fn unlikely() -> Vec<Case> {
    vec![
        case("1e400", flat("1e400"), "out_of_range"),
        case(
            "two values",
            r#"{"device_id":7,"event_type":"battery_charge","value":5,"value":6}"#,
            "",
        ),
        case("below the range", flat("-0.1"), "out_of_range"),
        case("above the range", flat("100.1"), "out_of_range"),
        case("1e300", flat("1e300"), "out_of_range"),
        case("a time of 1970", with_timestamp("1"), ""),
        case("a time of 2106", with_timestamp("4294967295"), ""),
        case(
            "over the limit",
            vec![b'x'; 300 * 1024],
            "payload_too_large",
        ),
    ]
}

fn other_topics() -> Vec<Case> {
    let half_good = r#"{"v":1,"readings":[{"metric":"battery_charge","value":500},{"metric":"battery_charge","value":50}]}"#;
    vec![
        at(
            V1,
            case("one bad reading of two", half_good, "out_of_range"),
        ),
        at(
            "sens/v1/no good/telemetry",
            case("a serial with a space", flat("5"), "invalid_serial"),
        ),
        at(
            "sens/v1/legacy-07/telemetry",
            case(
                "a reserved serial",
                r#"{"v":1,"readings":[{"metric":"battery_charge","value":5}]}"#,
                "invalid_serial",
            ),
        ),
        at(V1, case("a foreign device", flat("5"), "device_mismatch")),
        at(
            "sens/v1/AI-1/status",
            case("a status that is none", "online", "invalid_json"),
        ),
    ]
}

#[tokio::test]
async fn is_kept_costs_one_error_and_stops_nothing() {
    let platform = Platform::builder().without_api().start().await.unwrap();
    let mut device = Device::connect(platform.mosquitto.port(), "malformed").await;
    let cases = cases();
    for (index, case) in cases.iter().enumerate() {
        device
            .publish(case.topic, &case.payload, false)
            .await
            .unwrap();
        let good = format!(
            r#"{{"device_id":{},"event_type":"platform_height_mm","value":10}}"#,
            1000 + index
        );
        device
            .publish(LEGACY, good.as_bytes(), false)
            .await
            .unwrap();
    }
    device.settle().await;
    raw_records(&platform, 2 * cases.len() as u64).await;

    let good = "SELECT count(*) FROM processed_record p JOIN metric m ON m.id = p.metric_id WHERE m.name = 'platform_height_mm'";
    assert_eq!(
        number(&platform, good),
        cases.len() as u64,
        "good readings between malformed payloads"
    );

    let faults: Vec<String> = cases
        .iter()
        .filter_map(|case| fault(&platform, case))
        .collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));

    let clocks = "SELECT count(*) FROM processed_record WHERE quality = 'implausible_clock' AND recorded_at = received_at AND device_time IS NOT NULL";
    assert_eq!(
        number(&platform, clocks),
        2,
        "readings with a clock that cannot be right"
    );
    let large =
        "SELECT length(payload), payload_length FROM raw_record WHERE payload_length > 262144";
    assert_eq!(platform.sql(large).unwrap(), "4096|307200");
    assert_eq!(
        number(
            &platform,
            "SELECT count(*) FROM ingest_error WHERE pointer = '/readings/0/value'"
        ),
        1
    );
}

/// What is wrong with the outcome of a case.
fn fault(platform: &Platform, case: &Case) -> Option<String> {
    let kept = &case.payload[..case.payload.len().min(4096)];
    let kept = if case.reason == "payload_too_large" {
        kept
    } else {
        &case.payload
    };
    let hex = kept
        .iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let sql = format!(
        "SELECT r.raws, coalesce(string_agg(e.reason, ','), '') FROM (
             SELECT epoch, seq, count(*) OVER () AS raws FROM raw_record
             WHERE topic = '{}' AND payload = decode('{hex}', 'hex')
         ) r LEFT JOIN ingest_error e USING (epoch, seq) GROUP BY r.raws",
        case.topic
    );
    let found = platform.sql(&sql).unwrap();
    let expected = format!("1|{}", case.reason);
    (found != expected).then(|| format!("{}: {found:?} instead of {expected:?}", case.what))
}
