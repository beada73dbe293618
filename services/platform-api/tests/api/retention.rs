//! Retention by REST: what is kept for how long, what would go, and letting it go.

use anyhow::{Context, Result};
use chrono::Utc;
use sens_storage::retention::take_maintenance;
use sens_storage::rollup::{Pass, recompute};
use serde_json::{Value, json};

use crate::support::{ADMIN, Answer, Bench};

const RUNS: &str = "/v1/retention-runs";
const LEGACY: &str = "sens/legacy/telemetry";
/// Longer than readings are kept.
const OLD: i64 = 800 * 24 * 60 * 60;

/// Two old readings and a new one.
async fn bench() -> Result<Bench> {
    let bench = Bench::start(&[]).await?;
    let now = Utc::now().timestamp();
    let at = |value: f64, timestamp: i64| {
        json!({ "device_id": 7, "event_type": "battery_charge", "value": value, "timestamp": timestamp }).to_string()
    };
    let payloads = [
        at(1.0, now - OLD),
        at(2.0, now - OLD + 60),
        at(3.0, now - 60),
    ];
    let all = payloads
        .each_ref()
        .map(|payload| (LEGACY, payload.as_str()));
    bench.commit(&all).await?;
    Ok(bench)
}

async fn ask(bench: &Bench, query: &str, key: &str) -> Result<Answer> {
    bench
        .send(bench.request("POST", &format!("{RUNS}{query}"), key)?)
        .await
}

/// What a worker does within seconds.
async fn work(bench: &Bench) -> Result<()> {
    let mut maintenance = take_maintenance(&bench.pools.primary)
        .await?
        .context("another session has the right")?;
    for run in maintenance.requested().await? {
        maintenance.perform(run).await?;
    }
    maintenance.end().await?;
    Ok(())
}

async fn readings(bench: &Bench) -> Result<Value> {
    let found = bench
        .json("/v1/devices/legacy-7/measurements?metric=battery_charge")
        .await?;
    Ok(json!(found["items"].as_array().map(Vec::len)))
}

#[tokio::test]
async fn a_run_is_asked_for_and_refused_while_rollups_wait() -> Result<()> {
    let bench = bench().await?;
    let operator = bench.key("operator").await?.1;
    let asked = ask(&bench, "?dry_run", &operator).await?;
    assert_eq!(asked.status, 202, "{}", asked.text());
    let address = asked.header("location").to_owned();
    let run = asked.json();
    assert_eq!(address, format!("{RUNS}/{}", run["id"]));
    assert_eq!(
        (
            &run["state"],
            &run["dry_run"],
            &run["requested_by"],
            &run["items"]
        ),
        (
            &json!("requested"),
            &json!(true),
            &json!("a operator"),
            &json!([])
        )
    );

    work(&bench).await?;
    let refused = bench.json(&address).await?;
    assert_eq!(
        (&refused["state"], &refused["rows"]),
        (&json!("refused"), &json!(0))
    );
    let reason = refused["items"][0]["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("not in the rollups yet"), "{refused}");
    Ok(())
}

#[tokio::test]
async fn a_run_lets_go_what_its_plan_said_and_keeps_the_rollups() -> Result<()> {
    let bench = bench().await?;
    let operator = bench.key("operator").await?.1;
    while recompute(&bench.pools.primary).await? != Pass::Idle {}
    let plan = ask(&bench, "?dry_run=true", ADMIN)
        .await?
        .header("location")
        .to_owned();
    work(&bench).await?;
    let plan = bench.json(&plan).await?;
    assert_eq!(
        (&plan["state"], &plan["rows"]),
        (&json!("done"), &json!(2)),
        "{plan}"
    );
    let item = &plan["items"][0];
    assert_eq!(
        (
            &item["class"],
            &item["action"],
            &item["rows"],
            &item["devices"],
            &item["outcome"]
        ),
        (
            &json!("readings"),
            &json!("drop"),
            &json!(2),
            &json!(1),
            &json!("planned")
        )
    );
    assert!(plan["bytes"].as_i64().is_some_and(|bytes| bytes > 0));
    assert!(
        item["lost"]
            .as_str()
            .is_some_and(|lost| lost.contains("2 readings of 1 devices"))
    );
    assert_eq!(readings(&bench).await?, 3, "a plan drops nothing");

    let done = ask(&bench, "", &operator)
        .await?
        .header("location")
        .to_owned();
    work(&bench).await?;
    let done = bench.json(&done).await?;
    assert_eq!(
        (&done["state"], &done["items"][0]["outcome"]),
        (&json!("done"), &json!("dropped"))
    );
    assert_eq!(readings(&bench).await?, 1);
    let days = bench
        .json("/v1/devices/legacy-7/measurements?metric=battery_charge&resolution=1d")
        .await?;
    assert_eq!(
        days["items"].as_array().map(Vec::len),
        Some(2),
        "the rollups stay: {days}"
    );

    let list = bench.json(&format!("{RUNS}?limit=2")).await?;
    let ids: Vec<&Value> = list["items"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|run| &run["id"])
        .collect();
    assert_eq!(ids, [&done["id"], &plan["id"]], "the newest first");
    Ok(())
}

#[tokio::test]
async fn settings_are_shown_and_bad_questions_refused() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let settings = bench.json("/v1/retention-settings").await?;
    let days: Vec<_> = settings["items"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|item| (&item["class"], &item["keep_days"]))
        .collect();
    let expected = [
        ("raw", json!(30)),
        ("errors", json!(90)),
        ("readings", json!(730)),
        ("rollup_1m", json!(null)),
        ("rollup_1h", json!(null)),
        ("rollup_1d", json!(null)),
    ];
    let expected = expected.map(|(class, days)| (json!(class), days));
    assert_eq!(days, expected.each_ref().map(|(class, days)| (class, days)));

    ask(&bench, "?dry_run=maybe", ADMIN)
        .await?
        .assert_problem(400, "invalid_parameter");
    ask(&bench, "?dryrun", ADMIN)
        .await?
        .assert_problem(400, "invalid_parameter");
    bench
        .get(&format!("{RUNS}?limit=101"))
        .await?
        .assert_problem(400, "invalid_parameter");
    for id in ["1", "x", "99999999999999999999"] {
        bench
            .get(&format!("{RUNS}/{id}"))
            .await?
            .assert_problem(404, "retention_run_not_found");
    }
    assert_eq!(
        bench.json(RUNS).await?,
        json!({ "items": [] }),
        "a question that is refused asks for nothing"
    );
    Ok(())
}
