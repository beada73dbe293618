//! A fault that lasts while devices go on sending: what must be seen of it, and that nothing of it remains.

use sens_testkit::{Platform, Service, assert_eventually, http};

use super::PATIENCE;
use super::load::Load;

/// What `/health/ready` of a service says.
pub(crate) async fn readiness(service: &Service) -> String {
    let answer = http::get(service.ops().unwrap(), "/health/ready", None).await;
    answer.map_or_else(|error| error.to_string(), |answer| answer.body)
}

/// Waits until a service says that it is not ready, and why.
pub(crate) async fn says(service: &Service, reason: &str) {
    assert_eventually!(
        PATIENCE,
        readiness(service).await.contains(reason),
        "{} says {reason:?}; it says {}",
        service.name(),
        readiness(service).await
    );
}

/// How many log lines of a service hold both texts.
pub(crate) fn told(service: &Service, what: &str, reason: &str) -> usize {
    let logs = service.logs();
    logs.lines()
        .filter(|line| line.contains(what) && line.contains(reason))
        .count()
}

/// Restarts the broker, in order, between two messages of the load: packets that wait in the worker's session survive it.
pub(crate) async fn restart_broker(platform: &mut Platform, load: &Load) {
    let pause = load.pause().await;
    let worker = &platform.ingestion[0];
    let before = reconnects(worker).await;
    platform.mosquitto.restart().await.unwrap();
    let worker = &platform.ingestion[0];
    assert_eventually!(
        PATIENCE,
        reconnects(worker).await > before && worker.is_ready().await,
        "{} is back: {}",
        worker.name(),
        worker.log_tail(5)
    );
    drop(pause);
}

/// How often an ingestion worker has connected to the broker again.
pub(crate) async fn reconnects(worker: &Service) -> f64 {
    worker
        .metric("sens_mqtt_reconnects_total", "")
        .await
        .unwrap()
}

/// Changes a table that partitions are being made of: the server may refuse it for the moment.
async fn change(platform: &Platform, sql: &str) {
    assert_eventually!(
        PATIENCE,
        match platform.sql(sql) {
            Ok(_) => true,
            Err(error) if format!("{error:#}").contains("concurrently updated") => false,
            Err(error) => panic!("{error:#}"),
        },
        "{sql}"
    );
}

/// Breaks the database under load by SQL, looks at what telemetry-worker tells, and mends it again: everything is held,
/// nothing is given to the dead letters, and all of it is stored once afterwards.
pub(crate) async fn held_until_mended(broken: &str, reason: &str, mended: &str) {
    let mut platform = Platform::builder().without_api().start().await.unwrap();
    let load = Load::start(&platform).await;
    load.goes_on(400).await;
    change(&platform, broken).await;
    load.goes_on(400).await;
    let worker = &platform.telemetry[0];
    says(worker, reason).await;
    load.goes_on(400).await;
    assert!(worker.metric("sens_db_retries_total", "").await.unwrap() > 0.0);
    assert!(
        worker
            .metric("sens_component_up", "component=\"database\"")
            .await
            .unwrap()
            < 1.0
    );
    let lines = told(worker, "the batch is held", reason);
    assert!(
        (1..=4).contains(&lines),
        "{lines} lines: {}",
        worker.log_tail(10)
    );
    change(&platform, mended).await;
    platform.telemetry[0].wait_ready(PATIENCE).await.unwrap();
    load.all_stored_once(&platform).await;
    let worker = &platform.telemetry[0];
    assert!(worker.metric("sens_dead_letters_total", "").await.unwrap() < 1.0);
}
