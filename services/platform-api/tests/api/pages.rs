//! Routes without a key, errors of the framework, and the console.

use anyhow::Result;

use crate::support::{ADMIN, Bench};

#[tokio::test]
async fn pages_without_a_key() -> Result<()> {
    let bench = Bench::start(&[("BUILD_SHA", "abc1234")]).await?;
    for path in [
        "/health",
        "/health/live",
        "/health/ready",
        "/version",
        "/openapi.json",
        "/docs",
        "/docs/rapidoc.js",
        "/docs/errors",
    ] {
        let answer = bench
            .send(bench.client.get(format!("{}{path}", bench.url)))
            .await?;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    }
    assert_eq!(bench.json("/version").await?["build_sha"], "abc1234");
    assert_eq!(
        bench.json("/health").await?["components"][0]["name"],
        "database"
    );
    let docs = bench.get("/docs").await?;
    assert!(
        docs.header("content-security-policy")
            .contains("script-src 'self'")
    );
    assert!(
        !docs.text().contains("http://") && !docs.text().contains("https://"),
        "nothing from elsewhere"
    );
    let page = bench
        .request("GET", "/docs/errors/stream_full", ADMIN)?
        .header("accept", "text/html");
    assert!(
        bench
            .send(page)
            .await?
            .text()
            .contains("<h1>The message stream is full</h1>")
    );
    let json = bench
        .request("GET", "/docs/errors/stream_full", ADMIN)?
        .header("accept", "application/json");
    assert_eq!(bench.send(json).await?.json()["retryable"], true);
    Ok(())
}

#[tokio::test]
async fn framework_errors_are_problems() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    bench
        .get("/v1/nothing")
        .await?
        .assert_problem(404, "not_found");
    bench
        .get("/nothing")
        .await?
        .assert_problem(404, "not_found");
    bench
        .get("/docs/errors/nothing")
        .await?
        .assert_problem(404, "not_found");
    let wrong = bench
        .send(bench.request("PUT", "/v1/devices", ADMIN)?)
        .await?;
    wrong.assert_problem(405, "method_not_allowed");
    assert_eq!(wrong.header("allow"), "GET,HEAD,POST");
    bench
        .get("/v1/devices/%FF")
        .await?
        .assert_problem(400, "bad_request");
    let named = bench
        .request("GET", "/v1/nothing", ADMIN)?
        .header("x-request-id", "my-request.1");
    assert_eq!(
        bench.send(named).await?.json()["request_id"],
        "my-request.1"
    );
    let cors = bench.client.request(
        reqwest::Method::OPTIONS,
        format!("{}/v1/devices", bench.url),
    );
    let cors = cors
        .header("origin", "http://example.org")
        .header("access-control-request-method", "GET");
    assert_eq!(
        bench
            .send(cors)
            .await?
            .header("access-control-allow-origin"),
        "*"
    );
    let metrics = bench.api.metrics().await?;
    assert!(metrics.contains("http_server_request_duration_seconds_count{method=\"PUT\",route=\"/v1/devices\",status=\"405\"} 1"));
    Ok(())
}

#[tokio::test]
async fn the_console_is_served_around_the_api() -> Result<()> {
    let folder = sens_testkit::DataDir::temporary("console")?;
    std::fs::create_dir(folder.path().join("assets"))?;
    std::fs::write(
        folder.path().join("index.html"),
        "<!doctype html><title>console</title>",
    )?;
    std::fs::write(folder.path().join("assets/app-1a2b.js"), "plain")?;
    std::fs::write(folder.path().join("assets/app-1a2b.js.gz"), "compressed")?;
    let bench = Bench::start(&[("STATIC_DIR", &folder.path().display().to_string())]).await?;
    let get = async |path: &str| {
        bench
            .send(bench.client.get(format!("{}{path}", bench.url)))
            .await
    };
    for path in ["/", "/index.html", "/devices/AI-9.F3", "/live"] {
        let page = get(path).await?;
        assert_eq!(
            (page.status, page.text().contains("console")),
            (200, true),
            "{path}"
        );
        assert_eq!(page.header("cache-control"), "no-cache", "{path}");
        let policy = page.header("content-security-policy");
        assert!(policy.contains("style-src 'self';") && !policy.contains("unsafe"));
        let again = bench
            .client
            .get(format!("{}{path}", bench.url))
            .header("if-none-match", page.header("etag"));
        assert_eq!(bench.send(again).await?.status, 304, "{path}");
    }
    let asset = get("/assets/app-1a2b.js").await?;
    assert_eq!(
        (asset.text().as_str(), asset.header("cache-control")),
        ("plain", "public, max-age=31536000, immutable")
    );
    let compressed = bench
        .client
        .get(format!("{}/assets/app-1a2b.js", bench.url))
        .header("accept-encoding", "gzip");
    let compressed = bench.send(compressed).await?;
    assert_eq!(
        (
            compressed.text().as_str(),
            compressed.header("content-encoding")
        ),
        ("compressed", "gzip")
    );
    get("/assets/gone.js")
        .await?
        .assert_problem(404, "not_found");
    get("/v1/nothing").await?.assert_problem(404, "not_found");
    get("/v1").await?.assert_problem(404, "not_found");
    // The plain client of the testkit sends a path as it stands.
    let address = bench.url.trim_start_matches("http://");
    let escape =
        sens_testkit::http::get(address, "/assets/../../../../../etc/passwd", None).await?;
    assert_eq!(escape.status, 404);
    let post = bench
        .send(bench.client.post(format!("{}/live", bench.url)))
        .await?;
    post.assert_problem(405, "method_not_allowed");
    assert_eq!(get("/health/live").await?.status, 200);
    Ok(())
}
