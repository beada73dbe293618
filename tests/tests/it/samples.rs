//! 5,000 payloads as the fleet sends them, against the outcome that an independent program worked out.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use sens_testkit::Platform;
use serde_json::Value;

use crate::support::mqtt::Device;
use crate::support::{number, raw_records};

const TOPIC: &str = "sens/legacy/telemetry";

/// Everything that a second feed must leave as it was.
const LASTING: [(&str, &str); 6] = [
    (
        "readings",
        "SELECT * FROM processed_record ORDER BY device_id, metric_id, recorded_at, dedup",
    ),
    (
        "devices",
        "SELECT id, serial, legacy_id, placeholder, firmware, provisioned_at, first_seen_at FROM device ORDER BY id",
    ),
    (
        "average extension",
        "SELECT * FROM metric_avg_extension_mm ORDER BY serial",
    ),
    (
        "extension and retraction",
        "SELECT * FROM metric_extension_vs_retraction ORDER BY serial",
    ),
    (
        "battery",
        "SELECT * FROM metric_battery_summary ORDER BY serial",
    ),
    (
        "height",
        "SELECT * FROM metric_platform_height ORDER BY serial",
    ),
];

fn sample(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("samples")
        .join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[tokio::test]
async fn the_fleet_sample_becomes_what_is_expected_and_a_second_feed_changes_nothing() {
    let payload_file = sample("flat-events.payloads");
    let text = payload_file.strip_suffix(b"\n").unwrap_or(&payload_file);
    let payloads: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    let expected: Value = serde_json::from_slice(&sample("flat-events.expected.json")).unwrap();
    let messages = expected["messages"].as_u64().unwrap();
    assert_eq!(payloads.len() as u64, messages);

    let platform = Platform::builder()
        .without_api()
        .env(
            "*",
            "PROVISION_SECRET",
            expected["secret"].as_str().unwrap(),
        )
        .start()
        .await
        .unwrap();
    let mut device = Device::connect(platform.mosquitto.port(), "fleet").await;

    device.publish_all(TOPIC, &payloads).await;
    raw_records(&platform, messages).await;
    counts(&platform, &expected, 1);
    views(&platform, &expected["views"]);
    let before: Vec<String> = LASTING
        .iter()
        .map(|(_, sql)| platform.sql(sql).unwrap())
        .collect();

    device.publish_all(TOPIC, &payloads).await;
    raw_records(&platform, 2 * messages).await;
    counts(&platform, &expected, 2);
    for ((what, sql), before) in LASTING.iter().zip(&before) {
        assert!(
            &platform.sql(sql).unwrap() == before,
            "the second feed changed: {what}"
        );
    }
}

/// What is stored after `feeds` identical feeds.
fn counts(platform: &Platform, expected: &Value, feeds: u64) {
    let of = |value: &Value| value.as_u64().unwrap();
    let (processed, duplicate, errors) = (
        of(&expected["processed"]),
        of(&expected["duplicate"]),
        of(&expected["errors_total"]),
    );
    let good = processed + duplicate;

    assert_eq!(
        number(platform, "SELECT count(*) FROM processed_record"),
        processed,
        "readings"
    );
    let by_reason: BTreeMap<String, u64> = platform
        .sql("SELECT reason, count(*) FROM ingest_error GROUP BY reason")
        .unwrap()
        .lines()
        .map(|line| {
            let (reason, count) = line.split_once('|').unwrap();
            (reason.to_owned(), count.parse().unwrap())
        })
        .collect();
    let expected_reasons: BTreeMap<String, u64> = expected["error"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(reason, count)| (reason.clone(), of(count) * feeds))
        .collect();
    assert_eq!(
        by_reason, expected_reasons,
        "errors by reason after {feeds} feeds"
    );

    let devices = |condition: &str| {
        number(
            platform,
            &format!("SELECT count(*) FROM device WHERE {condition}"),
        )
    };
    assert_eq!(
        devices("placeholder"),
        of(&expected["devices"]["placeholder"]),
        "placeholders"
    );
    assert_eq!(
        devices("provisioned_at IS NOT NULL"),
        of(&expected["devices"]["provisioned"]),
        "provisioned"
    );
    assert_eq!(devices("provisioned_at IS NOT NULL AND placeholder"), 0);

    let parse_ok = |wanted: &str| {
        number(
            platform,
            &format!("SELECT count(*) FROM ingest_parse WHERE parse_ok IS {wanted}"),
        )
    };
    assert_eq!(
        parse_ok("TRUE"),
        (good + of(&expected["provisioned"])) * feeds,
        "parse_ok"
    );
    assert_eq!(parse_ok("FALSE"), errors * feeds, "not parse_ok");
    assert_eq!(
        number(
            platform,
            "SELECT count(*) FROM ingest_parse WHERE parse_ok AND reason IS NOT NULL"
        ),
        0
    );
    assert_eq!(
        number(
            platform,
            "SELECT count(*) FROM ingest_parse WHERE NOT parse_ok AND reason IS NULL"
        ),
        0
    );
    ledger(
        platform,
        of(&expected["messages"]) * feeds,
        processed,
        good * feeds - processed,
    );
}

/// The ledger says the same as the tables, and is balanced.
fn ledger(platform: &Platform, messages: u64, processed: u64, duplicates: u64) {
    let sums = platform
        .sql("SELECT sum(parsed + failed + control), sum(decoded), sum(processed), sum(duplicate), sum(error) FROM ingest_ledger")
        .unwrap();
    let sums: Vec<u64> = sums.split('|').map(|sum| sum.parse().unwrap()).collect();
    assert_eq!(sums[0], messages, "messages in the ledger");
    assert_eq!(
        sums[2..4],
        [processed, duplicates],
        "processed and duplicates in the ledger"
    );
    assert_eq!(
        sums[1],
        sums[2] + sums[3] + sums[4],
        "decoded = processed + duplicate + error"
    );
}

/// The metric views, to the decimals that the expectation has.
fn views(platform: &Platform, expected: &Value) {
    let average = table(
        platform,
        "SELECT serial, round(avg_extension_mm::numeric, 3) FROM metric_avg_extension_mm",
    );
    let wanted = by_serial(&expected["average_extension_mm"], |value| {
        vec![value.as_f64().unwrap()]
    });
    assert_close(&average, &wanted, 0.0011, "average extension");

    let moves = table(
        platform,
        "SELECT serial, extensions, retractions FROM metric_extension_vs_retraction",
    );
    let wanted = by_serial(&expected["extension_vs_retraction"], |value| {
        fields(value, &["extensions", "retractions"])
    });
    assert_close(&moves, &wanted, 0.0, "extension and retraction");

    let battery = table(
        platform,
        "SELECT serial, min_pct, max_pct, avg_pct, last_pct FROM metric_battery_summary",
    );
    let wanted = by_serial(&expected["battery"], |value| {
        fields(value, &["min", "max", "avg", "last"])
    });
    assert_close(&battery, &wanted, 0.0501, "battery");

    let heights = number(
        platform,
        "SELECT count(*) FROM metric_platform_height v JOIN (
             SELECT d.serial, min(p.value), max(p.value), avg(p.value) FROM processed_record p
             JOIN metric m ON m.id = p.metric_id JOIN device d ON d.id = p.device_id
             WHERE m.name = 'platform_height_mm' GROUP BY d.serial
         ) own USING (serial) WHERE v.min_mm = own.min AND v.max_mm = own.max AND abs(v.avg_mm - own.avg) < 1e-9",
    );
    assert_eq!(
        heights,
        number(platform, "SELECT count(*) FROM metric_platform_height")
    );
    assert!(heights > 0);
}

type Rows = BTreeMap<String, Vec<f64>>;

fn table(platform: &Platform, sql: &str) -> Rows {
    platform
        .sql(sql)
        .unwrap()
        .lines()
        .map(|line| {
            let mut cells = line.split('|');
            let serial = cells.next().unwrap().to_owned();
            (serial, cells.map(|cell| cell.parse().unwrap()).collect())
        })
        .collect()
}

fn by_serial(value: &Value, row: impl Fn(&Value) -> Vec<f64>) -> Rows {
    value
        .as_object()
        .unwrap()
        .iter()
        .map(|(serial, value)| (serial.clone(), row(value)))
        .collect()
}

fn fields(value: &Value, names: &[&str]) -> Vec<f64> {
    names
        .iter()
        .map(|name| value[name].as_f64().unwrap())
        .collect()
}

fn assert_close(found: &Rows, wanted: &Rows, tolerance: f64, what: &str) {
    assert_eq!(
        found.keys().collect::<Vec<_>>(),
        wanted.keys().collect::<Vec<_>>(),
        "{what}: devices"
    );
    for (serial, wanted) in wanted {
        for (found, wanted) in found[serial].iter().zip(wanted) {
            assert!(
                (found - wanted).abs() <= tolerance,
                "{what} of {serial}: {found} instead of {wanted}"
            );
        }
    }
}
