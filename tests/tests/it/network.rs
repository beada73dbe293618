//! Connections break, freeze and crawl under load.

use std::time::Duration;

use sens_testkit::{Platform, TcpProxy, assert_eventually};

use crate::support::PATIENCE;
use crate::support::load::{Load, stored};

const SOME: u64 = 300;

async fn platform() -> Platform {
    Platform::builder()
        .without_api()
        .proxied()
        .start()
        .await
        .unwrap()
}

async fn all_ready(platform: &mut Platform) {
    for service in platform.services_mut() {
        service.wait_ready(PATIENCE).await.unwrap();
    }
}

/// Cuts a connection a few times, then refuses it for a while.
async fn cut_and_refuse(pick: impl Fn(&Platform) -> &TcpProxy) {
    let mut platform = platform().await;
    let load = Load::start(&platform).await;
    for _ in 0..5 {
        load.goes_on(SOME).await;
        pick(&platform).cut();
    }
    pick(&platform).refuse();
    load.goes_on(SOME).await;
    pick(&platform).resume();
    all_ready(&mut platform).await;
    load.all_stored_once(&platform).await;
}

#[tokio::test]
async fn connections_to_the_broker_are_cut() {
    cut_and_refuse(|platform| &platform.proxies.as_ref().unwrap().mqtt).await;
}

#[tokio::test]
async fn connections_to_nats_are_cut() {
    cut_and_refuse(|platform| &platform.proxies.as_ref().unwrap().nats).await;
}

#[tokio::test]
async fn connections_to_postgres_are_cut() {
    cut_and_refuse(|platform| &platform.proxies.as_ref().unwrap().postgres).await;
}

/// Half-open connections: nobody says that the other side is gone.
#[tokio::test]
async fn frozen_connections_come_back() {
    let mut platform = platform().await;
    let load = Load::start(&platform).await;
    load.goes_on(SOME).await;
    let before = stored(&platform);
    for proxy in all(&platform) {
        proxy.freeze();
    }
    load.goes_on(3 * SOME).await;
    for proxy in all(&platform) {
        proxy.resume();
    }
    assert_eventually!(PATIENCE, stored(&platform) > before);
    all_ready(&mut platform).await;
    load.all_stored_once(&platform).await;
}

#[tokio::test]
async fn a_slow_network_loses_nothing() {
    let platform = platform().await;
    let load = Load::start(&platform).await;
    for proxy in all(&platform) {
        proxy.delay(Duration::from_millis(50));
    }
    load.goes_on(2 * SOME).await;
    for proxy in all(&platform) {
        proxy.resume();
    }
    load.all_stored_once(&platform).await;
}

fn all(platform: &Platform) -> [&TcpProxy; 3] {
    let proxies = platform.proxies.as_ref().unwrap();
    [&proxies.mqtt, &proxies.nats, &proxies.postgres]
}
