//! Every part is killed under load: no acknowledged message is lost, none is stored twice.

use sens_testkit::Platform;

use crate::support::PATIENCE;
use crate::support::load::Load;

/// How many messages pass between two faults.
const SOME: u64 = 400;

async fn platform() -> Platform {
    Platform::builder().without_api().start().await.unwrap()
}

#[tokio::test]
async fn mqtt_ingestion_worker() {
    let mut platform = platform().await;
    let load = Load::start(&platform).await;
    for _ in 0..3 {
        load.goes_on(SOME).await;
        platform.ingestion[0].kill9().await.unwrap();
        load.goes_on(SOME).await;
        platform.ingestion[0].restart().await.unwrap();
        platform.ingestion[0].wait_ready(PATIENCE).await.unwrap();
    }
    load.all_stored_once(&platform).await;
}

#[tokio::test]
async fn telemetry_worker() {
    let mut platform = platform().await;
    let load = Load::start(&platform).await;
    for _ in 0..3 {
        load.goes_on(SOME).await;
        platform.telemetry[0].kill9().await.unwrap();
        load.goes_on(SOME).await;
        platform.telemetry[0].restart().await.unwrap();
        platform.telemetry[0].wait_ready(PATIENCE).await.unwrap();
    }
    load.all_stored_once(&platform).await;
}

#[tokio::test]
async fn nats_server() {
    let mut platform = platform().await;
    let load = Load::start(&platform).await;
    for _ in 0..3 {
        load.goes_on(SOME).await;
        platform.nats.kill9().await.unwrap();
        load.goes_on(SOME).await;
        platform.nats.restart().await.unwrap();
        for service in platform.services_mut() {
            service.wait_ready(PATIENCE).await.unwrap();
        }
    }
    load.all_stored_once(&platform).await;
}

#[tokio::test]
async fn postgres() {
    let mut platform = platform().await;
    let load = Load::start(&platform).await;
    for _ in 0..3 {
        load.goes_on(SOME).await;
        platform.postgres.kill9().await.unwrap();
        load.goes_on(SOME).await;
        platform.postgres.restart().await.unwrap();
        platform.telemetry[0].wait_ready(PATIENCE).await.unwrap();
    }
    load.all_stored_once(&platform).await;
}

#[tokio::test]
async fn everything_of_ours_at_once() {
    let mut platform = platform().await;
    let load = Load::start(&platform).await;
    for _ in 0..2 {
        load.goes_on(SOME).await;
        platform.ingestion[0].kill9().await.unwrap();
        platform.nats.kill9().await.unwrap();
        platform.telemetry[0].kill9().await.unwrap();
        platform.postgres.kill9().await.unwrap();
        load.goes_on(SOME).await;
        platform.nats.restart().await.unwrap();
        platform.postgres.restart().await.unwrap();
        platform.telemetry[0].restart().await.unwrap();
        platform.ingestion[0].restart().await.unwrap();
        for service in platform.services_mut() {
            service.wait_ready(PATIENCE).await.unwrap();
        }
    }
    load.all_stored_once(&platform).await;
}
