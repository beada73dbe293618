//! A planted loss is found and named by sequence and time: by the account, by the doctor and by the metric.

use sens_testkit::assert_eventually;
use serde_json::{Value, json};

use crate::support::scene::{Scene, batch, sequence, topic};
use crate::support::{PATIENCE, jetstream};

/// Losses of a kind, by message.
fn named<'a>(account: &'a Value, kind: &str) -> Vec<&'a str> {
    let losses = account["losses"].as_array().unwrap().iter();
    losses
        .filter(|loss| loss["kind"] == kind)
        .map(|loss| loss["message_id"].as_str().unwrap())
        .collect()
}

async fn doctor(scene: &Scene) -> String {
    // It fails when anything is wrong, and says what on the way.
    match scene.platform.sensctl(&["doctor", "--ledger"]).await {
        Ok(said) => said,
        Err(error) => error.to_string(),
    }
}

async fn assert_balanced(scene: &Scene) {
    let account = scene.json("/v1/accounting").await;
    assert_eq!(account["balanced"], true, "{account}");
    assert_eq!(account["losses"], json!([]));
    let even = scene.json("/v1/accounting?device=AI-even").await;
    assert_eq!(even["balanced"], true, "{even}");
    assert_eq!(
        even["messages"],
        json!({ "received": 5, "parsed": 4, "failed": 1, "control": 0, "dead": 0, "in_flight": 0 })
    );
    assert_eq!(
        even["readings"],
        json!({ "decoded": 5, "processed": 3, "duplicate": 1, "error": 1 })
    );
    assert!(doctor(scene).await.contains("ledger     all"));
}

#[tokio::test]
async fn planted_losses_are_named_by_sequence_and_time() {
    let mut scene = Scene::plain().await;
    let mut ids = Vec::new();
    for seq in 1..=6 {
        let serial = if seq % 2 == 0 { "AI-even" } else { "AI-odd" };
        ids.push(scene.stored(&topic(serial), batch(seq)).await);
    }
    scene.stored(&topic("AI-even"), "no json").await;
    scene.stored(&topic("AI-even"), batch(2)).await;
    assert_balanced(&scene).await;

    // A reading of AI-even, a raw record of AI-odd, and a message that waits.
    let (reading, raw) = (&ids[1], &ids[2]);
    let received_at = scene.life(reading).await["received_at"].clone();
    for (table, column, id) in [
        ("processed_record", "raw_seq", reading),
        ("raw_record", "seq", raw),
    ] {
        let sql = format!("DELETE FROM {table} WHERE {column} = {}", sequence(id));
        scene.platform.sql(&sql).unwrap();
    }
    scene.platform.telemetry[0].kill9().await.unwrap();
    let lost = scene.publish(&topic("AI-odd"), batch(20)).await;
    let waits = scene.publish(&topic("AI-odd"), batch(21)).await;
    let odd = scene.json("/v1/accounting?device=AI-odd").await;
    assert_eq!(odd["messages"]["in_flight"], 2, "{odd}");
    jetstream::purge_before(scene.platform.nats.port(), sequence(&waits)).await;
    scene.platform.telemetry[0].restart().await.unwrap();
    scene.committed(&waits).await;

    let account = scene.json("/v1/accounting").await;
    assert_eq!(account["balanced"], false);
    assert_eq!(
        named(&account, "message_lost"),
        [lost.as_str()],
        "{account}"
    );
    assert_eq!(named(&account, "reading_missing"), [reading.as_str()]);
    assert_eq!(named(&account, "raw_record_missing"), [raw.as_str()]);
    let losses = account["losses"].as_array().unwrap();
    let of = |kind: &str| losses.iter().find(|loss| loss["kind"] == kind).unwrap();
    assert_eq!(of("reading_missing")["received_at"], received_at);
    assert!(of("message_lost")["after"].is_string() && of("message_lost")["before"].is_string());
    assert_eq!(account["messages"]["received"], 10);

    // Per device and per interval.
    let even = scene.json("/v1/accounting?device=AI-even").await;
    assert_eq!(
        (&even["balanced"], named(&even, "reading_missing")),
        (&json!(false), vec![reading.as_str()])
    );
    let before = scene.json("/v1/accounting?to=2026-01-01T00:00:00Z").await;
    assert_eq!(
        (&before["balanced"], &before["losses"]),
        (&json!(true), &json!([]))
    );
    let since = scene.json("/v1/accounting?from=2026-01-01T00:00:00Z").await;
    assert_eq!(named(&since, "message_lost"), [lost.as_str()]);
    let nobody = scene.rest.get("/v1/accounting?device=AI-nobody").await;
    nobody.assert_problem(404, "device_not_found");

    let said = doctor(&scene).await;
    for id in [&lost, reading, raw] {
        assert!(said.contains(&format!("{id} (arrived ")), "{id} in {said}");
    }
    assert_eventually!(
        3 * PATIENCE,
        scene.platform.telemetry[0]
            .metric("sens_ledger_imbalance", "")
            .await
            .unwrap()
            >= 3.0,
        "the metric counts all three"
    );
    assert!(
        scene.platform.telemetry[0]
            .logs()
            .contains("is not there any more")
    );
}
