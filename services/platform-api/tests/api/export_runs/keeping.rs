//! Who sees exports, how many there may be, and when their files go.

use anyhow::Result;
use sens_testkit::assert_eventually;
use serde_json::{Value as Json, json};

use super::{GATE, ROWS, ask, asked, done, filled, number, over};
use crate::devices::make;
use crate::limits::key;
use crate::support::{ADMIN, Bench, PATIENCE};

#[tokio::test]
async fn a_cancelled_export_leaves_nothing() -> Result<()> {
    let bench = Box::pin(filled(ROWS, &[])).await?;
    bench.postgres.sql(GATE)?;
    bench.postgres.sql("INSERT INTO gate VALUES (1)")?;
    let body = json!({"format":"ndjson"});
    let first = asked(&bench, ADMIN, &body).await?;
    let mut others = Vec::new();
    for _ in 0..3 {
        others.push(asked(&bench, ADMIN, &body).await?);
    }
    let refused = ask(&bench, ADMIN, &body).await?;
    refused.assert_problem(503, "exports_busy");
    let (_, viewer) = bench.key("viewer").await?;
    let of_viewer = asked(&bench, &viewer, &body).await?;
    assert_eventually!(
        PATIENCE,
        bench.json(&first).await?["state"] == "running",
        "it is being written"
    );
    bench
        .send(bench.request("DELETE", &first, &viewer)?)
        .await?
        .assert_problem(403, "forbidden");
    let own = bench
        .send(bench.request("DELETE", &of_viewer, &viewer)?)
        .await?;
    assert_eq!(own.json()["state"], "cancelled", "{}", own.text());
    for address in others.iter().chain([&first]) {
        let cancelled = bench.send(bench.request("DELETE", address, ADMIN)?).await?;
        assert_eq!(cancelled.json()["state"], "cancelled");
    }
    let log = bench
        .json("/v1/audit-log?object_kind=export&action=cancel")
        .await?;
    assert_eq!(log["items"].as_array().map(Vec::len), Some(5), "{log}");
    bench.postgres.sql("DELETE FROM gate")?;
    // Whoever wrote it goes on with the next one.
    let next = asked(&bench, ADMIN, &json!({})).await?;
    let (content, _) = done(&bench, &next).await?;
    let kept = "SELECT count(*) FROM export_chunk";
    let of_next = format!("{kept} WHERE run_id = (SELECT max(id) FROM export_run)");
    assert_eq!(number(&bench, kept)?, number(&bench, &of_next)?);
    assert_eq!(bench.get(&content).await?.status, 200);
    let gone = bench.send(bench.request("DELETE", &next, ADMIN)?).await?;
    assert_eq!(gone.json()["state"], "done", "what is over stays");
    Ok(())
}

#[tokio::test]
async fn files_have_limits_and_make_room_for_others() -> Result<()> {
    let env = [
        ("SENS_API__EXPORT_MAX_BYTES", "100000"),
        ("SENS_API__EXPORT_TOTAL_BYTES", "150000"),
    ];
    let bench = Box::pin(filled(4000, &env)).await?;
    let failed = async |body: &Json, code: &str| {
        let address = asked(&bench, ADMIN, body).await?;
        let operation = over(&bench, &address).await?;
        assert_eq!(
            (&operation["state"], &operation["problem"]["code"]),
            (&json!("failed"), &json!(code)),
            "{operation}"
        );
        anyhow::Ok(operation["problem"]["detail"].to_string())
    };
    let detail = failed(&json!({}), "export_too_large").await?;
    assert!(detail.contains("100000 bytes"), "{detail}");
    let part = json!({"from":"2026-09-22T00:00:00Z","to":"2026-09-22T00:25:00Z"});
    let first = asked(&bench, ADMIN, &part).await?;
    let (content, operation) = done(&bench, &first).await?;
    assert!(
        operation["result"]["bytes"].as_u64() > Some(75_000),
        "{operation}"
    );
    let detail = failed(&part, "exports_busy").await?;
    assert!(detail.contains("150000 bytes"), "{detail}");

    let request = bench.request("DELETE", &content, ADMIN)?;
    let request = request.header("x-request-id", "drop-1");
    assert_eq!(bench.send(request).await?.status, 204);
    let log = bench.json("/v1/audit-log?request_id=drop-1").await?;
    assert_eq!(
        (&log["items"][0]["action"], &log["items"][0]["object_kind"]),
        (&json!("delete"), &json!("export"))
    );
    for method in ["GET", "DELETE"] {
        bench
            .send(bench.request(method, &content, ADMIN)?)
            .await?
            .assert_problem(410, "export_gone");
    }
    let second = asked(&bench, ADMIN, &part).await?;
    done(&bench, &second).await?;
    assert_eq!(
        number(&bench, "SELECT count(DISTINCT run_id) FROM export_chunk")?,
        1
    );
    bench
        .postgres
        .sql("UPDATE export_run SET bytes = 150000 WHERE kept")?;
    let full = ask(&bench, ADMIN, &part).await?;
    full.assert_problem(503, "exports_busy");
    Ok(())
}

#[tokio::test]
async fn files_expire_and_go_with_the_devices_they_tell_of() -> Result<()> {
    let bench = Box::pin(filled(3, &[])).await?;
    let mut contents = Vec::new();
    for _ in 0..2 {
        let address = asked(&bench, ADMIN, &json!({})).await?;
        contents.push(done(&bench, &address).await?.0);
    }
    bench
        .postgres
        .sql("UPDATE export_run SET expires_at = now() - interval '1 second' WHERE id = 1")?;
    bench
        .get(&contents[0])
        .await?
        .assert_problem(410, "export_gone");
    let expired = bench.json("/v1/operations/export-1").await?;
    assert_eq!(
        (&expired["state"], &expired["result"]["available"]),
        (&json!("done"), &json!(false))
    );
    assert_eventually!(
        PATIENCE,
        number(&bench, "SELECT count(*) FROM export_chunk WHERE run_id = 1")? == 0,
        "its pieces are deleted"
    );
    assert_eq!(bench.get(&contents[1]).await?.status, 200);
    bench.postgres.sql(
        "INSERT INTO erasure_run (dry_run, serial, reason, requested_by, state, serials) \
         VALUES (false, 'legacy-7', 'r', 't', 'running', ARRAY['legacy-7'])",
    )?;
    bench
        .postgres
        .sql("UPDATE erasure_run SET state = 'done'")?;
    bench
        .get(&contents[1])
        .await?
        .assert_problem(410, "export_gone");
    assert_eq!(number(&bench, "SELECT count(*) FROM export_chunk")?, 0);
    Ok(())
}

#[tokio::test]
async fn a_limited_key_exports_its_devices_and_sees_its_exports_alone() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    for (serial, site) in [("V", "vie"), ("G", "graz")] {
        make(&bench, json!({"serial":serial,"labels":{"site":site}})).await?;
        let payload = r#"{"v":1,"readings":[{"metric":"battery_charge","value":50}]}"#;
        let topic = format!("sens/v1/{serial}/telemetry");
        bench.commit(&[(topic.as_str(), payload)]).await?;
    }
    let limited = async |name: &str| {
        key(
            &bench,
            json!({"name":name,"role":"viewer","labels":"site=vie"}),
        )
        .await
    };
    let (one, other) = (limited("one").await?, limited("other").await?);
    let (_, viewer) = bench.key("viewer").await?;
    let get = async |path: &str, key: &str| bench.send(bench.request("GET", path, key)?).await;
    let everything = asked(&bench, ADMIN, &json!({})).await?;
    let (all, _) = done(&bench, &everything).await?;
    assert_eq!(bench.get(&all).await?.text().lines().count(), 3);
    ask(&bench, &one, &json!({"device":["G"]}))
        .await?
        .assert_problem(404, "device_not_found");
    let own = asked(&bench, &one, &json!({})).await?;
    let (content, _) = done(&bench, &own).await?;
    for (key, status) in [
        (one.as_str(), 200),
        (&other, 404),
        (&viewer, 200),
        (ADMIN, 200),
    ] {
        assert_eq!(get(&own, key).await?.status, status);
        assert_eq!(get(&content, key).await?.status, status);
    }
    let file = get(&content, &one).await?.text();
    assert!(file.contains("V,") && !file.contains("G,"), "{file}");
    for path in [everything.as_str(), &all] {
        get(path, &one)
            .await?
            .assert_problem(404, "operation_not_found");
    }
    let list = get("/v1/operations", &one).await?.json();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{list}");
    assert_eq!(list["items"][0]["links"]["self"], json!(own));
    for (key, status) in [(&other, 404), (&viewer, 403), (&one, 204)] {
        let request = bench.request("DELETE", &content, key)?;
        assert_eq!(bench.send(request).await?.status, status);
    }
    Ok(())
}
