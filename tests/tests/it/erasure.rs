//! Erasing a device while others and it itself go on sending: nothing of it is left, nothing of the others goes, and the accounts
//! balance.

use sens_testkit::{Platform, assert_eventually};
use serde_json::{Value, json};

use crate::support::rest::answer;
use crate::support::scene::{Scene, batch, topic};
use crate::support::{PATIENCE, number};

/// Rows in which the device or its serial occurs, besides its entry in the registry and who changed what.
const LEFT: &str = "
    SELECT (SELECT count(*) FROM raw_record WHERE topic LIKE '%AI-1/%' OR encode(payload, 'escape') LIKE '%\"device_id\": 7,%')
         + (SELECT count(*) FROM ingest_error WHERE serial IN ('AI-1', 'legacy-7'))
         + (SELECT count(*) FROM device d JOIN reading r ON r.device_id = d.id WHERE d.serial IN ('AI-1', 'legacy-7'))
         + (SELECT count(*) FROM device d JOIN rollup_1m r ON r.device_id = d.id WHERE d.serial IN ('AI-1', 'legacy-7'))
         + (SELECT count(*) FROM device d JOIN rollup_1h r ON r.device_id = d.id WHERE d.serial IN ('AI-1', 'legacy-7'))
         + (SELECT count(*) FROM device d JOIN rollup_1d r ON r.device_id = d.id WHERE d.serial IN ('AI-1', 'legacy-7'))
         + (SELECT count(*) FROM device d JOIN series r ON r.device_id = d.id WHERE d.serial IN ('AI-1', 'legacy-7'))
         + (SELECT count(*) FROM device d JOIN latest_value r ON r.device_id = d.id WHERE d.serial IN ('AI-1', 'legacy-7'))
         + (SELECT count(*) FROM device d JOIN reading_superseded r ON r.device_id = d.id WHERE d.serial IN ('AI-1', 'legacy-7'))
         + (SELECT count(*) FROM device d JOIN correction r ON r.device_id = d.id WHERE d.serial IN ('AI-1', 'legacy-7'))
         + (SELECT count(*) FROM device WHERE serial IN ('AI-1', 'legacy-7') AND (name IS NOT NULL OR firmware IS NOT NULL))";

async fn post(scene: &Scene, path: &str, body: &Value) -> Value {
    let given = answer(scene.rest.request("POST", path).json(body))
        .await
        .unwrap();
    assert!(given.status < 300, "{path}: {}", given.body);
    given.body
}

async fn over(scene: &Scene, id: &str) -> Value {
    let path = format!("/v1/operations/{id}");
    assert_eventually!(
        PATIENCE,
        !["requested", "running"].contains(&scene.json(&path).await["state"].as_str().unwrap()),
        "the operation is over"
    );
    let over = scene.json(&path).await;
    assert_eq!(over["state"], "done", "{over}");
    over
}

fn legacy(device: u32, value: u32) -> String {
    format!(
        r#"{{"device_id": {device}, "event_type": "battery_charge", "value": {value}, "timestamp": 1795168{value:03}}}"#
    )
}

/// What the device has sent in all ways: alone, wrongly, together with another one, twice.
async fn furnish(scene: &mut Scene) -> String {
    let mut first = String::new();
    for seq in 1..=5 {
        let id = scene.stored(&topic("AI-1"), batch(seq)).await;
        first = if seq == 1 { id } else { first };
        scene.stored(&topic("AI-2"), batch(seq)).await;
    }
    scene.stored(&topic("AI-1"), batch(5)).await;
    scene.stored(&topic("AI-1"), "no json").await;
    scene
        .stored(
            &topic("AI-1"),
            r#"{"v":1,"readings":[{"metric":"note","value":"text"}]}"#,
        )
        .await;
    let shared = format!("[{}, {}]", legacy(7, 50), legacy(8, 60));
    for _ in 0..2 {
        scene.stored("sens/legacy/telemetry", &shared).await;
    }
    scene.stored("sens/legacy/telemetry", legacy(8, 61)).await;
    let named = json!({ "name": "the first" });
    let given = answer(
        scene
            .rest
            .request("PATCH", "/v1/devices/AI-1")
            .header("if-match", "*")
            .header("content-type", "application/merge-patch+json")
            .json(&named),
    )
    .await
    .unwrap();
    assert_eq!(given.status, 200, "{}", given.body);
    let wrong = json!({ "device": "AI-1", "metric": "battery_charge", "at": "2026-11-20T10:00:01Z",
        "withdraw": true, "reason": "loose" });
    post(scene, "/v1/corrections", &wrong).await;
    first
}

#[tokio::test]
async fn nothing_is_left_of_the_device_and_everything_of_the_others() {
    let platform = Platform::builder()
        .telemetry_workers(2)
        .start()
        .await
        .unwrap();
    let mut scene = Scene::of(platform).await;
    let first = furnish(&mut scene).await;
    let others = "SELECT count(*) FROM reading r JOIN device d ON d.id = r.device_id WHERE d.serial IN ('AI-2', 'legacy-8')";
    let kept = number(&scene.platform, others);
    let why = json!({ "reason": "request 4711", "dry_run": true });
    let dry = post(&scene, "/v1/devices/AI-1/erasure", &why).await;
    assert_eq!(dry["dry_run"], true);
    let dry = over(&scene, "erasure-1").await;
    assert_eq!(dry["result"]["before"]["processed_record"], 5, "{dry}");
    assert!(number(&scene.platform, LEFT) > 0);

    // The worker that begins is killed; the other one goes on, while the device goes on sending.
    scene
        .platform
        .sql(
            "CREATE SEQUENCE hangs;
             CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
                 BEGIN IF nextval('hangs') = 1 THEN PERFORM pg_sleep(60); END IF; RETURN NEW; END $$;
             CREATE TRIGGER hang BEFORE UPDATE ON erasure_run FOR EACH ROW WHEN (NEW.done = 3) EXECUTE FUNCTION hang()",
        )
        .unwrap();
    for serial in ["AI-1", "legacy-7"] {
        let why = json!({ "reason": "request 4711" });
        post(&scene, &format!("/v1/devices/{serial}/erasure"), &why).await;
    }
    let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    assert_eventually!(
        PATIENCE,
        number(&scene.platform, sleeping) == 1,
        "the third span"
    );
    scene
        .platform
        .sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
        .unwrap();
    let done = over(&scene, "erasure-2").await;
    over(&scene, "erasure-3").await;
    let result = &done["result"];
    assert!(
        result["before"]["raw_record"].as_i64().unwrap() >= 7,
        "{done}"
    );
    for (table, rows) in result["after"].as_object().unwrap() {
        assert_eq!(rows, 0, "{table}: {done}");
    }
    assert_eq!(number(&scene.platform, LEFT), 0);
    assert_eq!(number(&scene.platform, others), kept);

    let account = scene.json("/v1/accounting").await;
    assert_eq!(account["balanced"], true, "{account}");
    assert_eq!(scene.life(&first).await["verdict"]["code"], "erased");
    let log = scene.json("/v1/audit-log?action=erase").await;
    assert_eq!(log["items"].as_array().unwrap().len(), 2, "{log}");
    // What comes now is that of a new device.
    scene.stored(&topic("AI-1"), batch(9)).await;
    let latest = scene.json("/v1/devices/AI-1/latest").await;
    assert_eq!(latest["items"].as_array().unwrap().len(), 1, "{latest}");
    let wanted = json!({ "from": "2026-01-01T00:00:00Z" });
    post(&scene, "/v1/replays", &wanted).await;
    let replayed = over(&scene, "replay-1").await;
    assert_eq!(replayed["result"]["added"], 0, "{replayed}");
}
