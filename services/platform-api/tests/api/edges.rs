//! What holds at the edges of every route: formats that nobody offers, browsers of other origins, pages, and a broken database.

use std::time::Duration;

use anyhow::{Context, Result};
use reqwest::Method;
use sens_testkit::eventually;

use crate::rules::{TRACE_ID, ask, assert_common, filled, routes};
use crate::support::{ADMIN, Answer, Bench, PATIENCE};

#[tokio::test]
async fn a_format_that_a_route_has_not_is_refused_before_anything_is_done() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    for (path, method, operation) in routes(&bench).await? {
        let what = format!("{method} {path}");
        let answers = operation["responses"].as_object().into_iter().flatten();
        let offers = answers
            .filter(|(status, _)| status.starts_with('2'))
            .any(|(_, answer)| answer["content"].is_object());
        let request = bench
            .request(&method, &filled(&path), ADMIN)?
            .header("accept", "image/png")
            .header("traceparent", crate::rules::TRACEPARENT)
            .header("x-request-id", "rule-1");
        if !offers {
            // It answers without a body, or goes on as something else: there is nothing to refuse.
            let answer = bench.send(request).await?;
            assert_ne!(answer.status, 406, "{what}");
            continue;
        }
        let refused = bench.send(request).await?;
        refused.assert_problem(406, "not_acceptable");
        assert_common(&refused, &what);
        assert_eq!(refused.json()["trace_id"], TRACE_ID, "{what}");
        assert!(
            operation["responses"]["406"].is_object(),
            "{what} says so in the document"
        );
    }
    assert_eq!(
        bench.json("/v1/audit-log").await?["items"],
        serde_json::json!([]),
        "nothing was changed"
    );
    for accept in ["application/json", "application/*;q=0.1", "*/*", "nonsense"] {
        let request = bench
            .request("GET", "/v1/devices", ADMIN)?
            .header("accept", accept);
        assert_eq!(bench.send(request).await?.status, 200, "{accept}");
    }
    let health = bench
        .request("GET", "/health", ADMIN)?
        .header("accept", "image/png");
    assert_eq!(bench.send(health).await?.status, 200, "whoever asks");
    Ok(())
}

const CONSOLE: &str = "https://console.example.org";
const OTHER: &str = "https://second.example.org:8443";
const FOREIGN: &str = "https://example.com";

async fn preflight(bench: &Bench, method: &str, path: &str, origin: &str) -> Result<Answer> {
    let request = bench
        .client
        .request(Method::OPTIONS, format!("{}{path}", bench.url))
        .header("origin", origin)
        .header("access-control-request-method", method)
        .header(
            "access-control-request-headers",
            "authorization,content-type,if-match",
        );
    bench.send(request).await
}

/// The names in a header with commas.
fn names(answer: &Answer, header: &str) -> Vec<String> {
    let names = answer.header(header).split(',').map(str::trim);
    names.map(str::to_ascii_lowercase).collect()
}

#[tokio::test]
async fn browsers_of_listed_origins_may_call_and_others_may_not() -> Result<()> {
    let origins = format!("{CONSOLE},{OTHER}");
    let bench = Bench::start(&[("CORS_ORIGIN", &origins)]).await?;
    let mut headers_sent = std::collections::BTreeSet::new();
    for (path, method, operation) in routes(&bench).await? {
        let what = format!("{method} {path}");
        for origin in [CONSOLE, OTHER] {
            let allowed = preflight(&bench, &method, &filled(&path), origin).await?;
            assert_eq!(allowed.status, 200, "{what}");
            assert_eq!(
                allowed.header("access-control-allow-origin"),
                origin,
                "{what}"
            );
            assert!(
                names(&allowed, "access-control-allow-methods")
                    .contains(&method.to_ascii_lowercase()),
                "{what}"
            );
            assert_eq!(
                allowed.header("access-control-allow-credentials"),
                "",
                "keys are no cookies"
            );
            assert!(names(&allowed, "vary").contains(&"origin".to_owned()));
        }
        let refused = preflight(&bench, &method, &filled(&path), FOREIGN).await?;
        assert_eq!(
            refused.header("access-control-allow-origin"),
            "",
            "{what}: the browser keeps it"
        );
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let sent = parameters.filter(|parameter| parameter["in"] == "header");
        headers_sent
            .extend(sent.filter_map(|sent| Some(sent["name"].as_str()?.to_ascii_lowercase())));
    }
    let allowed = preflight(&bench, "PUT", "/v1/devices/A", CONSOLE).await?;
    let allowed = names(&allowed, "access-control-allow-headers");
    for name in headers_sent.iter().map(String::as_str).chain([
        "authorization",
        "content-type",
        "traceparent",
    ]) {
        assert!(allowed.contains(&name.to_owned()), "{name}: {allowed:?}");
    }
    for (origin, expected) in [(CONSOLE, CONSOLE), (FOREIGN, "")] {
        let request = bench
            .request("GET", "/v1/whoami", ADMIN)?
            .header("origin", origin);
        let answer = bench.send(request).await?;
        assert_eq!(answer.status, 200, "the key decides, not the origin");
        assert_eq!(answer.header("access-control-allow-origin"), expected);
        let exposed = names(&answer, "access-control-expose-headers");
        for name in [
            "etag",
            "link",
            "location",
            "retry-after",
            "ratelimit",
            "x-request-id",
            "x-trace-id",
        ] {
            assert!(exposed.contains(&name.to_owned()), "{name}: {exposed:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn pages_have_a_smallest_and_a_largest_size() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let mut tried = 0;
    for (path, method, operation) in routes(&bench).await? {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let mut limits = parameters.filter(|one| one["in"] == "query" && one["name"] == "limit");
        let Some(limit) = limits.next() else {
            continue;
        };
        tried += 1;
        let largest = limit["schema"]["maximum"]
            .as_u64()
            .with_context(|| format!("{method} {path} says how large a page may be"))?;
        let address = |limit: u64| format!("{}?limit={limit}", filled(&path));
        for wrong in [0, largest + 1] {
            let refused = ask(&bench, &method, &address(wrong)).await?;
            refused.assert_problem(400, "invalid_parameter");
            assert_eq!(refused.json()["errors"][0]["parameter"], "limit", "{path}");
        }
        let answer = ask(&bench, &method, &address(largest)).await?;
        assert_ne!(answer.status, 400, "{path}: {}", answer.text());
    }
    assert!(tried > 10, "{tried}");
    Ok(())
}

#[tokio::test]
async fn a_broken_database_shows_nothing_of_itself() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let routes = routes(&bench).await?;
    // Every statement fails from now on, for a reason that nobody foresaw.
    bench.postgres.sql(
        "DO $$ DECLARE item record; BEGIN \
         FOR item IN SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v') AND relnamespace = 'public'::regnamespace \
         LOOP EXECUTE format('ALTER TABLE %I RENAME TO %I', item.relname, 'away_' || left(item.relname, 50)); END LOOP; END $$",
    )?;
    let mut broken = 0;
    for (path, method, operation) in &routes {
        let what = format!("{method} {path}");
        if path.ends_with("stream") || path == "/v1/ws" {
            continue; // they ask the message stream, and stay open
        }
        let request = bench
            .request(method, &valid(path), ADMIN)?
            .header("if-match", "*");
        let request = match body(operation) {
            Some((content_type, body)) => request.header("content-type", content_type).body(body),
            None => request,
        };
        let answer = bench.send(request).await?;
        if answer.status < 500 {
            continue;
        }
        broken += 1;
        assert!(matches!(answer.status, 500 | 503), "{what}");
        let body = answer.json();
        assert_eq!(body["detail"], body["title"], "{what}: {}", answer.text());
        assert_eq!(body["request_id"], answer.header("x-request-id"), "{what}");
        let text = answer.text().to_lowercase();
        for word in [
            "relation", "column", "select ", "sqlx", "postgres", "panicked", ".rs",
        ] {
            assert!(!text.contains(word), "{what}: {text}");
        }
    }
    assert!(broken > 30, "only {broken} routes noticed");
    Ok(())
}

/// The path with names that could be those of something.
fn valid(path: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{id}" if path.contains("raw-records") || path.contains("messages") => "1-1",
        "{id}" if path.contains("operations") => "replay-1",
        "{id}" if path.contains("commands") => "01a1feba-9d33-730d-a027-a5c09f70eb3f",
        "{id}" | "{number}" => "1",
        "{serial}" => "A",
        "{class}" => "readings",
        part if part.starts_with('{') => "battery_charge",
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// A body that is read to its end, for operations that want one.
fn body(operation: &serde_json::Value) -> Option<(String, &'static str)> {
    let content = operation["requestBody"]["content"].as_object()?;
    let content_type = content.keys().next()?;
    let schema = content[content_type]["schema"]["$ref"].as_str();
    let body = match schema.and_then(|schema| schema.rsplit('/').next()) {
        Some("ApiKeyRequest") => r#"{"name":"x","role":"viewer"}"#,
        Some("CorrectionRequest") => {
            r#"{"device":"A","metric":"m","reason":"r","at":"2026-01-01T00:00:00Z","withdraw":true}"#
        }
        Some("UndoRequest") => r#"{"reason":"r"}"#,
        Some("DeviceRequest") => r#"{"serial":"A"}"#,
        Some("CommandRequest") => r#"{"name":"stop"}"#,
        Some("MetricRequest") => r#"{"name":"m"}"#,
        Some("ReplayRequest") => r#"{"from":"2026-01-01T00:00:00Z"}"#,
        Some("RetentionRequest") => r#"{"keep_days":1}"#,
        _ => "{}",
    };
    Some((content_type.clone(), body))
}

/// Entering a device takes until [`RELEASE`].
const HOLD: &str = "CREATE TABLE hold (); INSERT INTO hold DEFAULT VALUES; GRANT SELECT ON hold TO PUBLIC; \
    CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
    WHILE EXISTS (SELECT FROM hold) LOOP PERFORM pg_sleep(0.01); END LOOP; RETURN NEW; END $$; \
    CREATE TRIGGER held BEFORE INSERT ON device FOR EACH ROW EXECUTE FUNCTION held()";
const RELEASE: &str = "DELETE FROM hold";
/// How many connections of the service are not idle.
const BUSY: &str = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'platform-api' AND state <> 'idle'";

async fn wait_until(bench: &Bench, busy: &str) -> Result<()> {
    let what = format!("{busy} connections are at work");
    eventually(PATIENCE, &what, || async {
        let found = bench.postgres.sql(BUSY).ok()?;
        (found.trim() == busy).then_some(())
    })
    .await
}

fn create(bench: &Bench, serial: &str) -> Result<reqwest::RequestBuilder> {
    let request = bench.request("POST", "/v1/devices", ADMIN)?;
    Ok(request.json(&serde_json::json!({ "serial": serial })))
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_given_up_and_leaves_nothing_behind() -> Result<()> {
    let bench = Bench::start(&[
        ("SENS_API__REQUEST_TIMEOUT_SECONDS", "1"),
        ("SENS_DATABASE__MAX_CONNECTIONS", "1"),
    ])
    .await?;
    bench.postgres.sql(HOLD)?;
    let answer = bench.send(create(&bench, "A")?).await?;
    // Whichever clock is first: the one of the statement or the one of the request.
    let code = match answer.json()["code"].as_str() {
        Some("query_timeout") => "query_timeout",
        _ => "request_timeout",
    };
    answer.assert_problem(503, code);
    assert_eq!(answer.json()["retryable"], true);
    // The database gives the statement up by itself: nothing releases it.
    wait_until(&bench, "0").await?;
    assert_eq!(bench.get("/v1/devices/A").await?.status, 404);
    bench.postgres.sql(RELEASE)?;
    assert_eq!(bench.send(create(&bench, "A")?).await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn clients_that_leave_in_a_transaction_leave_the_connection_clean() -> Result<()> {
    let bench = Bench::start(&[("SENS_DATABASE__MAX_CONNECTIONS", "1")]).await?;
    // One leaves in the middle of its transaction.
    bench.postgres.sql(HOLD)?;
    let waiting = tokio::spawn(create(&bench, "waiting")?.send());
    wait_until(&bench, "1").await?;
    waiting.abort();
    bench.postgres.sql(RELEASE)?;
    wait_until(&bench, "0").await?;
    // Others leave at any moment.
    for round in 0..60_u64 {
        let left = create(&bench, &format!("left-{round}"))?.send();
        drop(tokio::time::timeout(Duration::from_micros(round * 100), left).await);
    }
    wait_until(&bench, "0").await?;
    // The only connection is in no transaction: what it does now, others see.
    assert_eq!(bench.send(create(&bench, "stays")?).await?.status, 201);
    let count = |what: &str| bench.postgres.sql(&format!("SELECT count(*) FROM {what}"));
    assert_eq!(count("device WHERE serial = 'stays'")?.trim(), "1");
    assert_eq!(
        count("audit_event WHERE action = 'create' AND object_kind = 'device'")?,
        count("device")?,
        "each was entered with its line in the audit log, or not at all"
    );
    Ok(())
}

/// A warning for each use of a connection would fill the log of a server that is asked a thousand times a second.
#[tokio::test]
async fn connections_come_back_without_a_word_in_the_log_of_the_server() -> Result<()> {
    let mut bench = Bench::start(&[("SENS_DATABASE__MAX_CONNECTIONS", "1")]).await?;
    // The only connection is clean again before it answers the next one.
    for _ in 0..5 {
        assert_eq!(bench.get("/v1/devices").await?.status, 200);
    }
    // Only a server of ours has a log that can be read.
    if let Ok(server) = bench.postgres.process() {
        let log = server.logs();
        assert!(!log.contains("transaction in progress"), "{log}");
    }
    Ok(())
}
