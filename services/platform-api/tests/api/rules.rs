//! Rules that hold for every route of the document, whatever it does.

use anyhow::Result;
use serde_json::Value;

use crate::support::{ADMIN, Answer, Bench};

pub(crate) const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
pub(crate) const TRACE_ID: &str = "0af7651916cd43dd8448eb211c80319c";
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// The documented routes below /v1: path, method in upper case, description.
pub(crate) async fn routes(bench: &Bench) -> Result<Vec<(String, String, Value)>> {
    let document = bench.json("/openapi.json").await?;
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            if path.starts_with("/v1") {
                routes.push((path.clone(), method.to_uppercase(), operation.clone()));
            }
        }
    }
    assert!(routes.len() > 40, "only {} routes", routes.len());
    Ok(routes)
}

/// The path with something in the place of its parameters.
pub(crate) fn filled(path: &str) -> String {
    let parts = path
        .split('/')
        .map(|part| if part.starts_with('{') { "x" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

pub(crate) fn assert_common(answer: &Answer, what: &str) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("x-trace-id", TRACE_ID),
        ("x-request-id", "rule-1"),
    ] {
        assert_eq!(answer.header(name), value, "{what}: {name}");
    }
    assert!(
        answer
            .header("content-security-policy")
            .contains("default-src 'none'"),
        "{what}"
    );
}

pub(crate) async fn ask(bench: &Bench, method: &str, path: &str) -> Result<Answer> {
    bench
        .send(
            bench
                .request(method, path, ADMIN)?
                .header("traceparent", TRACEPARENT)
                .header("x-request-id", "rule-1"),
        )
        .await
}

#[tokio::test]
async fn a_method_that_a_path_has_not_is_answered_with_those_it_has() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let routes = routes(&bench).await?;
    for (path, _, _) in &routes {
        let has: Vec<&str> = routes
            .iter()
            .filter(|(other, _, _)| other == path)
            .map(|(_, method, _)| method.as_str())
            .collect();
        for method in METHODS.iter().filter(|method| !has.contains(method)) {
            let what = format!("{method} {path}");
            let answer = ask(&bench, method, &filled(path)).await?;
            answer.assert_problem(405, "method_not_allowed");
            assert_eq!(answer.json()["trace_id"], TRACE_ID, "{what}");
            assert_common(&answer, &what);
            for method in &has {
                assert!(answer.header("allow").contains(method), "{what}");
            }
        }
    }
    let nothing = ask(&bench, "GET", "/v1/nothing").await?;
    nothing.assert_problem(404, "not_found");
    assert_common(&nothing, "nothing");
    Ok(())
}

#[tokio::test]
async fn bodies_are_of_the_right_kind_and_size() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let mut tried = 0;
    for (path, method, operation) in routes(&bench).await? {
        let takes = &operation["requestBody"]["content"];
        let kinds = takes.as_object().map_or(0, serde_json::Map::len);
        if takes.get("application/json").is_none() || kinds > 1 {
            continue;
        }
        tried += 1;
        let what = format!("{method} {path}");
        let send = async |content_type: &str, body: String| {
            let request = bench.request(&method, &filled(&path), ADMIN)?;
            bench
                .send(
                    request
                        .header("if-match", "*")
                        .header("content-type", content_type)
                        .body(body),
                )
                .await
        };
        let plain = send("text/plain", "{}".to_owned()).await?;
        assert_eq!(plain.status, 415, "{what}: {}", plain.text());
        let broken = send("application/json", "{".to_owned()).await?;
        assert_eq!(broken.status, 400, "{what}: {}", broken.text());
        let foreign = send("application/json", r#"{"no such member":1}"#.to_owned()).await?;
        assert!((400..500).contains(&foreign.status), "{what}");
        assert!(
            foreign.json()["errors"][0]["pointer"].is_string(),
            "{what}: {}",
            foreign.text()
        );
        let large = send("application/json", " ".repeat(9 * 1024 * 1024)).await?;
        assert_eq!(large.status, 413, "{what}: {}", large.text());
    }
    assert!(tried > 4, "{tried}");
    Ok(())
}

#[tokio::test]
async fn parameters_that_are_not_known_are_refused() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    for (path, method, operation) in routes(&bench).await? {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let takes_queries = parameters.clone().any(|one| one["in"] == "query");
        if method != "GET" || !takes_queries {
            continue;
        }
        let address = format!("{}?no-such-parameter=1", filled(&path));
        let answer = ask(&bench, "GET", &address).await?;
        answer.assert_problem(400, "invalid_parameter");
        assert_eq!(
            answer.json()["errors"][0]["parameter"],
            "no-such-parameter",
            "{path}"
        );
    }
    let long = format!("/v1/devices?q={}", "x".repeat(9000));
    ask(&bench, "GET", &long)
        .await?
        .assert_problem(414, "uri_too_long");
    Ok(())
}

#[tokio::test]
async fn every_problem_has_its_page() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let list = bench.get("/docs/errors").await?.text();
    let pages: Vec<&str> = list
        .split("/docs/errors/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(pages.len() > 30, "{pages:?}");
    for page in pages {
        let answer = bench.get(&format!("/docs/errors/{page}")).await?;
        assert_eq!(answer.status, 200, "{page}");
    }
    Ok(())
}

#[tokio::test]
async fn a_key_has_its_rate() -> Result<()> {
    let bench = Bench::start(&[
        ("SENS_API__RATE_LIMIT", "1"),
        ("SENS_API__RATE_BURST", "40"),
    ])
    .await?;
    let (_, key) = bench.key("viewer").await?;
    let mut refused = None;
    for _ in 0..60 {
        let answer = bench
            .send(bench.request("GET", "/v1/whoami", &key)?)
            .await?;
        assert_eq!(answer.header("ratelimit-policy"), "\"key\";q=40;w=40");
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
        assert!(answer.header("ratelimit").starts_with("\"key\";r="));
    }
    let refused = refused.ok_or_else(|| anyhow::anyhow!("no limit in 60 requests"))?;
    refused.assert_problem(429, "rate_limited");
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(refused.json()["retryable"], true);
    let other = bench.get("/v1/whoami").await?;
    assert_eq!(other.status, 200, "another key has its own");
    Ok(())
}
