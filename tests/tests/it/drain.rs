//! SIGTERM under load: every service ends with exit code 0, and nothing is lost.

use std::time::{Duration, Instant};

use sens_testkit::Platform;

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

#[tokio::test]
async fn workers_drain_while_their_servers_are_away() {
    let mut platform = Platform::builder()
        .without_api()
        .env("*", "SENS_SHUTDOWN_GRACE_SECONDS", "3")
        .start()
        .await
        .unwrap();
    let load = Load::start(&platform).await;
    load.goes_on(400).await;
    platform.nats.kill9().await.unwrap();
    platform.postgres.kill9().await.unwrap();
    load.goes_on(200).await;
    for service in platform.services_mut() {
        // Nothing can be written any more: the drain may take its whole grace and may say so with exit code 1.
        let code = service.terminate(DRAIN).await.unwrap();
        assert!(
            code == 0 || code == 1,
            "{}: exit code {code}",
            service.name()
        );
    }
    platform.nats.restart().await.unwrap();
    platform.postgres.restart().await.unwrap();
    for service in platform.services_mut() {
        service.restart().await.unwrap();
    }
    for service in platform.services_mut() {
        service.wait_ready(PATIENCE).await.unwrap();
    }
    load.all_stored_once(&platform).await;
}
