//! platform-api dies and comes back: streams resume, and what it has accepted is stored once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use sens_testkit::{Platform, assert_eventually, poll_interval};

use crate::support::mqtt::Device;
use crate::support::rest::{Events, Rest};
use crate::support::{PATIENCE, number};

const DISTINCT: &str = "SELECT count(*) FROM processed_record";

fn event(number: u32) -> String {
    let (value, time) = (f64::from(number % 1000) / 10.0, 1_790_000_000 + number);
    format!(r#"{{"device_id":5,"event_type":"battery_charge","value":{value},"timestamp":{time}}}"#)
}

async fn restart_api(platform: &mut Platform) {
    let api = platform.api.as_mut().unwrap();
    api.kill9().await.unwrap();
    api.restart().await.unwrap();
    api.wait_ready(PATIENCE).await.unwrap();
}

#[tokio::test]
async fn a_stream_resumes_after_a_kill_without_gap_or_double() {
    let mut platform = Platform::builder().start().await.unwrap();
    let rest = Rest::of(&platform);
    let mut device = Device::connect(platform.mosquitto.port(), "device").await;
    let mut events = Events::open(&rest, "/v1/stream?device=legacy-5", None).await;
    let (mut seen, mut last_id) = (Vec::new(), String::new());

    device
        .publish_all("sens/legacy/telemetry", (0..20).map(event))
        .await;
    while seen.len() < 12 {
        let (id, data) = events.reading().await;
        assert_eq!(data["serial"], "legacy-5");
        seen.push(data["recorded_at"].as_str().unwrap().to_owned());
        last_id = id;
    }
    drop(events);
    restart_api(&mut platform).await;
    device
        .publish_all("sens/legacy/telemetry", (20..40).map(event))
        .await;

    let mut events = Events::open(&rest, "/v1/devices/legacy-5/stream", Some(&last_id)).await;
    while seen.len() < 40 {
        seen.push(
            events.reading().await.1["recorded_at"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    let distinct: BTreeSet<&String> = seen.iter().collect();
    assert_eq!(distinct.len(), 40, "a reading came twice: {seen:?}");
}

#[tokio::test]
async fn accepted_items_survive_kills() {
    let mut platform = Platform::builder().start().await.unwrap();
    let rest = Rest::of(&platform);
    let (stop, accepted) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let (stopped, counter) = (Arc::clone(&stop), Arc::clone(&accepted));
    let client = tokio::spawn(async move {
        let mut next = 0;
        while !stopped.load(Ordering::Relaxed) {
            let body = format!(
                "[{}]",
                (next..next + 10).map(event).collect::<Vec<_>>().join(",")
            );
            // A request without an answer may have been taken: the client sends it again, as clients do.
            match rest.ingest(body, None).await {
                Ok(answer) if answer.status == 202 => {
                    next += 10;
                    counter.fetch_add(10, Ordering::Relaxed);
                }
                _ => tokio::time::sleep(poll_interval()).await,
            }
        }
        next
    });
    for _ in 0..3 {
        let before = accepted.load(Ordering::Relaxed);
        assert_eventually!(PATIENCE, accepted.load(Ordering::Relaxed) > before + 200);
        restart_api(&mut platform).await;
    }
    // A drain under load ends with 0 as well.
    let api = platform.api.as_mut().unwrap();
    assert_eq!(
        api.terminate(Duration::from_secs(20)).await.unwrap(),
        0,
        "{}",
        api.log_tail(10)
    );
    api.restart().await.unwrap();
    api.wait_ready(PATIENCE).await.unwrap();
    stop.store(true, Ordering::Relaxed);
    let sent = u64::from(client.await.unwrap());
    assert_eventually!(
        PATIENCE,
        number(&platform, DISTINCT) >= sent,
        "{sent} accepted items stored"
    );
    // At most the one request in flight at the end of the load is more than was answered.
    assert!(number(&platform, DISTINCT) <= sent + 10);
    assert_eq!(
        number(
            &platform,
            "SELECT count(DISTINCT recorded_at) FROM processed_record"
        ),
        number(&platform, DISTINCT)
    );
}
