//! Asking for erasures: who may, of what, and how they are taken back.

use anyhow::Result;
use serde_json::{Value as Json, json};

use crate::support::{ADMIN, Answer, Bench};

async fn erase(bench: &Bench, serial: &str, key: &str, body: &Json) -> Result<Answer> {
    let path = format!("/v1/devices/{serial}/erasure");
    bench
        .send(bench.request("POST", &path, key)?.json(body))
        .await
}

#[tokio::test]
async fn erasures_are_for_administrators_and_are_taken_back_until_they_begin() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    bench
        .commit(&[(
            "sens/v1/AI-1/telemetry",
            r#"{"v":1,"readings":[{"metric":"battery_charge","value":7}]}"#,
        )])
        .await?;
    let why = json!({ "reason": "request 4711" });
    let (_, operator) = bench.key("operator").await?;
    erase(&bench, "AI-1", &operator, &why)
        .await?
        .assert_problem(403, "forbidden");
    erase(&bench, "AI-2", ADMIN, &why)
        .await?
        .assert_problem(404, "device_not_found");
    for body in [
        json!({}),
        json!({ "reason": " " }),
        json!({ "reason": "x".repeat(1001) }),
        json!({ "reason": "x", "more": 1 }),
    ] {
        erase(&bench, "AI-1", ADMIN, &body)
            .await?
            .assert_problem(400, "invalid_body");
    }
    erase(
        &bench,
        "AI-1",
        ADMIN,
        &json!({ "reason": "request\u{0}4711" }),
    )
    .await?
    .assert_problem(400, "bad_request");
    let asked = erase(&bench, "AI-1", ADMIN, &why).await?;
    assert_eq!(
        (asked.status, asked.header("location")),
        (202, "/v1/operations/erasure-1"),
        "{}",
        asked.text()
    );
    assert_eq!(asked.json()["result"]["device"], "AI-1");
    let path = "/v1/operations/erasure-1";
    let taken = bench.send(bench.request("DELETE", path, ADMIN)?).await?;
    assert_eq!(taken.json()["state"], "cancelled", "{}", taken.text());
    bench
        .send(bench.request("DELETE", path, ADMIN)?)
        .await?
        .assert_problem(409, "operation_not_cancellable");
    let list = bench.json("/v1/operations?kind=erasure").await?;
    assert_eq!(list["items"][0]["id"], "erasure-1", "{list}");
    assert_eq!(
        bench.json("/v1/devices/AI-1/latest").await?["items"][0]["value"],
        7.0
    );
    Ok(())
}
