//! What is kept in memory: the same on every replica, looked up once.

use anyhow::{Context as _, Result};
use sens_testkit::{Service, assert_eventually};
use serde_json::{Value as Json, json};

use crate::devices::{make, send};
use crate::stream::Reader;
use crate::support::{ADMIN, Answer, Bench, PATIENCE, spawn};

/// For longer than any test takes: what is seen earlier was told.
const FOR_EVER: (&str, &str) = ("SENS_API__CACHE_SECONDS", "86400");

/// Another replica of the service under test.
struct Replica<'a> {
    bench: &'a Bench,
    service: Service,
    url: String,
}

impl<'a> Replica<'a> {
    async fn start(bench: &'a Bench) -> Result<Self> {
        let (service, url) = spawn(&bench.postgres, &bench.nats, &[FOR_EVER]).await?;
        let replica = Self {
            bench,
            service,
            url,
        };
        // Before, nothing is kept for longer than five seconds.
        assert_eventually!(
            PATIENCE,
            replica.service.metric("sens_cache_following", "").await? > 0.5,
            "the replica is told of changes"
        );
        Ok(replica)
    }

    fn request(&self, path: &str, key: &str) -> reqwest::RequestBuilder {
        let address = format!("{}{path}", self.url);
        self.bench.client.get(address).bearer_auth(key)
    }

    async fn get(&self, path: &str) -> Result<Answer> {
        self.bench.send(self.request(path, ADMIN)).await
    }

    async fn lookups(&self, cache: &str, outcome: &str) -> Result<f64> {
        let labels = format!("cache=\"{cache}\",outcome=\"{outcome}\"");
        self.service
            .metric("sens_cache_lookups_total", &labels)
            .await
    }

    /// The newest value of V, and whether it came without a look into the database.
    async fn latest(&self) -> Result<(Json, bool)> {
        let before = self.lookups("latest", "hit").await?;
        let answer = self.get("/v1/devices/V/latest").await?.json();
        let value = answer["items"][0]["value"].clone();
        let kept = self.lookups("latest", "hit").await? > before;
        Ok((value, kept))
    }
}

async fn say(bench: &Bench, value: f64) -> Result<()> {
    let payload = json!({"v": 1, "readings": [{"metric": "x", "value": value}]}).to_string();
    bench
        .commit(&[("sens/v1/V/telemetry", payload.as_str())])
        .await?;
    Ok(())
}

#[tokio::test]
async fn what_one_replica_changes_the_other_sees_at_once() -> Result<()> {
    let bench = Box::pin(Bench::start(&[FOR_EVER])).await?;
    let other = Replica::start(&bench).await?;
    make(&bench, json!({"serial": "V", "labels": {"site": "vie"}})).await?;
    say(&bench, 1.5).await?;

    let limited = json!({"name": "v", "role": "viewer", "labels": "site=vie"});
    let made = send(&bench, "POST", "/v1/api-keys", "-", limited)
        .await?
        .json();
    let key = made["key"].as_str().context("no key")?;
    let asks = async |path: &str| anyhow::Ok(bench.send(other.request(path, key)).await?.status);
    for _ in 0..2 {
        assert_eq!(asks("/v1/devices/V").await?, 200);
    }
    assert!(
        other.lookups("api_key", "hit").await? >= 1.0,
        "the key is kept"
    );

    newest_values(&bench, &other).await?;
    assert_eq!(asks("/v1/devices/V/latest").await?, 200);
    let graz = json!({"labels": {"site": "graz"}});
    let moved = send(&bench, "PATCH", "/v1/devices/V", "*", graz).await?;
    assert_eq!(moved.status, 200, "{}", moved.text());
    assert_eventually!(
        PATIENCE,
        asks("/v1/devices/V/latest").await? == 404,
        "the device is another one's"
    );
    the_catalogue(&bench, &other).await?;

    let path = format!("/v1/api-keys/{}", made["id"].as_str().unwrap_or_default());
    let revoked = send(&bench, "DELETE", &path, "-", Json::Null).await?;
    assert_eq!(revoked.status, 204);
    let here = bench.send(bench.request("GET", "/v1/whoami", key)?).await?;
    here.assert_problem(401, "unauthenticated");
    assert_eventually!(
        PATIENCE,
        asks("/v1/devices").await? == 401,
        "the key is dead"
    );
    Ok(())
}

/// They are kept while somebody listens to batches anyway.
async fn newest_values(bench: &Bench, other: &Replica<'_>) -> Result<()> {
    let mut listening = Reader::of(other.request("/v1/stream", ADMIN), None).await?;
    assert_eq!(other.latest().await?.0, 1.5);
    assert_eq!(other.latest().await?, (json!(1.5), true), "it is kept");
    for value in [2.5, 3.5] {
        say(bench, value).await?;
        // Who has heard of it finds it.
        assert_eq!(listening.values(1).await?, [value]);
        assert_eq!(other.latest().await?.0, value);
    }
    // A change that nobody made through the API.
    bench
        .postgres
        .sql("DELETE FROM latest_value; UPDATE device SET labels = labels")?;
    assert_eventually!(
        PATIENCE,
        other.get("/v1/devices/V/latest").await?.json()["items"] == json!([]),
        "what was taken out is gone"
    );
    say(bench, 4.5).await?;
    assert_eq!(listening.values(1).await?, [4.5]);
    assert_eq!(other.latest().await?.0, 4.5);
    Ok(())
}

async fn the_catalogue(bench: &Bench, other: &Replica<'_>) -> Result<()> {
    let names = |page: &Json| page["items"].to_string().contains("\"speed\"");
    for _ in 0..2 {
        assert!(!names(&other.get("/v1/metrics").await?.json()));
    }
    assert!(other.lookups("metric", "hit").await? >= 1.0, "it is kept");
    let body = json!({"name": "speed", "kind": "number", "unit": "m/s"});
    let made = send(bench, "POST", "/v1/metrics", "-", body).await?;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eventually!(
        PATIENCE,
        names(&other.get("/v1/metrics").await?.json()),
        "the new metric is there"
    );
    Ok(())
}

#[tokio::test]
async fn a_hundred_requests_look_a_key_up_once() -> Result<()> {
    let mut bench = Box::pin(Bench::start(&[FOR_EVER])).await?;
    assert_eventually!(
        PATIENCE,
        bench.api.metric("sens_cache_following", "").await? > 0.5,
        "changes are told"
    );
    let (_, key) = bench.key("viewer").await?;
    bench
        .postgres
        .sql("ALTER SYSTEM SET log_statement = 'all'")?;
    bench.postgres.sql("SELECT pg_reload_conf()")?;
    let lookups = |logs: &str| {
        let statements = logs.lines().filter(|line| line.contains("LOG:  execute"));
        statements
            .filter(|line| line.contains("FROM api_key WHERE id = $1 AND revoked_at IS NULL"))
            .count()
    };
    // Other keys, until their lookups are known to be in the log.
    assert_eventually!(
        PATIENCE,
        {
            let (_, other) = bench.key("viewer").await?;
            let asked = bench.request("GET", "/v1/whoami", &other)?;
            bench.send(asked).await?;
            lookups(&bench.postgres.process()?.logs()) > 0
        },
        "statements are logged"
    );
    let before = lookups(&bench.postgres.process()?.logs());
    let asking = (0..100).map(|_| async {
        let answer = bench
            .send(bench.request("GET", "/v1/whoami", &key)?)
            .await?;
        anyhow::Ok(answer.status)
    });
    for status in futures_util::future::join_all(asking).await {
        assert_eq!(status?, 200);
    }
    assert_eq!(lookups(&bench.postgres.process()?.logs()), before + 1);
    Ok(())
}

#[tokio::test]
async fn without_nats_changes_are_seen_here_at_once() -> Result<()> {
    let mut bench = Box::pin(Bench::start(&[FOR_EVER])).await?;
    let (id, key) = bench.key("viewer").await?;
    let who = |bench: &Bench| bench.request("GET", "/v1/whoami", &key);
    assert_eq!(bench.send(who(&bench)?).await?.status, 200);
    bench.nats.stop().await?;
    assert_eq!(bench.send(who(&bench)?).await?.status, 200);
    let path = format!("/v1/api-keys/{id}");
    let revoked = send(&bench, "DELETE", &path, "-", Json::Null).await?;
    assert_eq!(revoked.status, 204);
    bench
        .send(who(&bench)?)
        .await?
        .assert_problem(401, "unauthenticated");
    bench.nats.restart().await?;
    assert_eventually!(
        PATIENCE,
        bench
            .postgres
            .sql("SELECT count(*) FROM change_outbox")?
            .trim()
            == "0",
        "what waited was told"
    );
    Ok(())
}
