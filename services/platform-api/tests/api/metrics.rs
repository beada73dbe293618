//! The catalogue of metrics: described, changed, kept.

use anyhow::Result;
use serde_json::{Value, json};

use crate::support::{ADMIN, Answer, Bench};

async fn call(bench: &Bench, method: &str, path: &str, key: &str, body: &Value) -> Result<Answer> {
    let request = bench.request(method, path, key)?.json(body);
    bench.send(request).await
}

#[tokio::test]
async fn a_metric_is_added_changed_and_every_version_kept() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let new = json!({ "name": "temp °C", "unit": "Cel", "min": -40, "max": 85 });
    let made = call(&bench, "POST", "/v1/metrics", ADMIN, &new).await?;
    assert_eq!(
        (made.status, made.header("location")),
        (201, "/v1/metrics/temp%20%C2%B0C"),
        "{}",
        made.text()
    );
    call(&bench, "POST", "/v1/metrics", ADMIN, &new)
        .await?
        .assert_problem(409, "metric_exists");
    let path = "/v1/metrics/temp%20%C2%B0C";
    assert_eq!(bench.json(path).await?, made.json());

    let (_, operator) = bench.key("operator").await?;
    let changed = call(
        &bench,
        "PATCH",
        path,
        &operator,
        &json!({ "max": 90, "min": null }),
    )
    .await?;
    let metric = changed.json();
    assert_eq!(
        (
            &metric["max"],
            &metric["min"],
            &metric["unit"],
            &metric["version"]
        ),
        (&json!(90), &Value::Null, &json!("Cel"), &json!(2))
    );
    let same = call(
        &bench,
        "PATCH",
        path,
        &operator,
        &json!({ "max": 90, "version": 2 }),
    )
    .await?;
    assert_eq!(same.json(), metric, "no change, no version");
    call(
        &bench,
        "PATCH",
        path,
        &operator,
        &json!({ "max": 91, "version": 1 }),
    )
    .await?
    .assert_problem(409, "version_conflict");

    let versions = bench.json(&format!("{path}/versions")).await?;
    let items = versions["items"].as_array().cloned().unwrap_or_default();
    assert_eq!(items.len(), 2, "{versions}");
    assert_eq!(
        (&items[0]["before"]["max"], &items[0]["after"]["max"]),
        (&json!(85), &json!(90))
    );
    assert_eq!(
        (&items[1]["before"], &items[1]["after"]["min"]),
        (&Value::Null, &json!(-40))
    );
    assert_ne!(items[0]["changed_by"], items[1]["changed_by"]);
    Ok(())
}

#[tokio::test]
async fn a_change_that_makes_no_sense_is_refused() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let battery = "/v1/metrics/battery_charge";
    let (_, viewer) = bench.key("viewer").await?;
    call(&bench, "PATCH", battery, &viewer, &json!({}))
        .await?
        .assert_problem(403, "forbidden");
    call(
        &bench,
        "POST",
        "/v1/metrics",
        &viewer,
        &json!({ "name": "x" }),
    )
    .await?
    .assert_problem(403, "forbidden");
    call(&bench, "PATCH", battery, "wrong", &json!({}))
        .await?
        .assert_problem(401, "unauthenticated");
    for (body, pointer) in [
        (json!({ "max": -1 }), "/max"),
        (json!({ "kind": "blob" }), "/kind"),
        (json!({ "display_factor": 0 }), "/display_factor"),
    ] {
        let refused = call(&bench, "PATCH", battery, ADMIN, &body).await?;
        refused.assert_problem(400, "invalid_body");
        assert_eq!(refused.json()["errors"][0]["pointer"], pointer);
    }
    for body in [json!({ "id": 7 }), json!([]), json!({ "max": "much" })] {
        call(&bench, "PATCH", battery, ADMIN, &body)
            .await?
            .assert_problem(400, "invalid_body");
    }
    call(
        &bench,
        "POST",
        "/v1/metrics",
        ADMIN,
        &json!({ "unit": "m" }),
    )
    .await?
    .assert_problem(400, "invalid_body");
    call(&bench, "PATCH", "/v1/metrics/none", ADMIN, &json!({}))
        .await?
        .assert_problem(404, "metric_not_found");
    bench
        .get("/v1/metrics/none/versions")
        .await?
        .assert_problem(404, "metric_not_found");
    bench
        .get("/v1/metrics?listed=perhaps")
        .await?
        .assert_problem(400, "invalid_parameter");
    Ok(())
}

#[tokio::test]
async fn stored_values_keep_their_meaning() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let payload = r#"{"v":1,"readings":[{"metric":"door","value":12},{"metric":"battery_charge","value":50}]}"#;
    bench.commit(&[("sens/v1/AI-1/telemetry", payload)]).await?;
    for body in [
        json!({ "unit": "V" }),
        json!({ "kind": "boolean" }),
        json!({ "unit": null }),
    ] {
        call(&bench, "PATCH", "/v1/metrics/battery_charge", ADMIN, &body)
            .await?
            .assert_problem(409, "metric_in_use");
    }
    // Devices send it, nobody described it: its unit can be named.
    let unlisted = bench.json("/v1/metrics?listed=false").await?;
    assert_eq!(
        unlisted["items"].as_array().map(Vec::len),
        Some(1),
        "{unlisted}"
    );
    assert_eq!(unlisted["items"][0]["name"], "door");
    let described = call(
        &bench,
        "PATCH",
        "/v1/metrics/door",
        ADMIN,
        &json!({ "unit": "mm", "listed": true }),
    )
    .await?;
    assert_eq!(described.json()["unit"], "mm", "{}", described.text());
    assert_eq!(
        bench.json("/v1/metrics?listed=false").await?["items"],
        json!([])
    );
    let latest = bench.json("/v1/devices/AI-1/latest").await?;
    assert_eq!(
        (&latest["items"][1]["value"], &latest["items"][1]["unit"]),
        (&json!(12), &json!("mm"))
    );
    Ok(())
}
