//! Keys and roles.

use anyhow::Result;
use sens_testkit::assert_eventually;
use serde_json::json;

use crate::support::{ADMIN, Bench, PATIENCE};

/// Every route below /v1 with the roles that may use it.
const ROUTES: &[(&str, &str, &[&str])] = &[
    (
        "GET",
        "/v1/whoami",
        &["viewer", "ingest", "operator", "admin"],
    ),
    ("GET", "/v1/overview", &["viewer", "operator", "admin"]),
    ("GET", "/v1/devices", &["viewer", "operator", "admin"]),
    ("POST", "/v1/devices", &["operator", "admin"]),
    ("POST", "/v1/devices:import", &["operator", "admin"]),
    (
        "GET",
        "/v1/devices:export",
        &["viewer", "operator", "admin"],
    ),
    ("GET", "/v1/audit-log", &["admin"]),
    ("GET", "/v1/deployments", &["viewer", "operator", "admin"]),
    ("POST", "/v1/deployments", &["operator", "admin"]),
    (
        "GET",
        "/v1/retention-settings/{class}",
        &["viewer", "operator", "admin"],
    ),
    (
        "PUT",
        "/v1/retention-settings/{class}",
        &["operator", "admin"],
    ),
    (
        "GET",
        "/v1/retention-settings/{class}/metrics/{metric}",
        &["viewer", "operator", "admin"],
    ),
    (
        "PUT",
        "/v1/retention-settings/{class}/metrics/{metric}",
        &["operator", "admin"],
    ),
    (
        "DELETE",
        "/v1/retention-settings/{class}/metrics/{metric}",
        &["operator", "admin"],
    ),
    ("GET", "/v1/devices/A", &["viewer", "operator", "admin"]),
    ("PUT", "/v1/devices/A", &["operator", "admin"]),
    ("PATCH", "/v1/devices/A", &["operator", "admin"]),
    ("DELETE", "/v1/devices/A", &["operator", "admin"]),
    (
        "GET",
        "/v1/devices/A/startups",
        &["viewer", "operator", "admin"],
    ),
    (
        "GET",
        "/v1/devices/A/latest",
        &["viewer", "operator", "admin"],
    ),
    (
        "GET",
        "/v1/devices/A/measurements",
        &["viewer", "operator", "admin"],
    ),
    ("GET", "/v1/measurements", &["viewer", "operator", "admin"]),
    (
        "GET",
        "/v1/measurements:query",
        &["viewer", "operator", "admin"],
    ),
    (
        "POST",
        "/v1/measurements:query",
        &["viewer", "operator", "admin"],
    ),
    (
        "GET",
        "/v1/devices/A/stream",
        &["viewer", "operator", "admin"],
    ),
    (
        "GET",
        "/v1/devices/A/explain",
        &["viewer", "operator", "admin"],
    ),
    ("GET", "/v1/stream", &["viewer", "operator", "admin"]),
    ("GET", "/v1/ws", &["viewer", "operator", "admin"]),
    (
        "GET",
        "/v1/analytics/average-extension",
        &["viewer", "operator", "admin"],
    ),
    (
        "GET",
        "/v1/analytics/extension-vs-retraction",
        &["viewer", "operator", "admin"],
    ),
    (
        "GET",
        "/v1/analytics/battery-summary",
        &["viewer", "operator", "admin"],
    ),
    (
        "GET",
        "/v1/analytics/platform-height",
        &["viewer", "operator", "admin"],
    ),
    ("GET", "/v1/metrics", &["viewer", "operator", "admin"]),
    ("POST", "/v1/metrics", &["operator", "admin"]),
    (
        "GET",
        "/v1/metrics/{name}",
        &["viewer", "operator", "admin"],
    ),
    ("PATCH", "/v1/metrics/{name}", &["operator", "admin"]),
    (
        "GET",
        "/v1/metrics/{name}/versions",
        &["viewer", "operator", "admin"],
    ),
    ("POST", "/v1/ingest", &["ingest", "operator", "admin"]),
    ("GET", "/v1/ingest-errors", &["viewer", "operator", "admin"]),
    (
        "GET",
        "/v1/raw-records/{id}",
        &["viewer", "operator", "admin"],
    ),
    ("GET", "/v1/messages/{id}", &["viewer", "operator", "admin"]),
    ("GET", "/v1/dead-letters", &["viewer", "operator", "admin"]),
    (
        "GET",
        "/v1/dead-letters/{number}",
        &["viewer", "operator", "admin"],
    ),
    (
        "DELETE",
        "/v1/dead-letters/{number}",
        &["operator", "admin"],
    ),
    (
        "POST",
        "/v1/dead-letters/{number}/requeue",
        &["operator", "admin"],
    ),
    (
        "GET",
        "/v1/devices/A/series",
        &["viewer", "operator", "admin"],
    ),
    (
        "GET",
        "/v1/devices/A/commands",
        &["viewer", "operator", "admin"],
    ),
    ("POST", "/v1/devices/A/commands", &["operator", "admin"]),
    (
        "GET",
        "/v1/devices/A/presence",
        &["viewer", "operator", "admin"],
    ),
    ("GET", "/v1/events/stream", &["viewer", "operator", "admin"]),
    ("POST", "/v1/devices/A/erasure", &["admin"]),
    ("POST", "/v1/imports", &["operator", "admin"]),
    ("POST", "/v1/exports", &["viewer", "operator", "admin"]),
    (
        "GET",
        "/v1/exports/{id}/content",
        &["viewer", "operator", "admin"],
    ),
    (
        "DELETE",
        "/v1/exports/{id}/content",
        &["viewer", "operator", "admin"],
    ),
    ("GET", "/v1/operations", &["viewer", "operator", "admin"]),
    (
        "GET",
        "/v1/operations/{id}",
        &["viewer", "operator", "admin"],
    ),
    ("DELETE", "/v1/operations/{id}", &["operator", "admin"]),
    (
        "GET",
        "/v1/devices/A/commands/{id}",
        &["viewer", "operator", "admin"],
    ),
    (
        "DELETE",
        "/v1/devices/A/commands/{id}",
        &["operator", "admin"],
    ),
    ("GET", "/v1/replays", &["viewer", "operator", "admin"]),
    ("POST", "/v1/replays", &["operator", "admin"]),
    ("GET", "/v1/replays/{id}", &["viewer", "operator", "admin"]),
    ("DELETE", "/v1/replays/{id}", &["operator", "admin"]),
    ("GET", "/v1/corrections", &["viewer", "operator", "admin"]),
    ("POST", "/v1/corrections", &["operator", "admin"]),
    (
        "GET",
        "/v1/corrections/{id}",
        &["viewer", "operator", "admin"],
    ),
    ("POST", "/v1/corrections/{id}/undo", &["operator", "admin"]),
    ("GET", "/v1/accounting", &["viewer", "operator", "admin"]),
    (
        "GET",
        "/v1/retention-runs",
        &["viewer", "operator", "admin"],
    ),
    ("POST", "/v1/retention-runs", &["operator", "admin"]),
    (
        "GET",
        "/v1/retention-runs/{id}",
        &["viewer", "operator", "admin"],
    ),
    (
        "GET",
        "/v1/retention-settings",
        &["viewer", "operator", "admin"],
    ),
    (
        "GET",
        "/v1/system/durability",
        &["viewer", "operator", "admin"],
    ),
    ("GET", "/v1/system/quotas", &["viewer", "operator", "admin"]),
    (
        "GET",
        "/v1/system/replicas",
        &["viewer", "operator", "admin"],
    ),
    (
        "GET",
        "/v1/system/backups",
        &["viewer", "operator", "admin"],
    ),
    ("GET", "/v1/api-keys", &["admin"]),
    ("POST", "/v1/api-keys", &["admin"]),
    ("DELETE", "/v1/api-keys/{id}", &["admin"]),
];

#[tokio::test]
async fn every_route_asks_for_a_key_and_a_role() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let document = bench.json("/openapi.json").await?;
    let mut documented = 0;
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        documented += if path.starts_with("/v1") {
            item.as_object().map_or(0, serde_json::Map::len)
        } else {
            0
        };
    }
    assert_eq!(
        documented,
        ROUTES.len(),
        "the table above lists every documented route"
    );

    let mut keys = Vec::new();
    for role in ["viewer", "ingest", "operator", "admin"] {
        keys.push((role, bench.key(role).await?.1));
    }
    for (method, path, roles) in ROUTES {
        let answer = bench
            .send(
                bench
                    .client
                    .request(method.parse()?, format!("{}{path}", bench.url)),
            )
            .await?;
        answer.assert_problem(401, "unauthenticated");
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"sens\"");
        for (role, key) in &keys {
            let response = bench.request(method, path, key)?.send().await?;
            let allowed = roles.contains(role);
            assert_eq!(
                response.status() != 403,
                allowed,
                "{role} {method} {path}: {}",
                response.status()
            );
            assert_ne!(response.status(), 401, "{role} {method} {path}");
        }
    }
    let forbidden = bench
        .send(bench.request("GET", "/v1/api-keys", &keys[0].1)?)
        .await?;
    forbidden.assert_problem(403, "forbidden");
    assert!(
        forbidden.json()["detail"]
            .as_str()
            .is_some_and(|detail| detail.contains("admin"))
    );
    Ok(())
}

#[tokio::test]
async fn keys_are_made_listed_used_and_revoked() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let who = bench.json("/v1/whoami").await?;
    assert_eq!(
        (&who["name"], &who["role"], &who["prefix"]),
        (&json!("bootstrap"), &json!("admin"), &json!(null))
    );

    let (id, key) = bench.key("viewer").await?;
    assert!(key.starts_with(&format!("sens_{id}_")));
    let who = bench
        .send(bench.request("GET", "/v1/whoami", &key)?)
        .await?;
    let who = who.json();
    assert_eq!(
        (&who["name"], &who["role"]),
        (&json!("a viewer"), &json!("viewer"))
    );
    assert_eq!(who["prefix"], format!("sens_{id}_"));
    let listed = bench.json("/v1/api-keys").await?;
    assert_eq!(
        (&listed["items"][0]["id"], &listed["items"][0]["revoked_at"]),
        (&json!(id), &json!(null))
    );
    assert!(!listed.to_string().contains(&key), "a secret is shown once");
    assert_eventually!(
        PATIENCE,
        bench.json("/v1/api-keys").await?["items"][0]["last_used_at"].is_string(),
        "the use of the key is noted"
    );

    let wrong = format!("sens_{id}_wrong");
    bench
        .send(bench.request("GET", "/v1/whoami", &wrong)?)
        .await?
        .assert_problem(401, "unauthenticated");
    bench
        .send(bench.request("GET", "/v1/whoami", "sens_none_x")?)
        .await?
        .assert_problem(401, "unauthenticated");

    let path = format!("/v1/api-keys/{id}");
    let revoked = bench.send(bench.request("DELETE", &path, ADMIN)?).await?;
    assert_eq!((revoked.status, revoked.body.len()), (204, 0));
    bench
        .send(bench.request("GET", "/v1/whoami", &key)?)
        .await?
        .assert_problem(401, "unauthenticated");
    bench
        .send(bench.request("DELETE", "/v1/api-keys/none", ADMIN)?)
        .await?
        .assert_problem(404, "api_key_not_found");
    Ok(())
}

#[tokio::test]
async fn bad_key_requests_say_what_is_wrong() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let post = async |body: &str, content_type: &str| {
        let request = bench.request("POST", "/v1/api-keys", ADMIN)?;
        bench
            .send(
                request
                    .header("content-type", content_type)
                    .body(body.to_owned()),
            )
            .await
    };
    post("{", "application/json")
        .await?
        .assert_problem(400, "invalid_json");
    post(r#"{"name":"x"}"#, "application/json")
        .await?
        .assert_problem(400, "invalid_body");
    post(r#"{"name":"x","role":"root"}"#, "application/json")
        .await?
        .assert_problem(400, "invalid_body");
    post(
        r#"{"name":"x","role":"viewer","more":1}"#,
        "application/json",
    )
    .await?
    .assert_problem(400, "invalid_body");
    post("name=x", "application/x-www-form-urlencoded")
        .await?
        .assert_problem(415, "unsupported_media_type");
    post(&" ".repeat(70_000), "application/json")
        .await?
        .assert_problem(413, "payload_too_large");
    let faults = post(
        r#"{"name":"","role":"viewer","expires_at":"soon"}"#,
        "application/json",
    )
    .await?;
    faults.assert_problem(400, "invalid_body");
    assert_eq!(faults.json()["errors"][0]["pointer"], "/name");
    assert_eq!(faults.json()["errors"][1]["pointer"], "/expires_at");
    Ok(())
}
