//! The broker restarts, forgets, or gives the session to somebody else.

use std::time::Duration;

use sens_testkit::{Platform, assert_eventually};

use crate::support::faults::{readiness, reconnects, restart_broker, told};
use crate::support::load::Load;
use crate::support::mqtt::Device;
use crate::support::{PATIENCE, number, raw_records};

const TOPIC: &str = "sens/v1/AI-1/telemetry";

fn numbered(numbers: std::ops::Range<u64>) -> impl Iterator<Item = String> {
    numbers.map(|number| {
        format!(r#"{{"v":1,"seq":{number},"readings":[{{"metric":"level","value":{number}}}]}}"#)
    })
}

#[tokio::test]
async fn restarts_under_load() {
    let mut platform = Platform::builder().without_api().start().await.unwrap();
    let load = Load::start(&platform).await;
    for _ in 0..3 {
        load.goes_on(400).await;
        restart_broker(&mut platform, &load).await;
    }
    load.all_stored_once(&platform).await;
}

/// What is published while the worker is away is there when it comes back: it does not unsubscribe when it stops.
#[tokio::test]
async fn keeps_the_packets_of_a_worker_that_stopped() {
    let mut platform = Platform::builder().without_api().start().await.unwrap();
    let mut device = Device::connect(platform.mosquitto.port(), "device").await;
    assert_eq!(platform.ingestion[0].terminate(PATIENCE).await.unwrap(), 0);
    device.publish_all(TOPIC, numbered(0..100)).await;
    platform.mosquitto.restart().await.unwrap();
    platform.ingestion[0].restart().await.unwrap();
    raw_records(&platform, 100).await;
}

/// The broker comes back without its store: the worker subscribes again as if for the first time.
#[tokio::test]
async fn forgets_the_session() {
    let mut platform = Platform::builder().without_api().start().await.unwrap();
    let mut device = Device::connect(platform.mosquitto.port(), "device").await;
    device.publish_all(TOPIC, numbered(0..100)).await;
    raw_records(&platform, 100).await;
    let before = reconnects(&platform.ingestion[0]).await;
    platform.mosquitto.stop().await.unwrap();
    std::fs::remove_file(platform.mosquitto.dir().join("mosquitto.db")).unwrap();
    platform.mosquitto.restart().await.unwrap();
    let worker = &platform.ingestion[0];
    assert_eventually!(
        PATIENCE,
        reconnects(worker).await > before && worker.is_ready().await
    );
    assert!(
        worker.logs().contains(r#""mqtt.session_present":false"#),
        "{}",
        worker.log_tail(5)
    );
    let mut device = Device::connect(platform.mosquitto.port(), "device").await;
    device.publish_all(TOPIC, numbered(100..200)).await;
    raw_records(&platform, 200).await;
}

/// Two workers with one client id take the session from each other: more and more slowly, and both say so.
#[tokio::test]
async fn gives_the_session_to_a_twin() {
    let mut platform = Platform::builder()
        .without_api()
        .ingestion_workers(1)
        .env("mqtt-ingestion-worker", "SENS_MQTT__CLIENT_ID", "twin")
        .start()
        .await
        .unwrap();
    let load = Load::start(&platform).await;
    load.goes_on(100).await;
    platform.launch_ingestion_worker().unwrap();
    for worker in &platform.ingestion {
        assert_eventually!(
            PATIENCE,
            readiness(worker)
                .await
                .contains("another worker serves the session of the client id twin too")
        );
        assert_eq!(told(worker, "component fails", "SENS_MQTT__CLIENT_ID"), 1);
        let contested = worker.metric("sens_mqtt_session_contested", "").await;
        assert!(contested.unwrap() > 0.0);
    }
    let taken = |platform: &Platform| {
        let workers: Vec<_> = platform
            .ingestion
            .iter()
            .map(sens_testkit::Service::logs)
            .collect();
        workers
            .iter()
            .flat_map(|log| log.lines())
            .filter(|line| line.contains("lost the MQTT broker"))
            .count()
    };
    let (begun, before) = (std::time::Instant::now(), taken(&platform));
    load.goes_on(8_000).await;
    let (took, often) = (begun.elapsed(), taken(&platform) - before);
    assert!(
        often as f64 <= 12.0 + took.as_secs_f64(),
        "the session changed hands {often} times in {took:?}"
    );
    // Alone again, the first one keeps it, and nothing was lost meanwhile.
    let mut twin = platform.ingestion.pop().unwrap();
    twin.terminate(Duration::from_secs(10)).await.unwrap();
    load.all_stored_once(&platform).await;
}

/// Larger than we keep, than NATS takes, than the broker takes: nothing stands still, and no connection is lost over it.
#[tokio::test]
async fn brings_packets_of_any_size() {
    let platform = Platform::builder()
        .without_api()
        .nats_max_payload(192 * 1024)
        .start()
        .await
        .unwrap();
    let mut device = Device::connect(platform.mosquitto.port(), "device").await;
    // Below our limit of 256 KiB, and more than NATS takes here; above our limit; nearly what the broker takes.
    let sizes = [200_000, 300_000, 1_000_000];
    for size in sizes {
        let large = format!(r#"{{"v":1,"note":"{}"}}"#, "x".repeat(size));
        device
            .publish(TOPIC, large.as_bytes(), false)
            .await
            .unwrap();
        device
            .publish_all(TOPIC, numbered(size as u64..size as u64 + 50))
            .await;
    }
    raw_records(&platform, 3 * 51).await;
    let cut =
        "SELECT count(*) FROM raw_record WHERE length(payload) = 4096 AND payload_length > 200000";
    assert_eq!(number(&platform, cut), 3);
    let told = "SELECT count(*) FROM ingest_error WHERE reason = 'payload_too_large'";
    assert_eq!(number(&platform, told), 3);
    // The broker itself refuses this one: that is between it and the device.
    let refused = "x".repeat(2_000_000);
    let mut other = Device::connect(platform.mosquitto.port(), "other").await;
    let answer = async {
        other.publish(TOPIC, refused.as_bytes(), false).await?;
        other.try_settle().await
    };
    assert!(answer.await.is_err(), "the broker takes at most 1 MiB here");
    device.publish_all(TOPIC, numbered(0..50)).await;
    raw_records(&platform, 4 * 51 - 1).await;
    assert!(reconnects(&platform.ingestion[0]).await < 1.0);
    assert!(platform.ingestion[0].is_ready().await);
}
