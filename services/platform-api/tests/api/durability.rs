//! The durability certificate on real servers: strict as they should be, and each weakened setting is named.

use anyhow::Result;
use chrono::Utc;
use sens_messaging::MqttSession;
use sens_testkit::{Nats, NatsOptions, Postgres, assert_eventually};
use serde_json::{Value, json};

use crate::administrator;
use crate::support::{Bench, PATIENCE};

const ROUTE: &str = "/v1/system/durability";

/// A platform with a served session on these servers.
async fn bench(postgres: Postgres, nats: Nats) -> Result<Bench> {
    let monitor = format!("http://{}", nats.monitor());
    let variables = [("SENS_NATS__MONITOR_URL", monitor.as_str())];
    let bench = Box::pin(Bench::start_with(postgres, nats, &variables)).await?;
    bench.messaging.announce_session(&session()).await?;
    Ok(bench)
}

fn session() -> MqttSession {
    MqttSession {
        client_id: "sens-ingest-1".to_owned(),
        share_group: "sens-ingest".to_owned(),
        session_expiry_seconds: 86_400,
        receive_maximum: 2048,
        qos: 1,
        version: "1".to_owned(),
        served_at: Utc::now().timestamp_micros(),
    }
}

fn codes(certificate: &Value) -> Vec<&str> {
    let reasons = certificate["reasons"].as_array();
    reasons
        .into_iter()
        .flatten()
        .filter_map(|reason| reason["code"].as_str())
        .collect()
}

/// The codes of the reasons now; the verdict must agree with them.
async fn reasons(bench: &Bench) -> Result<Vec<String>> {
    let certificate = bench.json(ROUTE).await?;
    let codes = codes(&certificate);
    let verdict = if codes.is_empty() {
        "strict"
    } else {
        "degraded"
    };
    assert_eq!(certificate["verdict"], verdict, "{certificate}");
    let strict = format!("sens_durability_strict {}", u8::from(codes.is_empty()));
    assert!(bench.api.metrics().await?.contains(&strict), "{strict}");
    Ok(codes.into_iter().map(str::to_owned).collect())
}

#[tokio::test]
async fn good_settings_are_strict_and_each_weak_one_is_named() -> Result<()> {
    let bench = bench(Postgres::start_durable().await?, Nats::start().await?).await?;
    let certificate = bench.json(ROUTE).await?;
    assert_eq!(certificate["verdict"], "strict", "{certificate}");
    let settings = &certificate["settings"];
    assert_eq!(settings["nats"]["sync_always"], true);
    let raw = json!({
        "name": "SENS_RAW", "discard": "new", "retention": "limits", "max_age_seconds": 0,
        "max_messages_per_subject": null, "storage": "file", "replicas": 1
    });
    assert_eq!(settings["streams"][0], raw);
    assert_eq!(settings["mqtt_sessions"][0]["client_id"], "sens-ingest-1");

    for (change, back, code) in [
        ("fsync = off", "fsync", "database_fsync"),
        (
            "full_page_writes = off",
            "full_page_writes",
            "database_full_page_writes",
        ),
    ] {
        bench.postgres.sql(&format!("ALTER SYSTEM SET {change}"))?;
        bench.postgres.sql("SELECT pg_reload_conf()")?;
        assert_eventually!(
            PATIENCE,
            reasons(&bench).await? == [code],
            "{code} is named"
        );
        bench.postgres.sql(&format!("ALTER SYSTEM RESET {back}"))?;
        bench.postgres.sql("SELECT pg_reload_conf()")?;
        assert_eventually!(PATIENCE, reasons(&bench).await?.is_empty(), "strict again");
    }
    bench
        .postgres
        .sql("ALTER ROLE api_login SET synchronous_commit = off")?;
    assert_eq!(reasons(&bench).await?, ["database_synchronous_commit"]);
    bench
        .postgres
        .sql("ALTER ROLE api_login RESET synchronous_commit")?;

    for (session, code) in [
        (
            MqttSession {
                qos: 0,
                ..session()
            },
            "mqtt_qos",
        ),
        (
            MqttSession {
                session_expiry_seconds: 60,
                ..session()
            },
            "mqtt_session_expiry",
        ),
        (
            MqttSession {
                receive_maximum: 0,
                ..session()
            },
            "mqtt_receive_maximum",
        ),
    ] {
        bench.messaging.announce_session(&session).await?;
        assert_eq!(reasons(&bench).await?, [code]);
    }
    bench.messaging.forget_session("sens-ingest-1").await?;
    assert_eq!(reasons(&bench).await?, ["mqtt_no_session"]);
    bench.messaging.announce_session(&session()).await?;
    assert_eq!(reasons(&bench).await?, [""; 0]);
    Ok(())
}

#[tokio::test]
async fn a_weakened_stream_is_named() -> Result<()> {
    let bench = bench(Postgres::start_durable().await?, Nats::start().await?).await?;
    let port = bench.nats.port();
    let good = administrator::stream(port, "SENS_RAW").await?;
    let (mut dropping, mut ageing, mut interested) = (good.clone(), good.clone(), good.clone());
    dropping["discard"] = json!("old");
    interested["retention"] = json!("interest");
    ageing["max_age"] = json!(3_600_000_000_000_u64);
    for (weak, code) in [
        (dropping, "stream_discard"),
        (ageing, "stream_max_age"),
        (interested, "stream_retention"),
    ] {
        administrator::update(port, &weak).await?;
        assert_eq!(reasons(&bench).await?, [code]);
        let ready = bench.get("/health/ready").await?;
        assert_eq!(
            ready.status, 200,
            "a weak setting is no reason to stop serving"
        );
        assert!(
            ready.text().contains(&format!("degraded: {code}")),
            "{}",
            ready.text()
        );
        administrator::update(port, &good).await?;
    }
    assert_eq!(reasons(&bench).await?, [""; 0]);
    assert!(bench.get("/health/ready").await?.text().contains("strict"));
    Ok(())
}

#[tokio::test]
async fn a_server_that_syncs_now_and_then_is_named() -> Result<()> {
    let lazy = NatsOptions {
        sync_always: false,
        ..NatsOptions::default()
    };
    let mut bench = bench(Postgres::start_durable().await?, Nats::with(lazy).await?).await?;
    assert_eq!(reasons(&bench).await?, ["nats_sync_interval"]);
    let certificate = bench.json(ROUTE).await?;
    assert_eq!(
        certificate["settings"]["nats"]["sync_interval_seconds"],
        120
    );
    let ready = bench.get("/health/ready").await?;
    assert!(ready.text().contains("degraded: nats_sync_interval"));

    let file = bench.nats.dir().join("nats.conf");
    let text = std::fs::read_to_string(&file)?;
    std::fs::write(&file, text.replace("\"2m\"", "always"))?;
    bench.nats.restart().await?;
    assert_eventually!(PATIENCE, reasons(&bench).await?.is_empty(), "strict again");
    assert!(bench.get("/health/ready").await?.text().contains("strict"));
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_read_is_not_believed() -> Result<()> {
    let mut bench = Bench::start(&[]).await?;
    let found = reasons(&bench).await?;
    assert!(found.contains(&"nats_sync_unknown".to_owned()), "{found:?}");
    bench.nats.kill9().await?;
    assert_eventually!(
        PATIENCE,
        reasons(&bench)
            .await?
            .contains(&"streams_unknown".to_owned()),
        "the loss is noticed"
    );
    assert_eq!(bench.json(ROUTE).await?["settings"]["streams"], Value::Null);
    Ok(())
}
