//! Telemetry by HTTP.

use std::io::Write as _;

use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;
use sens_schema::event::{BatchCounts, BatchEvent, MessageOutcome, Outcome, OutcomeError};
use sens_testkit::assert_eventually;
use serde_json::{Value, json};

use crate::support::{ADMIN, Bench, PATIENCE, flat};

const JSON: &str = "application/json";

fn statuses(body: &Value) -> Vec<String> {
    let items = body["items"].as_array().cloned().unwrap_or_default();
    items
        .iter()
        .map(|item| item["status"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test]
async fn every_form_of_body_is_held_by_jetstream() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let epoch = bench.epoch().await?;
    let event = flat(7, "battery_charge", 50.0, 0);
    let one = bench.ingest(JSON, event.clone()).await?;
    assert_eq!(
        (one.status, &one.json()["accepted"]),
        (202, &json!(1)),
        "{}",
        one.text()
    );
    assert_eq!(
        one.json()["items"],
        json!([{ "status": "accepted", "raw_record_id": format!("{epoch}-1") }])
    );

    let array = format!("[{event}, {event},\n 5]");
    assert_eq!(bench.ingest(JSON, array).await?.json()["accepted"], 3);
    let many = format!("[{}]", vec![event.as_str(); 2500].join(","));
    let answer = bench.ingest(JSON, many).await?;
    assert_eq!(answer.json()["accepted"], 2500);
    assert_eq!(
        answer.json()["items"][2499]["raw_record_id"],
        format!("{epoch}-2504")
    );
    assert_eq!(
        bench.ingest(JSON, "[]").await?.json(),
        json!({ "accepted": 0, "items": [] })
    );

    let lines = bench
        .ingest(
            "application/x-ndjson; charset=utf-8",
            format!("{event}\n\nnonsense\n{event}\n"),
        )
        .await?;
    assert_eq!(
        (lines.status, statuses(&lines.json())),
        (
            202,
            vec!["accepted".into(), "invalid".into(), "accepted".into()]
        )
    );
    let pack = r#"[{"bn":"A:","n":"t","v":1},{"n":"u","v":2}]"#;
    assert_eq!(
        bench.ingest("application/senml+json", pack).await?.json()["accepted"],
        1
    );

    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(event.as_bytes())?;
    let request = bench
        .request("POST", "/v1/ingest", ADMIN)?
        .header("content-type", JSON)
        .header("content-encoding", "gzip");
    assert_eq!(
        bench.send(request.body(encoder.finish()?)).await?.status,
        202
    );
    assert_eq!(bench.messaging.raw_status().await?.messages, 2509);
    Ok(())
}

#[tokio::test]
async fn what_is_no_json_is_kept_and_refused() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let epoch = bench.epoch().await?;
    for (sequence, body) in [&b"{\"device_id\":"[..], b"\0\xff", b""]
        .into_iter()
        .enumerate()
    {
        let answer = bench.ingest("application/octet-stream", body).await?;
        answer.assert_problem(400, "invalid_json");
        assert_eq!(
            answer.json()["raw_record_id"],
            format!("{epoch}-{}", sequence + 1)
        );
    }
    assert_eq!(bench.messaging.raw_status().await?.messages, 3);
    Ok(())
}

#[tokio::test]
async fn bodies_that_are_refused_are_not_kept() -> Result<()> {
    let bench = Bench::start(&[("SENS_API__MAX_BODY_BYTES", "1024")]).await?;
    bench
        .ingest("application/x-www-form-urlencoded", "a=1")
        .await?
        .assert_problem(415, "unsupported_media_type");
    bench
        .ingest(JSON, "x".repeat(1025))
        .await?
        .assert_problem(413, "payload_too_large");
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![b' '; 100_000])?;
    let bomb = bench
        .request("POST", "/v1/ingest", ADMIN)?
        .header("content-type", JSON)
        .header("content-encoding", "gzip");
    bench
        .send(bomb.body(encoder.finish()?))
        .await?
        .assert_problem(413, "payload_too_large");
    let brotli = bench
        .request("POST", "/v1/ingest", ADMIN)?
        .header("content-type", JSON)
        .header("content-encoding", "br");
    bench
        .send(brotli.body("x"))
        .await?
        .assert_problem(415, "unsupported_media_type");
    assert_eq!(bench.messaging.raw_status().await?.messages, 0);
    Ok(())
}

#[tokio::test]
async fn callers_may_wait_for_the_outcome() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let epoch = bench.epoch().await?;
    let body = format!(
        "[{},{}]",
        flat(7, "battery_charge", 50.0, 0),
        flat(7, "battery_charge", 500.0, 0)
    );
    let post = bench
        .request("POST", "/v1/ingest", ADMIN)?
        .header("content-type", JSON)
        .header("prefer", "wait=20");
    let posting = tokio::spawn(post.body(body).send());
    assert_eventually!(
        PATIENCE,
        bench.messaging.raw_status().await?.messages == 2,
        "the items are in the stream"
    );
    let outcome = |seq, outcome, errors| MessageOutcome {
        seq,
        outcome,
        processed: 0,
        duplicate: 0,
        errors,
    };
    let error = OutcomeError {
        reason: "out_of_range".into(),
        detail: "500 is above 100".into(),
        pointer: "/value".into(),
    };
    let outcomes = vec![
        outcome(1, Outcome::Processed, vec![]),
        outcome(2, Outcome::Invalid, vec![error]),
    ];
    let event = BatchEvent {
        epoch,
        committed_at: 0,
        readings: vec![],
        outcomes,
        counts: BatchCounts::default(),
    };
    bench.messaging.publish_event(&event).await?;
    let response = posting.await??;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["preference-applied"], "wait=20");
    let items = response.json::<Value>().await?["items"].clone();
    assert_eq!(
        items[0],
        json!({ "status": "processed", "raw_record_id": format!("{epoch}-1") })
    );
    let failed = json!({
        "status": "invalid", "raw_record_id": format!("{epoch}-2"),
        "reason": "out_of_range", "detail": "500 is above 100", "pointer": "/value"
    });
    assert_eq!(items[1], failed);

    let patient = bench
        .request("POST", "/v1/ingest", ADMIN)?
        .header("content-type", JSON)
        .header("prefer", "wait=1");
    let answer = bench.send(patient.body("{}")).await?;
    assert_eq!(
        (answer.status, statuses(&answer.json())),
        (200, vec!["accepted".to_owned()])
    );
    Ok(())
}
