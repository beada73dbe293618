//! Keys that are for some devices.

use anyhow::{Context as _, Result};
use serde_json::{Value as Json, json};

use crate::devices::{make, send, serials};
use crate::support::Bench;

#[tokio::test]
async fn a_limited_key_sees_and_sends_its_devices_alone() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let mut sequences = Vec::new();
    for (serial, site) in [("V", "vie"), ("G", "graz")] {
        make(&bench, json!({"serial":serial,"labels":{"site":site}})).await?;
        let payload = json!({"v":1,"readings":[{"metric":"battery_charge","value":50},{"metric":"battery_charge","value":500}]}).to_string();
        let topic = format!("sens/v1/{serial}/telemetry");
        sequences.extend(bench.commit(&[(topic.as_str(), payload.as_str())]).await?);
    }
    let viewer = key(
        &bench,
        json!({"name":"v","role":"viewer","labels":"site = vie"}),
    )
    .await?;
    let get = async |path: &str| bench.send(bench.request("GET", path, &viewer)?).await;
    let who = get("/v1/whoami").await?.json();
    assert_eq!(
        (&who["labels"], &who["serials"]),
        (&json!("site=vie"), &Json::Null)
    );
    assert_eq!(serials(&get("/v1/devices").await?.json()), ["V"]);
    assert_eq!(serials(&get("/v1/devices?label=site").await?.json()), ["V"]);
    assert_eq!(get("/v1/devices:export").await?.text().lines().count(), 1);
    for path in [
        "",
        "/latest",
        "/measurements",
        "/series",
        "/startups",
        "/commands",
    ] {
        assert_eq!(
            get(&format!("/v1/devices/V{path}")).await?.status,
            200,
            "{path}"
        );
        get(&format!("/v1/devices/G{path}"))
            .await?
            .assert_problem(404, "device_not_found");
    }
    get("/v1/devices/G/stream")
        .await?
        .assert_problem(404, "device_not_found");
    let errors = get("/v1/ingest-errors").await?.json();
    assert_eq!(serials(&errors), ["V"], "{errors}");
    let all = get("/v1/measurements?metric=battery_charge").await?;
    assert!(
        all.status == 200 && !all.text().contains("\"G\""),
        "{}",
        all.text()
    );
    for path in ["/v1/overview", "/v1/accounting", "/v1/dead-letters"] {
        get(path).await?.assert_problem(403, "forbidden");
    }
    let batteries = get("/v1/analytics/battery-summary").await?.json();
    assert_eq!(serials(&batteries), ["V"], "{batteries}");
    let explained = get("/v1/devices/V/explain").await?;
    assert_eq!(explained.status, 200, "{}", explained.text());
    get("/v1/devices/G/explain")
        .await?
        .assert_problem(404, "device_not_found");
    let epoch = bench.epoch().await?;
    for (what, code) in [
        ("raw-records", "raw_record_not_found"),
        ("messages", "message_not_found"),
    ] {
        let own = get(&format!("/v1/{what}/{epoch}-{}", sequences[0])).await?;
        assert_eq!(own.status, 200, "{what} {}", own.text());
        get(&format!("/v1/{what}/{epoch}-{}", sequences[1]))
            .await?
            .assert_problem(404, code);
    }

    limited_senders(&bench).await?;
    limits_are_checked(&bench).await
}

/// Makes a key.
pub(crate) async fn key(bench: &Bench, body: Json) -> Result<String> {
    let answer = send(bench, "POST", "/v1/api-keys", "-", body).await?;
    let key = answer.json()["key"].as_str().map(str::to_owned);
    key.with_context(|| answer.text())
}

async fn limited_senders(bench: &Bench) -> Result<()> {
    let sender = key(bench, json!({"name":"s","role":"ingest","serials":["N"]})).await?;
    let labelled = key(
        bench,
        json!({"name":"l","role":"ingest","labels":"site=vie"}),
    )
    .await?;
    let post = async |key: &str, serials: &[&str]| {
        let items: Vec<Json> = serials
            .iter()
            .map(|serial| json!({"v":1,"serial":serial,"readings":[{"metric":"x","value":1}]}))
            .collect();
        bench
            .send(bench.request("POST", "/v1/ingest", key)?.json(&items))
            .await
    };
    assert_eq!(post(&sender, &["N"]).await?.status, 202);
    post(&sender, &["N", "V"])
        .await?
        .assert_problem(403, "device_not_allowed");
    assert_eq!(post(&labelled, &["V"]).await?.status, 202);
    post(&labelled, &["G"])
        .await?
        .assert_problem(403, "device_not_allowed");
    post(&labelled, &["unknown"])
        .await?
        .assert_problem(403, "device_not_allowed");

    Ok(())
}

async fn limits_are_checked(bench: &Bench) -> Result<()> {
    for (body, pointer) in [
        (json!({"name":"x","role":"admin","labels":"a"}), "/labels"),
        (
            json!({"name":"x","role":"viewer","labels":"a;b"}),
            "/labels",
        ),
        (json!({"name":"x","role":"ingest","serials":[]}), "/serials"),
        (
            json!({"name":"x","role":"ingest","serials":["a b"]}),
            "/serials/0",
        ),
    ] {
        let answer = send(bench, "POST", "/v1/api-keys", "-", body).await?;
        answer.assert_problem(400, "invalid_body");
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer);
    }
    Ok(())
}
