//! Two replicas of each worker share the work, and one carries on when the other dies.

use sens_testkit::{Platform, Service, assert_eventually};

use crate::support::PATIENCE;
use crate::support::load::Load;

async fn all_above_zero(services: &[Service], metric: &str, labels: &str) -> bool {
    for service in services {
        if service.metric(metric, labels).await.unwrap() <= 0.0 {
            return false;
        }
    }
    true
}

#[tokio::test]
async fn share_the_work_and_survive_a_kill() {
    let mut platform = Platform::builder()
        .without_api()
        .ingestion_workers(2)
        .telemetry_workers(2)
        .start()
        .await
        .unwrap();
    let load = Load::start(&platform).await;
    assert_eventually!(
        PATIENCE,
        all_above_zero(&platform.ingestion, "sens_mqtt_messages_received_total", "").await
    );
    assert_eventually!(
        PATIENCE,
        all_above_zero(
            &platform.telemetry,
            "sens_ingest_records_total",
            "outcome=\"processed\""
        )
        .await
    );

    platform.telemetry[0].kill9().await.unwrap();
    let others = platform.telemetry[1]
        .metric("sens_ingest_records_total", "")
        .await
        .unwrap();
    load.goes_on(400).await;
    assert_eventually!(
        PATIENCE,
        platform.telemetry[1]
            .metric("sens_ingest_records_total", "")
            .await
            .unwrap()
            > others + 300.0,
        "the other telemetry-worker goes on"
    );

    // Mosquitto goes on giving a dead member its share; it takes it up when it comes back under its client id.
    platform.ingestion[0].kill9().await.unwrap();
    load.goes_on(400).await;
    platform.ingestion[0].restart().await.unwrap();
    platform.ingestion[0].wait_ready(PATIENCE).await.unwrap();
    load.all_stored_once(&platform).await;
}
