//! SIGTERM under load: every service ends with exit code 0, and nothing is lost.

use std::time::{Duration, Instant};

use sens_testkit::{Platform, Service, assert_eventually};

use crate::support::PATIENCE;
use crate::support::load::Load;

/// The services' own grace is 25 seconds; an ordinary drain takes far less.
const DRAIN: Duration = Duration::from_secs(10);

#[tokio::test]
async fn workers_drain_under_load() {
    let mut platform = Platform::builder().without_api().start().await.unwrap();
    let load = Load::start(&platform).await;
    for _ in 0..2 {
        for index in 0..2 {
            load.goes_on(400).await;
            let service = platform.services_mut().nth(index).unwrap();
            let begun = Instant::now();
            assert_eq!(
                service.terminate(2 * DRAIN).await.unwrap(),
                0,
                "{}",
                service.log_tail(10)
            );
            assert!(
                begun.elapsed() < DRAIN,
                "{} took {:?}",
                service.name(),
                begun.elapsed()
            );
            load.goes_on(200).await;
            service.restart().await.unwrap();
            service.wait_ready(PATIENCE).await.unwrap();
        }
    }
    load.all_stored_once(&platform).await;
}

/// No Service keeps messages away from a worker: one that is judged to be bad takes no more of them by itself, and stays to be
/// looked at.
#[tokio::test]
async fn a_worker_stands_down() {
    let folder = tempfile::tempdir().unwrap();
    let verdict = folder.path().join("verdict");
    let mut platform = Platform::builder()
        .without_api()
        .env(
            "telemetry-worker",
            "SENS_WORKER__STAND_DOWN_FILE",
            verdict.to_str().unwrap(),
        )
        .start()
        .await
        .unwrap();
    let load = Load::start(&platform).await;
    load.goes_on(400).await;
    std::fs::write(&verdict, "too slow\n").unwrap();
    assert_eventually!(PATIENCE, !platform.telemetry[0].is_ready().await);
    let taken = "sens_ingest_records_total";
    assert_eventually!(PATIENCE, {
        let before = platform.telemetry[0].metric(taken, "").await.unwrap();
        load.goes_on(100).await;
        before > 0.0 && platform.telemetry[0].metric(taken, "").await.unwrap() <= before
    });
    assert!(platform.telemetry[0].is_running());

    std::fs::remove_file(&verdict).unwrap();
    let worker = &mut platform.telemetry[0];
    assert_eq!(worker.terminate(2 * DRAIN).await.unwrap(), 0);
    worker.restart().await.unwrap();
    worker.wait_ready(PATIENCE).await.unwrap();
    load.all_stored_once(&platform).await;
}

/// Nothing can be written or told any more: what is held is given up, because the broker and the stream still have it.
const GIVE_UP: Duration = Duration::from_secs(3);

#[tokio::test]
async fn workers_stop_at_once_while_their_servers_are_away() {
    let mut platform = Platform::builder().without_api().start().await.unwrap();
    let load = Load::start(&platform).await;
    load.goes_on(400).await;
    platform.nats.kill9().await.unwrap();
    platform.postgres.kill9().await.unwrap();
    load.goes_on(200).await;
    for service in platform.services_mut() {
        stops_within(service, GIVE_UP).await;
    }
    platform.nats.restart().await.unwrap();
    platform.postgres.restart().await.unwrap();
    restart(&mut platform).await;
    load.all_stored_once(&platform).await;
}

#[tokio::test]
async fn workers_stop_at_once_when_their_servers_were_never_there() {
    let mut platform = Platform::builder().without_api().start().await.unwrap();
    platform.nats.kill9().await.unwrap();
    platform.postgres.kill9().await.unwrap();
    for service in platform.services_mut() {
        service.restart().await.unwrap();
        let told = service.log_path().to_owned();
        assert_eventually!(
            PATIENCE,
            std::fs::read_to_string(&told)
                .unwrap()
                .contains("JetStream is not ready")
        );
        stops_within(service, GIVE_UP).await;
    }
}

/// Half-open connections: a server that says nothing holds nobody up for long.
#[tokio::test]
async fn workers_stop_while_their_connections_are_frozen() {
    let mut platform = Platform::builder()
        .without_api()
        .proxied()
        .start()
        .await
        .unwrap();
    let load = Load::start(&platform).await;
    load.goes_on(400).await;
    let proxies = platform.proxies.as_ref().unwrap();
    proxies.nats.freeze();
    proxies.postgres.freeze();
    load.goes_on(400).await;
    for service in platform.services_mut() {
        stops_within(service, 2 * DRAIN).await;
    }
    let proxies = platform.proxies.as_ref().unwrap();
    proxies.nats.resume();
    proxies.postgres.resume();
    restart(&mut platform).await;
    load.all_stored_once(&platform).await;
}

async fn stops_within(service: &mut Service, within: Duration) {
    let begun = Instant::now();
    let code = service.terminate(2 * within).await.unwrap();
    assert_eq!(code, 0, "{}: {}", service.name(), service.log_tail(10));
    assert!(
        begun.elapsed() < within,
        "{} took {:?}",
        service.name(),
        begun.elapsed()
    );
}

async fn restart(platform: &mut Platform) {
    for service in platform.services_mut() {
        service.restart().await.unwrap();
    }
    for service in platform.services_mut() {
        service.wait_ready(PATIENCE).await.unwrap();
    }
}
