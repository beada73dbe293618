//! Every route that changes something says so in the audit log.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use serde_json::{Value as Json, json};

use crate::support::{ADMIN, Bench};

/// Routes that change nothing that is kept, and those whose change is telemetry, which is kept as such.
const NO_CHANGE: [(&str, &str); 2] = [("post", "/v1/ingest"), ("post", "/v1/measurements:query")];

/// A request for every route that changes something: method, route, address (`{…}` is filled from the answers before), body, and
/// what the audit log says: action and kind.
type Wanted = (
    &'static str,
    &'static str,
    String,
    Json,
    (&'static str, &'static str),
);

fn of(
    method: &'static str,
    route: &'static str,
    address: &str,
    body: Json,
    entry: (&'static str, &'static str),
) -> Wanted {
    (method, route, address.to_owned(), body, entry)
}

fn of_devices() -> Vec<Wanted> {
    let command = "/v1/devices/{serial}/commands";
    vec![
        of(
            "post",
            "/v1/devices",
            "/v1/devices",
            json!({"serial":"A"}),
            ("create", "device"),
        ),
        of(
            "put",
            "/v1/devices/{serial}",
            "/v1/devices/A",
            json!({"name":"x"}),
            ("replace", "device"),
        ),
        of(
            "patch",
            "/v1/devices/{serial}",
            "/v1/devices/A",
            json!({"name":"y"}),
            ("change", "device"),
        ),
        of(
            "post",
            "/v1/devices:import",
            "/v1/devices:import",
            json!({"serial":"B"}),
            ("import", "devices"),
        ),
        of(
            "post",
            command,
            "/v1/devices/A/commands",
            json!({"name":"reboot"}),
            ("request", "command"),
        ),
        of(
            "delete",
            "/v1/devices/{serial}/commands/{id}",
            "{location}",
            Json::Null,
            ("cancel", "command"),
        ),
        of(
            "delete",
            "/v1/devices/{serial}",
            "/v1/devices/A",
            Json::Null,
            ("delete", "device"),
        ),
    ]
}

fn of_others() -> Vec<Wanted> {
    vec![
        of(
            "post",
            "/v1/metrics",
            "/v1/metrics",
            json!({"name":"m"}),
            ("create", "metric"),
        ),
        of(
            "patch",
            "/v1/metrics/{name}",
            "/v1/metrics/m",
            json!({"unit":"K"}),
            ("change", "metric"),
        ),
        of(
            "post",
            "/v1/deployments",
            "/v1/deployments",
            json!({"environment":"test","key":"k","to":{"version":"1.0.0"}}),
            ("record", "deployment"),
        ),
        of(
            "post",
            "/v1/api-keys",
            "/v1/api-keys",
            json!({"name":"k","role":"viewer"}),
            ("create", "api_key"),
        ),
        of(
            "delete",
            "/v1/api-keys/{id}",
            "{location}",
            Json::Null,
            ("revoke", "api_key"),
        ),
    ]
}

fn of_operations() -> Vec<Wanted> {
    vec![
        of(
            "post",
            "/v1/replays",
            "/v1/replays",
            json!({"from":"2026-01-01T00:00:00Z"}),
            ("request", "replay"),
        ),
        of(
            "delete",
            "/v1/replays/{id}",
            "{location}",
            Json::Null,
            ("cancel", "replay"),
        ),
        of(
            "post",
            "/v1/replays",
            "/v1/replays",
            json!({"from":"2026-01-02T00:00:00Z"}),
            ("request", "replay"),
        ),
        of(
            "delete",
            "/v1/operations/{id}",
            "/v1/operations/replay-2",
            Json::Null,
            ("cancel", "replay"),
        ),
        of(
            "post",
            "/v1/devices/{serial}/erasure",
            "/v1/devices/A/erasure",
            json!({"reason":"request 4711"}),
            ("request", "erasure"),
        ),
        of(
            "delete",
            "/v1/operations/{id}",
            "/v1/operations/erasure-1",
            Json::Null,
            ("cancel", "erasure"),
        ),
        of(
            "post",
            "/v1/imports",
            "/v1/imports",
            json!({"serial":"A","metric":"m","recorded_at":"2026-11-01T00:00:00Z","value":1}),
            ("request", "import"),
        ),
        of(
            "delete",
            "/v1/operations/{id}",
            "/v1/operations/import-1",
            Json::Null,
            ("cancel", "import"),
        ),
        of(
            "post",
            "/v1/exports",
            "/v1/exports",
            json!({"device":"B","format":"ndjson"}),
            ("request", "export"),
        ),
    ]
}

fn of_retention() -> Vec<Wanted> {
    let metric = "/v1/retention-settings/{class}/metrics/{metric}";
    vec![
        of(
            "post",
            "/v1/retention-runs",
            "/v1/retention-runs?dry_run=true",
            Json::Null,
            ("request", "retention_run"),
        ),
        of(
            "put",
            "/v1/retention-settings/{class}",
            "/v1/retention-settings/raw",
            json!({"keep_days":60}),
            ("change", "retention_setting"),
        ),
        of(
            "put",
            metric,
            "/v1/retention-settings/readings/metrics/m",
            json!({"keep_days":90}),
            ("change", "retention_setting"),
        ),
        of(
            "delete",
            metric,
            "/v1/retention-settings/readings/metrics/m",
            Json::Null,
            ("delete", "retention_setting"),
        ),
    ]
}

/// Those that need a dead letter, a reading or a file; their own tests look at what they write.
const ELSEWHERE: [(&str, &str); 5] = [
    ("delete", "/v1/exports/{id}/content"),
    ("post", "/v1/corrections"),
    ("post", "/v1/corrections/{id}/undo"),
    ("delete", "/v1/dead-letters/{number}"),
    ("post", "/v1/dead-letters/{number}/requeue"),
];

#[tokio::test]
async fn every_change_is_written_down_with_who_made_it() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let document = bench.json("/openapi.json").await?;
    let mut changing = BTreeSet::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in item.as_object().context("no methods")?.keys() {
            if path.starts_with("/v1") && method != "get" {
                changing.insert((method.clone(), path.clone()));
            }
        }
    }
    let mut tried: BTreeSet<(String, String)> = BTreeSet::new();
    for (method, path) in NO_CHANGE.iter().chain(&ELSEWHERE) {
        tried.insert(((*method).to_owned(), (*path).to_owned()));
    }
    let mut location = String::new();
    for (index, (method, route, address, body, (action, kind))) in of_devices()
        .into_iter()
        .chain(of_others())
        .chain(of_operations())
        .chain(of_retention())
        .enumerate()
    {
        tried.insert((method.to_owned(), route.to_owned()));
        let name = format!("audited-{index}");
        let address = address.replace("{location}", &location);
        let mut request = bench
            .request(&method.to_uppercase(), &address, ADMIN)?
            .header("if-match", "*")
            .header("x-request-id", &name);
        if ["/v1/devices:import", "/v1/imports"].contains(&route) {
            request = request
                .header("content-type", "application/x-ndjson")
                .body(body.to_string());
        } else if body != Json::Null {
            request = request.json(&body);
        }
        let answer = bench.send(request).await?;
        assert!(
            (200..300).contains(&answer.status),
            "{method} {address}: {}",
            answer.text()
        );
        if !answer.header("location").is_empty() {
            answer.header("location").clone_into(&mut location);
        }
        let log = bench
            .json(&format!(
                "/v1/audit-log?request_id={name}&object_kind={kind}"
            ))
            .await?;
        let items = log["items"].as_array().context("no items")?;
        assert_eq!(items.len(), 1, "{method} {route}: {log}");
        let entry = &items[0];
        assert_eq!(
            (&entry["action"], &entry["actor"], &entry["key_id"]),
            (&json!(action), &json!("bootstrap"), &Json::Null)
        );
        assert!(
            entry["before"] != Json::Null || entry["after"] != Json::Null,
            "{entry}"
        );
        if route == "/v1/api-keys" {
            let made = answer.json();
            let key = made["key"].as_str().context("no key")?;
            let (_, secret) = key.rsplit_once('_').context("no secret")?;
            assert!(!log.to_string().contains(secret), "a secret is never in it");
        }
    }
    assert_eq!(
        tried, changing,
        "the table above has a request for every route that changes something"
    );
    Ok(())
}

#[tokio::test]
async fn the_log_is_filtered_and_paged_and_for_admins() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let (id, key) = bench.key("operator").await?;
    for name in ["one", "two"] {
        let request = bench
            .request("POST", "/v1/metrics", &key)?
            .json(&json!({"name":name}));
        assert_eq!(bench.send(request).await?.status, 201);
    }
    let log = bench.json(&format!("/v1/audit-log?actor={id}")).await?;
    let found: Vec<&str> = log["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|item| item["object_id"].as_str())
        .collect();
    assert_eq!(found, ["two", "one"]);
    assert_eq!(
        (&log["items"][0]["actor"], &log["items"][0]["key_id"]),
        (&json!("a operator"), &json!(id))
    );
    let first = bench.get("/v1/audit-log?limit=2").await?;
    assert!(first.header("link").ends_with("rel=\"next\""));
    let cursor = first.json()["next_cursor"]
        .as_str()
        .context("no cursor")?
        .to_owned();
    let second = bench
        .json(&format!("/v1/audit-log?limit=2&cursor={cursor}"))
        .await?;
    assert_eq!(second["items"][0]["object_kind"], "api_key");
    bench
        .get(&format!("/v1/audit-log?action=create&cursor={cursor}"))
        .await?
        .assert_problem(400, "invalid_cursor");
    bench
        .get("/v1/audit-log?from=now")
        .await?
        .assert_problem(400, "invalid_parameter");
    bench
        .send(bench.request("GET", "/v1/audit-log", &key)?)
        .await?
        .assert_problem(403, "forbidden");
    Ok(())
}

#[tokio::test]
async fn retention_settings_are_changed_for_the_version_that_was_read() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let path = "/v1/retention-settings/raw";
    let read = bench.get(path).await?;
    assert_eq!(read.json()["keep_days"], 30);
    let put = async |path: &str, header: &'static str, tag: &str, body: Json| {
        let request = bench.request("PUT", path, ADMIN)?.header(header, tag);
        bench.send(request.json(&body)).await
    };
    let done = put(
        path,
        "if-match",
        read.header("etag"),
        json!({"keep_days":null}),
    )
    .await?;
    assert_eq!(
        (done.status, &done.json()["keep_days"]),
        (200, &Json::Null),
        "{}",
        done.text()
    );
    put(
        path,
        "if-match",
        read.header("etag"),
        json!({"keep_days":1}),
    )
    .await?
    .assert_problem(412, "precondition_failed");
    put(path, "x-none", "-", json!({"keep_days":1}))
        .await?
        .assert_problem(428, "precondition_required");
    for body in [
        json!({}),
        json!({"keep_days":0}),
        json!({"keep_days":"1"}),
        json!({"keep_days":1,"x":1}),
    ] {
        put(path, "if-match", "*", body)
            .await?
            .assert_problem(400, "invalid_body");
    }
    let missing = "retention_setting_not_found";
    put(
        "/v1/retention-settings/all",
        "if-match",
        "*",
        json!({"keep_days":1}),
    )
    .await?
    .assert_problem(404, missing);
    let metric = "/v1/retention-settings/readings/metrics/battery_charge";
    bench.get(metric).await?.assert_problem(404, missing);
    assert_eq!(
        put(metric, "if-none-match", "*", json!({"keep_days":90}))
            .await?
            .status,
        200
    );
    put(metric, "if-none-match", "*", json!({"keep_days":91}))
        .await?
        .assert_problem(412, "precondition_failed");
    let found = bench.get(metric).await?;
    let delete = bench
        .request("DELETE", metric, ADMIN)?
        .header("if-match", found.header("etag"));
    assert_eq!(bench.send(delete).await?.status, 204);
    bench.get(metric).await?.assert_problem(404, missing);
    put(
        "/v1/retention-settings/raw/metrics/battery_charge",
        "if-match",
        "*",
        json!({"keep_days":1}),
    )
    .await?
    .assert_problem(404, missing);
    Ok(())
}
