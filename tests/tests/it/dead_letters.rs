//! Letters that cannot be buried are held; those that are wait for a decision on the command line.

use sens_testkit::{Platform, assert_eventually};
use serde_json::{Value, json};

use crate::support::faults::{says, told};
use crate::support::jetstream::request;
use crate::support::mqtt::Device;
use crate::support::{PATIENCE, number};

const STORED: &str = "SELECT count(*) FROM processed_record";
const POISON: &str =
    "ALTER TABLE processed_record ADD CONSTRAINT planted CHECK (value < 100) NOT VALID";

async fn publish(device: &mut Device, value: u64) {
    let payload = format!(r#"{{"v":1,"readings":[{{"metric":"level","value":{value}}}]}}"#);
    let topic = format!("sens/v1/AI-{value}/telemetry");
    device.publish_all(&topic, [payload]).await;
}

/// How many letters the stream takes; -1 for no limit.
async fn room(platform: &Platform, letters: i64) {
    let port = platform.nats.port();
    let info = request(port, "STREAM.INFO.SENS_DLQ", &json!({})).await;
    let mut config: Value = info["config"].clone();
    config["max_msgs"] = json!(letters);
    request(port, "STREAM.UPDATE.SENS_DLQ", &config).await;
}

async fn buried(platform: &Platform) -> f64 {
    let worker = &platform.telemetry[0];
    worker.metric("sens_dead_letters_total", "").await.unwrap()
}

#[tokio::test]
async fn a_full_stream_of_dead_letters_holds_them() {
    let mut platform = Platform::builder().without_api().start().await.unwrap();
    platform.sql(POISON).unwrap();
    room(&platform, 1).await;
    let mut device = Device::connect(platform.mosquitto.port(), "device").await;
    publish(&mut device, 100).await;
    assert_eventually!(PATIENCE, buried(&platform).await > 0.5);
    publish(&mut device, 101).await;
    says(&platform.telemetry[0], "maximum messages exceeded").await;
    let lines = told(&platform.telemetry[0], "a dead letter is held", "");
    assert!((1..=2).contains(&lines), "{lines} lines");
    room(&platform, -1).await;
    platform.telemetry[0].wait_ready(PATIENCE).await.unwrap();
    assert_eventually!(PATIENCE, buried(&platform).await > 1.5);
    let dead = "SELECT coalesce(sum(dead), 0) FROM ingest_ledger";
    assert_eventually!(PATIENCE, number(&platform, dead) == 2);
    publish(&mut device, 1).await;
    assert_eventually!(PATIENCE, number(&platform, STORED) == 1);
}

#[tokio::test]
async fn are_shown_requeued_and_dropped_by_command() {
    let platform = Platform::builder().without_api().start().await.unwrap();
    platform.sql(POISON).unwrap();
    let mut device = Device::connect(platform.mosquitto.port(), "device").await;
    publish(&mut device, 101).await;
    assert_eventually!(PATIENCE, buried(&platform).await > 0.5);
    publish(&mut device, 102).await;
    assert_eventually!(PATIENCE, buried(&platform).await > 1.5);

    let list = platform.sensctl(&["dead-letters", "list"]).await.unwrap();
    assert_eq!(list.lines().count(), 2, "{list}");
    let shown = platform.sensctl(&["dead-letters", "show", "1"]).await;
    let shown = shown.unwrap();
    for part in [
        "sens/v1/AI-101/telemetry",
        "23514",
        "planted",
        "attempts   1",
        r#""value":101"#,
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let missing = platform.sensctl(&["dead-letters", "show", "9"]).await;
    assert!(
        missing
            .unwrap_err()
            .to_string()
            .contains("there is no dead letter 9")
    );

    platform
        .sql("ALTER TABLE processed_record DROP CONSTRAINT planted")
        .unwrap();
    let requeued = platform.sensctl(&["dead-letters", "requeue", "1"]).await;
    assert!(requeued.unwrap().contains("letter 1 is message"));
    let dropped = platform.sensctl(&["dead-letters", "drop", "2"]).await;
    assert!(dropped.unwrap().contains("letter 2 is dropped"));
    assert_eventually!(PATIENCE, number(&platform, STORED) == 1);
    let list = platform.sensctl(&["dead-letters", "list"]).await.unwrap();
    assert_eq!(list.trim(), "no dead letters");
    let decisions = "SELECT string_agg(action, ',' ORDER BY action) FROM dead_letter_action";
    assert_eq!(platform.sql(decisions).unwrap(), "dropped,requeued");
}
