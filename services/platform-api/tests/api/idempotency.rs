//! A request with an idempotency key has one answer, whichever replica is asked, and whichever of them dies.

use anyhow::Result;
use sens_testkit::{Service, assert_eventually, free_port};
use serde_json::json;

use crate::support::{ADMIN, Answer, Bench, PATIENCE, flat};

/// A second replica on the same servers, and its address.
async fn replica(bench: &Bench) -> Result<(Service, String)> {
    let (listen, ops) = (
        format!("127.0.0.1:{}", free_port()?),
        format!("127.0.0.1:{}", free_port()?),
    );
    let database = bench.postgres.url_as("api_login", "api-password")?;
    let nats = bench.nats.url();
    let mut service = Service::spawn(
        "platform-api",
        &[],
        &[
            ("DATABASE_URL", database.as_str()),
            ("SENS_NATS__URL", nats.as_str()),
            ("SENS_API__LISTEN", listen.as_str()),
            ("SENS_OPS__LISTEN", ops.as_str()),
            ("SENS_API__BOOTSTRAP_KEY", ADMIN),
        ],
    )?;
    service.wait_ready(PATIENCE).await?;
    let url = format!("http://{listen}");
    // It connects to NATS in the background.
    assert_eventually!(
        PATIENCE,
        {
            let account = bench.client.get(format!("{url}/v1/accounting"));
            bench.send(account.bearer_auth(ADMIN)).await?.status == 200
        },
        "the second replica reaches NATS"
    );
    Ok((service, url))
}

struct Post<'a> {
    base: &'a str,
    key: &'a str,
    kind: &'a str,
    body: &'a str,
}

async fn post(bench: &Bench, post: Post<'_>) -> Result<Answer> {
    let request = bench
        .client
        .post(format!("{}/v1/ingest", post.base))
        .bearer_auth(ADMIN)
        .header("content-type", post.kind)
        .header("idempotency-key", post.key)
        .body(post.body.to_owned());
    bench.send(request).await
}

async fn messages(bench: &Bench) -> Result<u64> {
    Ok(bench.messaging.raw_status().await?.last_sequence)
}

#[tokio::test]
async fn the_same_request_has_the_same_answer_at_every_replica() -> Result<()> {
    let mut bench = Box::pin(Bench::start(&[])).await?;
    bench.epoch().await?;
    let (_other, second) = replica(&bench).await?;
    let first = bench.url.clone();
    let event = flat(7, "battery_charge", 50.0, 0);
    let many = format!("[{}]", vec![event.as_str(); 40].join(","));
    let lines = format!("{event}\nnonsense\n{event}\n");
    let (json, ndjson) = ("application/json", "application/x-ndjson");
    let mut held = 0;
    for (key, kind, body, status, count) in [
        ("one", json, event.as_str(), 202, 1),
        ("many", json, many.as_str(), 202, 40),
        ("lines", ndjson, lines.as_str(), 202, 3),
        ("broken", json, "{", 400, 1),
    ] {
        let ask = |base| Post {
            base,
            key,
            kind,
            body,
        };
        let answer = post(&bench, ask(&first)).await?;
        assert_eq!(answer.status, status, "{key}: {}", answer.text());
        assert_eq!(answer.header("idempotent-replayed"), "");
        held += count;
        assert_eq!(messages(&bench).await?, held);
        for base in [&second, &first] {
            let again = post(&bench, ask(base)).await?;
            assert_eq!(again.status, status, "{key}: {}", again.text());
            assert_eq!(again.header("idempotent-replayed"), "true");
            for member in ["accepted", "items", "code", "detail", "raw_record_id"] {
                assert_eq!(
                    again.json()[member],
                    answer.json()[member],
                    "{key}: {member}"
                );
            }
        }
        assert_eq!(messages(&bench).await?, held, "{key} adds nothing");
        let other = post(
            &bench,
            Post {
                base: &second,
                key,
                kind,
                body: "{}",
            },
        )
        .await?;
        other.assert_problem(422, "idempotency_key_reused");
    }
    // It outlives every replica.
    bench.api.restart().await?;
    bench.api.wait_ready(PATIENCE).await?;
    let again = || Post {
        base: &first,
        key: "one",
        kind: json,
        body: &event,
    };
    assert_eventually!(
        PATIENCE,
        post(&bench, again()).await?.header("idempotent-replayed") == "true",
        "the answer of before the restart"
    );
    let key = "x".repeat(256);
    let long = post(
        &bench,
        Post {
            base: &second,
            key: &key,
            kind: json,
            body: "{}",
        },
    )
    .await?;
    long.assert_problem(400, "bad_request");
    assert_eq!(messages(&bench).await?, held);
    Ok(())
}

#[tokio::test]
async fn a_request_whose_replica_died_is_finished_by_another_one() -> Result<()> {
    let mut bench = Box::pin(Bench::start(&[])).await?;
    let epoch = bench.epoch().await?;
    let (_other, second) = replica(&bench).await?;
    let event = flat(7, "battery_charge", 50.0, 0);
    let many = format!("[{}]", vec![event.as_str(); 40].join(","));
    // No worker runs: the first replica waits for outcomes that never come, and dies meanwhile.
    let waiting = bench
        .client
        .post(format!("{}/v1/ingest", bench.url))
        .bearer_auth(ADMIN)
        .header("content-type", "application/json")
        .header("idempotency-key", "k")
        .header("prefer", "wait=20")
        .body(many.clone());
    let waiting = tokio::spawn(waiting.send());
    assert_eventually!(PATIENCE, messages(&bench).await? == 40, "all are published");
    bench.api.kill9().await?;
    assert!(waiting.await?.is_err());

    let ask = || Post {
        base: &second,
        key: "k",
        kind: "application/json",
        body: &many,
    };
    let answer = post(&bench, ask()).await?;
    assert_eq!(answer.status, 202, "{}", answer.text());
    let items = answer.json()["items"].clone();
    for (index, item) in items.as_array().into_iter().flatten().enumerate() {
        let id = format!("{epoch}-{}", index + 1);
        assert_eq!(item, &json!({ "status": "accepted", "raw_record_id": id }));
    }
    assert_eq!(messages(&bench).await?, 40, "nothing was published again");
    assert_eq!(post(&bench, ask()).await?.json()["items"], items);
    Ok(())
}
