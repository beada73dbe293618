//! The running API against its own OpenAPI document: schemathesis makes requests from the document and judges the answers.

use std::process::Stdio;

use sens_testkit::Platform;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::support::raw_records;
use crate::support::rest::Rest;

/// What schemathesis is to do, and why some of it is not.
const CONFIG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/api-fuzz/schemathesis.toml");

/// Something of every kind, so that good requests find something.
async fn fill(platform: &Platform, admin: &Rest) {
    let mut items: Vec<Value> = (0..200)
        .map(|second| {
            json!({ "device_id": second % 5, "event_type": "battery_charge", "value": 50,
                "timestamp": 1_790_000_000 + second })
        })
        .collect();
    items.push(json!({ "device_id": 1, "event_type": "battery_charge", "value": 500 }));
    items.push(json!({ "no": "format" }));
    admin
        .ingest(json!(items).to_string(), Some(10))
        .await
        .unwrap();
    raw_records(platform, 202).await;
    for (path, body) in [
        (
            "/v1/devices",
            json!({ "serial": "AI-1", "name": "Lift", "labels": { "site": "vie" } }),
        ),
        (
            "/v1/devices/AI-1/commands",
            json!({ "name": "move", "payload": { "to": 1 } }),
        ),
        (
            "/v1/replays",
            json!({ "device": "legacy-1", "dry_run": true }),
        ),
        (
            "/v1/corrections",
            json!({ "device": "legacy-1", "metric": "battery_charge", "reason": "it was 49",
            "at": "2026-09-21T14:13:21Z", "value": 49 }),
        ),
        (
            "/v1/api-keys",
            json!({ "name": "reader", "role": "viewer" }),
        ),
        (
            "/v1/metrics",
            json!({ "name": "door_open", "kind": "boolean" }),
        ),
        ("/v1/retention-runs?dry_run=true", Value::Null),
    ] {
        let made = admin.request("POST", path).json(&body);
        let status = made.send().await.unwrap().status();
        assert!(status.is_success(), "POST {path}: {status}");
    }
}

#[tokio::test]
#[ignore = "needs schemathesis; run by just api-fuzz"]
async fn every_answer_is_as_the_document_says() {
    let setting = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let examples = setting("SENS_FUZZ_EXAMPLES").unwrap_or_else(|| "3".to_owned());
    let mut platform = Platform::builder().durable(false).start().await.unwrap();
    fill(&platform, &Rest::of(&platform)).await;
    let mut command = Command::new("schemathesis");
    command
        .args(["--config-file", CONFIG, "run"])
        .arg(format!("{}/openapi.json", platform.api_url()))
        .args(["--max-examples", &examples, "--no-color"])
        .env("SENS_FUZZ_KEY", platform.api_key())
        .current_dir(platform.dir())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    if let Some(seed) = setting("SENS_FUZZ_SEED") {
        command.args(["--seed", &seed]);
    }
    if setting("SENS_FUZZ_SHORT").is_some() {
        // Chains of requests go on from what answers say, which is another thing each time.
        command.args(["--phases", "examples,coverage,fuzzing"]);
        command.arg("--generation-deterministic");
    }
    let status = command.status().await.unwrap();
    if let Some(casualty) = platform.casualty() {
        panic!("{} {}: {}", casualty.name, casualty.how, casualty.log);
    }
    assert!(status.success(), "see the failures above");
    let faults = platform.get_json("/v1/accounting").await.unwrap();
    assert_eq!(
        faults["balanced"], true,
        "the books balance after all that: {faults}"
    );
}
