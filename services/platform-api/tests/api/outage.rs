//! What the API says while something it needs is away.

use anyhow::Result;
use sens_testkit::assert_eventually;

use crate::support::{Bench, PATIENCE, flat};

#[tokio::test]
async fn reads_go_on_while_nats_is_away() -> Result<()> {
    let mut bench = Bench::start(&[]).await?;
    bench.nats.kill9().await?;
    assert_eventually!(
        PATIENCE,
        bench.get("/v1/stream").await?.status == 503,
        "the loss is noticed"
    );
    let event = flat(7, "battery_charge", 50.0, 0);
    let refused = bench.ingest("application/json", event.clone()).await?;
    refused.assert_problem(503, "messaging_unavailable");
    assert_eq!(
        (
            refused.json()["retryable"].as_bool(),
            refused.header("retry-after")
        ),
        (Some(true), "2")
    );
    assert_eq!(bench.get("/v1/devices").await?.status, 200);
    assert_eq!(bench.get("/health/ready").await?.status, 200);
    assert!(bench.json("/v1/overview").await?["ingest"]["pending"].is_null());
    bench.nats.restart().await?;
    assert_eventually!(
        PATIENCE,
        bench
            .ingest("application/json", event.clone())
            .await?
            .status
            == 202,
        "ingest works again"
    );
    Ok(())
}

#[tokio::test]
async fn a_lost_database_is_a_retryable_problem() -> Result<()> {
    let mut bench = Bench::start_durable(&[("DATABASE_ACQUIRE_TIMEOUT_SECONDS", "1")]).await?;
    bench.postgres.kill9().await?;
    assert_eventually!(
        PATIENCE,
        bench.get("/health/ready").await?.status == 503,
        "readiness follows"
    );
    let health = bench.get("/health").await?;
    assert_eq!(
        (health.status, health.json()["status"].as_str()),
        (503, Some("failing"))
    );
    assert_eq!(bench.get("/health/live").await?.status, 200);
    let answer = bench.get("/v1/devices").await?;
    answer.assert_problem(503, "database_unavailable");
    assert_eq!(answer.header("retry-after"), "2");
    let accepted = bench
        .ingest("application/json", flat(7, "battery_charge", 50.0, 0))
        .await?;
    assert_eq!(
        accepted.status,
        202,
        "what JetStream holds is safe: {}",
        accepted.text()
    );
    bench.postgres.restart().await?;
    assert_eventually!(
        PATIENCE,
        bench.get("/v1/devices").await?.status == 200,
        "reads work again"
    );
    Ok(())
}

#[tokio::test]
async fn a_full_stream_refuses() -> Result<()> {
    let bench = Bench::start(&[("SENS_NATS__RAW_MAX_BYTES", "1048576")]).await?;
    let config = sens_config::Config::default();
    bench
        .messaging
        .ensure_streams(&sens_config::Nats {
            raw_max_bytes: 1_048_576,
            ..config.nats
        })
        .await?;
    let item = serde_json::json!({ "padding": "x".repeat(1000) }).to_string();
    let items = vec![item; 2000].join(",");
    let answer = bench
        .ingest("application/json", format!("[{items}]"))
        .await?;
    answer.assert_problem(503, "stream_full");
    let body = answer.json();
    let accepted = body["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|item| item["status"] == "accepted")
        .count();
    assert_eq!(body["accepted"].as_u64(), u64::try_from(accepted).ok());
    assert_eq!(
        bench.messaging.raw_status().await?.messages,
        u64::try_from(accepted)?
    );
    Ok(())
}
