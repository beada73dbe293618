//! The life of a packet: for each fault that is injected, the answer names that fault.

use sens_testkit::{Platform, assert_eventually};
use serde_json::{Value, json};

use crate::support::faults::says;
use crate::support::rest::answer;
use crate::support::scene::{Scene, batch, sequence, topic};
use crate::support::{PATIENCE, jetstream};

/// What a message and its device say: the code of the message's verdict, and of the device's best explanation.
async fn codes(scene: &Scene, id: &str, serial: &str) -> (String, String) {
    let (life, device) = (scene.life(id).await, scene.explain(serial, "").await);
    let code = |answer: &Value| answer["verdict"]["code"].as_str().unwrap().to_owned();
    (code(&life), code(&device))
}

fn same(code: &str) -> (String, String) {
    (code.to_owned(), code.to_owned())
}

#[tokio::test]
async fn faults_of_payloads_are_named_with_their_place() {
    let mut scene = Scene::plain().await;
    let cut = scene
        .stored(&topic("AI-cut"), r#"{"v":1,"readings":[}"#)
        .await;
    let life = scene.life(&cut).await;
    assert_eq!(life["verdict"]["code"], "refused");
    assert_eq!(life["topic"], "sens/v1/AI-cut/telemetry");
    assert_eq!(
        life["payload"]["hex"],
        "7b2276223a312c2272656164696e6773223a5b7d"
    );
    assert_eq!(life["payload"]["text"], r#"{"v":1,"readings":[}"#);
    assert_eq!(life["sequence"], sequence(&cut));
    assert_eq!(life["deliveries"], 1);
    assert_eq!(
        life["rows_written"],
        json!({ "raw_record": 1, "readings": 0, "errors": 1 })
    );
    let error = &life["errors"][0];
    assert_eq!(
        (&error["reason"], &error["byte"]),
        (&json!("invalid_json"), &json!(19)),
        "{error}"
    );
    assert!(
        scene.explain("AI-cut", "").await["verdict"]["text"]
            .as_str()
            .unwrap()
            .contains("invalid_json")
    );

    let high = r#"{"v":1,"readings":[{"metric":"battery_charge","value":50},{"metric":"battery_charge","value":500}]}"#;
    let id = scene.stored(&topic("AI-high"), high).await;
    assert_eq!(codes(&scene, &id, "AI-high").await, same("partly_refused"));
    let life = scene.life(&id).await;
    let error = &life["errors"][0];
    assert_eq!(error["reason"], "out_of_range");
    assert_eq!(error["pointer"], "/readings/1/value");
    let byte = usize::try_from(error["byte"].as_u64().unwrap()).unwrap();
    assert!(high[byte..].starts_with("500"), "{error}");
    assert!(
        life["decoder"].as_str().unwrap().starts_with("sens_v1@"),
        "{life}"
    );
    assert_eq!(life["readings"][0]["fate"], "stored");
    assert_eq!(life["rows_written"]["readings"], 1);

    let id = scene.stored("sens/v1/no good/telemetry", batch(1)).await;
    assert_eq!(
        scene.life(&id).await["errors"][0]["reason"],
        "invalid_serial"
    );
    // Nobody can tell whose it was: whoever misses a reading then is told of it.
    let stranger = scene.explain("AI-never", "").await;
    assert_eq!(stranger["verdict"]["code"], "unknown_device");
    assert_eq!(stranger["unattributed"][0]["id"], id.as_str());
    assert_eq!(stranger["device"], Value::Null);

    let foreign = r#"{"device_id":7,"event_type":"battery_charge","value":5}"#;
    let id = scene.stored(&topic("AI-foreign"), foreign).await;
    assert_eq!(
        scene.life(&id).await["errors"][0]["reason"],
        "device_mismatch"
    );

    let id = scene
        .stored(&topic("AI-large"), vec![b'x'; 300 * 1024])
        .await;
    assert_eq!(codes(&scene, &id, "AI-large").await, same("refused"));
    let life = scene.life(&id).await;
    assert_eq!(life["errors"][0]["reason"], "payload_too_large");
    assert_eq!(
        (&life["payload"]["length"], &life["payload"]["kept"]),
        (&json!(307_200), &json!(4096))
    );
}

#[tokio::test]
async fn what_is_stored_elsewhere_or_was_never_sent_is_named() {
    let mut scene = Scene::plain().await;
    let first = scene.stored(&topic("AI-twice"), batch(1)).await;
    assert_eq!(codes(&scene, &first, "AI-twice").await, same("stored"));
    let second = scene.stored(&topic("AI-twice"), batch(1)).await;
    assert_eq!(codes(&scene, &second, "AI-twice").await, same("duplicate"));
    let life = scene.life(&second).await;
    assert_eq!(life["readings"][0]["duplicate_of"], first.as_str());
    assert!(life["verdict"]["text"].as_str().unwrap().contains(&first));
    assert_eq!(life["rows_written"]["readings"], 0);

    let clock =
        r#"{"v":1,"readings":[{"metric":"battery_charge","value":5,"at":"2106-02-07T06:28:15Z"}]}"#;
    let id = scene.stored(&topic("AI-clock"), clock).await;
    assert_eq!(
        codes(&scene, &id, "AI-clock").await,
        same("implausible_clock")
    );
    let future = scene.explain("AI-clock", "?at=2106-02-07T06:28:15Z").await;
    assert_eq!(future["verdict"]["code"], "implausible_clock");
    assert_eq!(future["claimed"][0]["message_id"], id.as_str());

    let id = scene
        .stored("sens/v1/AI-clock/status", r#"{"online":true}"#)
        .await;
    assert_eq!(scene.life(&id).await["verdict"]["code"], "control");

    // The reading is measured at ten o'clock: then it is there, an hour later nothing came.
    let there = scene.explain("AI-twice", "?at=2026-11-20T10:00:00Z").await;
    assert_eq!(there["verdict"]["code"], "stored");
    assert_eq!(there["readings"][0]["message_id"], first.as_str());
    let silent = scene
        .explain("AI-twice", "?at=2026-11-20T11:00:00Z&within=60")
        .await;
    assert_eq!(silent["verdict"]["code"], "no_message");
    assert!(
        silent["verdict"]["text"]
            .as_str()
            .unwrap()
            .contains("arrived before"),
        "{silent}"
    );

    for path in ["/v1/messages/1-999", "/v1/messages/7-1", "/v1/messages/x"] {
        scene
            .rest
            .get(path)
            .await
            .assert_problem(404, "message_not_found");
    }
    for (query, code) in [("?within=0", 400), ("?at=now", 400), ("?within=86400", 200)] {
        let answer = scene
            .rest
            .get(&format!("/v1/devices/AI-1/explain{query}"))
            .await;
        assert_eq!(answer.status, code, "{query}");
    }
}

#[tokio::test]
async fn dead_letters_and_decisions_about_them_are_named() {
    let mut scene = Scene::plain().await;
    scene.stored(&topic("AI-1"), batch(1)).await;
    let refuse =
        "ALTER TABLE processed_record ADD CONSTRAINT no_poison CHECK (value NOT IN (66, 67))";
    scene.platform.sql(refuse).unwrap();
    let dropped = scene.stored(&topic("AI-dropped"), batch(66)).await;
    let requeued = scene.stored(&topic("AI-requeued"), batch(67)).await;
    for (id, serial) in [(&dropped, "AI-dropped"), (&requeued, "AI-requeued")] {
        assert_eq!(codes(&scene, id, serial).await, same("dead_letter"));
    }
    let life = scene.life(&dropped).await;
    assert_eq!(life["dead_letter"]["cause"]["code"], "23514");
    assert_eq!(life["payload"]["text"], batch(66));
    assert!(
        life["verdict"]["text"]
            .as_str()
            .unwrap()
            .contains("no_poison"),
        "{life}"
    );

    scene
        .platform
        .sql("ALTER TABLE processed_record DROP CONSTRAINT no_poison")
        .unwrap();
    let number = |life: &Value| life["dead_letter"]["number"].as_u64().unwrap();
    let path = format!("/v1/dead-letters/{}", number(&life));
    assert!(
        answer(scene.rest.request("DELETE", &path))
            .await
            .unwrap()
            .status
            < 300
    );
    let path = format!(
        "/v1/dead-letters/{}/requeue",
        number(&scene.life(&requeued).await)
    );
    assert!(
        answer(scene.rest.request("POST", &path))
            .await
            .unwrap()
            .status
            < 300
    );

    assert_eq!(scene.life(&dropped).await["verdict"]["code"], "dropped");
    let life = scene.life(&requeued).await;
    assert_eq!(life["verdict"]["code"], "requeued");
    let again = life["decisions"][0]["new_message_id"].as_str().unwrap();
    scene.committed(again).await;
    assert_eq!(scene.life(again).await["verdict"]["code"], "stored");
}

#[tokio::test]
async fn what_waits_or_was_delivered_again_is_named() {
    let mut scene = Scene::plain().await;
    scene.stored(&topic("AI-1"), batch(1)).await;
    scene.platform.telemetry[0].pause().unwrap();
    let id = scene.publish(&topic("AI-waits"), batch(2)).await;
    assert_eq!(codes(&scene, &id, "AI-waits").await, same("pending"));
    assert_eq!(scene.life(&id).await["payload"]["text"], batch(2));
    scene.platform.telemetry[0].resume().unwrap();
    scene.committed(&id).await;
    assert_eq!(codes(&scene, &id, "AI-waits").await, same("stored"));

    // The worker has the message in its hands when it is killed.
    scene
        .platform
        .sql("ALTER TABLE raw_record RENAME TO hidden")
        .unwrap();
    let id = scene.publish(&topic("AI-again"), batch(3)).await;
    says(&scene.platform.telemetry[0], "raw_record").await;
    scene.platform.telemetry[0].kill9().await.unwrap();
    scene
        .platform
        .sql("ALTER TABLE hidden RENAME TO raw_record")
        .unwrap();
    scene.platform.telemetry[0].restart().await.unwrap();
    scene.committed(&id).await;
    assert_eventually!(
        PATIENCE,
        scene.life(&id).await["deliveries"].as_u64().unwrap() >= 2,
        "it was delivered again: {}",
        scene.life(&id).await
    );
    assert_eq!(codes(&scene, &id, "AI-again").await, same("stored"));
}

#[tokio::test]
async fn a_flooding_device_learns_that_its_messages_wait_for_their_turn() {
    let mut builder = Platform::builder();
    for (name, value) in [("RATE", "1"), ("BURST", "2")] {
        let name = format!("SENS_INGEST__DEVICE_{name}");
        builder = builder.env("mqtt-ingestion-worker", &name, value);
    }
    let scene = Scene::of(builder.start().await.unwrap()).await;
    let mut noisy =
        crate::support::mqtt::Device::connect(scene.platform.mosquitto.port(), "noisy").await;
    noisy
        .publish_all(&topic("AI-noisy"), (0..60).map(batch))
        .await;
    assert_eventually!(
        PATIENCE,
        has(&scene.explain("AI-noisy", "").await, "parked"),
        "it is told: {}",
        scene.explain("AI-noisy", "").await
    );
    let others = scene.explain("AI-quiet", "").await;
    assert!(!has(&others, "parked"), "{others}");
}

fn has(explanation: &Value, code: &str) -> bool {
    let mut findings = explanation["findings"].as_array().unwrap().iter();
    findings.any(|finding| finding["code"] == code)
}

#[tokio::test]
async fn what_was_deleted_by_hand_or_purged_is_named() {
    let mut scene = Scene::plain().await;
    let reading = scene.stored(&topic("AI-reading"), batch(1)).await;
    let raw = scene.stored(&topic("AI-raw"), batch(2)).await;
    scene
        .platform
        .sql(&format!(
            "DELETE FROM processed_record WHERE raw_seq = {}",
            sequence(&reading)
        ))
        .unwrap();
    scene
        .platform
        .sql(&format!(
            "DELETE FROM raw_record WHERE seq = {}",
            sequence(&raw)
        ))
        .unwrap();
    assert_eq!(
        codes(&scene, &reading, "AI-reading").await,
        same("reading_missing")
    );
    assert_eq!(scene.life(&reading).await["readings"][0]["fate"], "missing");
    let life = scene.life(&raw).await;
    assert_eq!(life["verdict"]["code"], "raw_record_missing");
    assert!(life["arrived_in_minute"].is_string());
    assert!(has(
        &scene.explain("AI-raw", "").await,
        "raw_record_missing"
    ));

    // In the middle of what waits, and at its end.
    scene.platform.telemetry[0].kill9().await.unwrap();
    let mut waiting = Vec::new();
    for seq in 3..7 {
        waiting.push(scene.publish(&topic("AI-lost"), batch(seq)).await);
    }
    let port = scene.platform.nats.port();
    jetstream::delete_message(port, sequence(&waiting[1])).await;
    jetstream::delete_message(port, sequence(&waiting[3])).await;
    scene.platform.telemetry[0].restart().await.unwrap();
    scene.committed(&waiting[2]).await;
    for id in [&waiting[1], &waiting[3]] {
        assert_eq!(scene.life(id).await["verdict"]["code"], "lost", "{id}");
    }
    let explained = scene.explain("AI-lost", "").await;
    assert!(has(&explained, "lost"), "{explained}");
    let life = scene.life(&waiting[1]).await;
    assert!(
        life["arrived_after"].is_string() && life["arrived_before"].is_string(),
        "{life}"
    );
}

#[tokio::test]
async fn what_retention_has_dropped_is_named() {
    let mut scene = Scene::plain().await;
    // Plausible today and 40 days ago.
    let old =
        r#"{"v":1,"readings":[{"metric":"battery_charge","value":5,"at":"2026-08-01T10:00:00Z"}]}"#;
    let id = scene.stored(&topic("AI-old"), old).await;
    scene.stored(&topic("AI-old"), batch(2)).await;
    let seq = sequence(&id);
    // As if the first had come 40 days ago.
    scene
        .platform
        .sql(&format!(
            "SELECT ensure_partition('raw_record', now() - interval '40 days');
             UPDATE raw_record SET received_at = received_at - interval '40 days' WHERE seq = {seq};
             UPDATE ingest_ledger SET minute = minute - interval '40 days' WHERE seqs @> {seq}::int8;"
        ))
        .unwrap();
    let at = scene.life(&id).await["received_at"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(scene.life(&id).await["verdict"]["code"], "stored");
    scene.platform.sensctl(&["retention", "run"]).await.unwrap();
    assert_eq!(scene.life(&id).await["verdict"]["code"], "expired");
    let explained = scene.explain("AI-old", &format!("?at={at}")).await;
    assert!(has(&explained, "expired"), "{explained}");
    assert_eq!(scene.json("/v1/accounting").await["balanced"], true);
}
