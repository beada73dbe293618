//! Messages the database refused: seen, requeued and given up by REST, with a trace of each decision.

use anyhow::Result;
use sens_messaging::{Bytes, DeadLetter, DeadLetterCause};
use sens_schema::Position;
use sens_schema::envelope::{Envelope, Source};
use serde_json::json;

use crate::support::{ADMIN, Bench};

const PAYLOAD: &[u8] = b"{\"device_id\":7}";

fn letter(epoch: i32, seq: u64, payload: &'static [u8]) -> DeadLetter {
    DeadLetter {
        origin: Position { epoch, seq },
        envelope: Envelope {
            topic: "sens/legacy/telemetry".to_owned(),
            source: Source::Mqtt,
            received_at: 1_790_000_000_000_000,
            content_type: None,
            traceparent: None,
            truncated: None,
            wait: false,
        },
        payload: Bytes::from_static(payload),
        cause: DeadLetterCause {
            code: "22003".to_owned(),
            text: "value out of range".to_owned(),
            attempts: 3,
        },
    }
}

#[tokio::test]
async fn letters_are_listed_requeued_and_dropped() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let epoch = bench.epoch().await?;
    let none = bench.json("/v1/dead-letters").await?;
    assert_eq!(none, json!({ "items": [], "next_cursor": null }));
    for (seq, payload) in [(11, PAYLOAD), (12, b"\xff\x00"), (13, PAYLOAD)] {
        bench.messaging.bury(&letter(epoch, seq, payload)).await?;
    }

    let page = bench.json("/v1/dead-letters?limit=2").await?;
    let first = json!({
        "number": 1, "message_id": format!("{epoch}-11"), "topic": "sens/legacy/telemetry", "source": "mqtt",
        "received_at": "2026-09-21T14:13:20.000000Z", "payload_length": PAYLOAD.len(),
        "cause": { "code": "22003", "text": "value out of range", "attempts": 3 }
    });
    assert_eq!(page["items"][0], first);
    assert_eq!(page["items"].as_array().map(Vec::len), Some(2));
    let cursor = page["next_cursor"].as_str().unwrap_or_default();
    let rest = bench
        .json(&format!("/v1/dead-letters?limit=2&cursor={cursor}"))
        .await?;
    assert_eq!(
        (&rest["items"][0]["number"], &rest["next_cursor"]),
        (&json!(3), &json!(null))
    );
    let binary = bench.json("/v1/dead-letters/2").await?;
    assert_eq!(
        (&binary["payload_text"], &binary["payload_base64"]),
        (&json!(null), &json!("/wA="))
    );

    let key = bench.key("operator").await?.1;
    let requeued = bench
        .send(bench.request("POST", "/v1/dead-letters/1/requeue", &key)?)
        .await?;
    assert_eq!(requeued.status, 200, "{}", requeued.text());
    let expected = json!({ "number": 1, "message_id": format!("{epoch}-11"), "new_message_id": format!("{epoch}-1") });
    assert_eq!(requeued.json(), expected);
    assert_eq!(bench.messaging.raw_status().await?.messages, 1);
    bench
        .get("/v1/dead-letters/1")
        .await?
        .assert_problem(404, "dead_letter_not_found");
    let dropped = bench
        .send(bench.request("DELETE", "/v1/dead-letters/3", &key)?)
        .await?;
    assert_eq!((dropped.status, dropped.body.len()), (204, 0));
    let left = bench.json("/v1/dead-letters").await?;
    assert_eq!(left["items"][0]["number"], 2);
    let trace = bench.postgres.sql(
        "SELECT string_agg(seq || ' ' || action || ' ' || coalesce(new_seq::text, '-') || ' ' || actor, '; ' ORDER BY id) \
         FROM dead_letter_action",
    )?;
    assert_eq!(
        trace.trim(),
        "11 requeued 1 a operator; 13 dropped - a operator"
    );
    let audited = bench.postgres.sql(
        "SELECT string_agg(action || ' ' || object_id || ' ' || actor, '; ' ORDER BY id) FROM audit_event \
         WHERE object_kind = 'dead_letter'",
    )?;
    assert_eq!(
        audited.trim(),
        format!("requeue {epoch}-11 a operator; drop {epoch}-13 a operator")
    );
    Ok(())
}

#[tokio::test]
async fn what_is_no_letter_is_not_found() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    for number in ["1", "x", "-1", "99999999999999999999"] {
        for (method, tail) in [("GET", ""), ("DELETE", ""), ("POST", "/requeue")] {
            let path = format!("/v1/dead-letters/{number}{tail}");
            bench
                .send(bench.request(method, &path, ADMIN)?)
                .await?
                .assert_problem(404, "dead_letter_not_found");
        }
    }
    bench
        .get("/v1/dead-letters?limit=101")
        .await?
        .assert_problem(400, "invalid_parameter");
    bench
        .get("/v1/dead-letters?cursor=AAAA")
        .await?
        .assert_problem(400, "invalid_cursor");
    Ok(())
}
