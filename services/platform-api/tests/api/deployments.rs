//! The deployment log: reported by pipelines and by the chart's verification, read by everybody.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::support::{ADMIN, Answer, Bench};

async fn report(bench: &Bench, body: &Value) -> Result<Answer> {
    let request = bench.client.post(format!("{}/v1/deployments", bench.url));
    bench.send(request.bearer_auth(ADMIN).json(body)).await
}

/// A record as `sens-release` writes it.
fn record(number: i32, action: &str, version: &str) -> Value {
    json!({
        "record": "sens-deployment/1", "environment": "test", "deployment": number, "action": action,
        "at": "2026-11-21T10:00:00Z", "by": "alice", "reason": "late readings", "from": null,
        "to": {"version": version, "git_sha": "ab12", "schema_version": 16},
        "evidence": ["evidence/test/x.json"], "run_url": "https://ci.example.test/1",
    })
}

async fn actions(bench: &Bench, query: &str) -> Result<Vec<String>> {
    let page = bench.json(&format!("/v1/deployments{query}")).await?;
    let items = page["items"].as_array().context("no items")?;
    let action = |item: &Value| item["action"].as_str().unwrap_or_default().to_owned();
    Ok(items.iter().map(action).collect())
}

#[tokio::test]
async fn a_deployment_is_reported_once_and_its_verification_again() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let mut told = record(1, "deploy", "0.5.0-alpha.1.1");
    let made = report(&bench, &told).await?;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    assert_eq!(
        (&made["key"], &made["by"], &made["verified"], &made["from"]),
        (
            &json!("deploy-test-1/deploy"),
            &json!("alice"),
            &json!(null),
            &json!(null)
        )
    );
    assert_eq!(made["to"], told["to"]);

    told["checks"] = json!([{"passed": true, "text": "health: ready"}, {"passed": false, "text": "load: 3 missing"}]);
    told["by"] = json!("somebody else");
    let again = report(&bench, &told).await?;
    assert_eq!(again.status, 200, "{}", again.text());
    assert_eq!(
        (&again.json()["by"], &again.json()["verified"]),
        (&json!("alice"), &json!(false)),
        "what is written down stays; the verification is kept"
    );
    told["checks"] = json!([{"passed": true, "text": "health: ready"}]);
    report(&bench, &told).await?;
    let page = bench.json("/v1/deployments").await?;
    assert_eq!(page["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(page["items"][0]["verified"], true);

    // A revert brings back the record of before.
    report(&bench, &record(2, "deploy", "0.5.0-alpha.2.1")).await?;
    for status in [201, 200] {
        assert_eq!(report(&bench, &told).await?.status, status);
    }
    assert_eq!(actions(&bench, "").await?, ["rollback", "deploy", "deploy"]);
    let newest = bench.json("/v1/deployments?limit=1").await?;
    assert_eq!(newest["items"][0]["from"]["version"], "0.5.0-alpha.2.1");
    Ok(())
}

#[tokio::test]
async fn what_a_record_leaves_out_is_found_in_the_log() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let less = |key: &str, version: &str, startup: bool| json!({"environment": "local", "key": key, "to": {"version": version}, "features": {"deviceStartup": startup}});
    for (key, version, startup) in [
        ("a", "1.0.0", true),
        ("b", "1.1.0", true),
        ("c", "1.1.0", false),
        ("d", "1.0.0", false),
    ] {
        let made = report(&bench, &less(key, version, startup)).await?;
        assert_eq!(made.status, 201, "{}", made.text());
    }
    assert_eq!(
        actions(&bench, "").await?,
        ["rollback", "flag", "configure", "deploy", "deploy"]
    );
    let flag = bench.json("/v1/deployments?action=flag").await?;
    assert_eq!(
        flag["items"][0]["flag"],
        json!({"name": "deviceStartup", "from": true, "to": false})
    );
    let newest = bench.json("/v1/deployments?limit=1").await?;
    assert_eq!(newest["items"][0]["from"]["version"], "1.1.0");
    let cursor = newest["next_cursor"].as_str().context("no cursor")?;
    let second = actions(&bench, &format!("?limit=1&cursor={cursor}")).await?;
    assert_eq!(second, ["flag"]);
    assert!(actions(&bench, "?environment=test").await?.is_empty());
    bench
        .get("/v1/deployments?action=explode")
        .await?
        .assert_problem(400, "invalid_parameter");
    report(
        &bench,
        &json!({"environment": "test", "to": {"version": "1"}}),
    )
    .await?
    .assert_problem(400, "invalid_body");
    Ok(())
}
