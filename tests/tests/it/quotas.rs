//! A device that floods is slowed down for itself: others do not notice, and nothing of it is lost.

use sens_testkit::{Platform, assert_eventually};

use crate::support::mqtt::Device;
use crate::support::{PATIENCE, number};

const RATE: u64 = 50;
const BURST: u64 = 100;
const FLOOD: u64 = 500;

fn payload(index: u64) -> String {
    format!(
        r#"{{"v":1,"seq":{index},"readings":[{{"metric":"n","value":{index},"at":"2026-11-20T10:{:02}:{:02}Z"}}]}}"#,
        index / 60 % 60,
        index % 60
    )
}

fn stored(platform: &Platform, serial: &str) -> u64 {
    let readings = format!(
        "SELECT count(*) FROM processed_record p JOIN device d ON d.id = p.device_id WHERE d.serial = '{serial}'"
    );
    number(platform, &readings)
}

#[tokio::test]
async fn a_flooding_device_waits_for_itself_alone() {
    let mut platform = Platform::builder()
        .without_api()
        .env(
            "mqtt-ingestion-worker",
            "SENS_INGEST__DEVICE_RATE",
            &RATE.to_string(),
        )
        .env(
            "mqtt-ingestion-worker",
            "SENS_INGEST__DEVICE_BURST",
            &BURST.to_string(),
        )
        .start()
        .await
        .unwrap();
    let port = platform.mosquitto.port();
    let mut noisy = Device::connect(port, "noisy").await;
    noisy
        .publish_all("sens/v1/AI.noisy/telemetry", (0..FLOOD).map(payload))
        .await;
    let mut quiet = Device::connect(port, "quiet").await;
    quiet
        .publish_all("sens/v1/AI-quiet/telemetry", (0..20).map(payload))
        .await;

    assert_eventually!(
        PATIENCE,
        stored(&platform, "AI-quiet") == 20,
        "the quiet device's readings"
    );
    let early = stored(&platform, "AI.noisy");
    assert!(
        early < FLOOD,
        "the flood was not slowed down: {early} readings are there already"
    );
    assert_eventually!(
        PATIENCE,
        platform.ingestion[0]
            .metric("sens_quota_parked_total", "")
            .await
            .unwrap()
            > 0.0,
        "something parked"
    );
    assert_eventually!(
        PATIENCE,
        platform.ingestion[0].logs().contains("more than its quota"),
        "the flood told in the log"
    );

    // A replica that dies meanwhile changes nothing.
    platform.ingestion[0].kill9().await.unwrap();
    platform.ingestion[0].restart().await.unwrap();
    assert_eventually!(
        PATIENCE,
        stored(&platform, "AI.noisy") == FLOOD,
        "all readings of the flood, there are {}",
        stored(&platform, "AI.noisy")
    );
    assert_eq!(number(&platform, "SELECT count(*) FROM ingest_error"), 0);
    assert_eventually!(
        PATIENCE,
        platform.ingestion[0]
            .metric("sens_quota_waiting", "")
            .await
            .unwrap()
            == 0.0,
        "nothing parked any more"
    );
}
