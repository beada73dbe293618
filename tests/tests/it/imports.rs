//! Past readings from a file: stored once whatever was received before and however often it comes, told line by line.

use std::fmt::Write as _;

use sens_testkit::{Platform, assert_eventually};
use serde_json::{Value, json};

use crate::support::rest::answer;
use crate::support::scene::{Scene, batch, topic};
use crate::support::{PATIENCE, number};

async fn import(scene: &Scene, query: &str, kind: &str, file: String) -> Value {
    let request = scene
        .rest
        .request("POST", &format!("/v1/imports{query}"))
        .header("content-type", kind)
        .body(file);
    let asked = answer(request).await.unwrap();
    assert_eq!(asked.status, 202, "{}", asked.body);
    let path = format!("/v1/operations/{}", asked.body["id"].as_str().unwrap());
    assert_eventually!(
        PATIENCE,
        !["requested", "running"].contains(&scene.json(&path).await["state"].as_str().unwrap()),
        "the import is over"
    );
    let over = scene.json(&path).await;
    assert_eq!(over["state"], "done", "{over}");
    over["result"].clone()
}

/// Minutes of three days of two devices, one of them a legacy one.
fn history() -> String {
    let mut file = "serial,metric,recorded_at,value,unit\n".to_owned();
    for minute in 0..4320 {
        let (day, hour) = (10 + minute / 1440, minute / 60 % 24);
        let at = format!("2026-11-{day:02}T{hour:02}:{:02}:00Z", minute % 60);
        writeln!(file, "AI-1,battery_charge,{at},{},%", minute % 101).unwrap();
        writeln!(file, "legacy-7,platform_height_mm,{at},{},", minute % 200).unwrap();
    }
    file
}

const STORED: &str = "SELECT count(*) FROM reading";

#[tokio::test]
async fn history_is_stored_once_and_rolled_up() {
    let platform = Platform::builder()
        .telemetry_workers(2)
        .start()
        .await
        .unwrap();
    let mut scene = Scene::of(platform).await;
    // Received live, with a sequence of the device; the legacy one with its number.
    scene.stored(&topic("AI-1"), batch(7)).await;
    let flat = r#"{"device_id": 7, "event_type": "platform_height_mm", "value": 12, "timestamp": 1795168812.5}"#;
    scene.stored("sens/legacy/telemetry", flat).await;
    let known = "{\"serial\":\"AI-1\",\"metric\":\"battery_charge\",\"recorded_at\":\"2026-11-20T10:00:07Z\",\"value\":7}\n\
         {\"serial\":\"legacy-7\",\"metric\":\"platform_height_mm\",\"recorded_at\":\"2026-11-20T10:00:12.500Z\",\"value\":12}\n";
    let result = import(&scene, "", "application/x-ndjson", known.to_owned()).await;
    assert_eq!(
        (&result["known"], &result["accepted"]),
        (&json!(2), &json!(0)),
        "{result}"
    );

    let dry = import(&scene, "?dry_run=true", "text/csv", history()).await;
    assert_eq!(dry["accepted"], 8640, "{dry}");
    assert_eq!(number(&scene.platform, STORED), 2);
    let first = import(&scene, "", "text/csv", history()).await;
    assert_eq!(first, dry);
    assert_eq!(number(&scene.platform, STORED), 8642);
    let again = import(&scene, "", "text/csv", history()).await;
    assert_eq!(
        (&again["known"], &again["accepted"]),
        (&json!(8640), &json!(0)),
        "{again}"
    );
    assert_eq!(number(&scene.platform, STORED), 8642);
    let twice = "SELECT count(*) FROM device WHERE legacy_id = 7 OR serial = 'legacy-7'";
    assert_eq!(number(&scene.platform, twice), 1);

    assert_eventually!(
        PATIENCE,
        number(
            &scene.platform,
            "SELECT coalesce(sum(n), 0)::bigint FROM rollup_1d WHERE bucket < '2026-11-14'"
        ) == 8640,
        "the days are rolled up"
    );
    let account = scene.json("/v1/accounting").await;
    assert_eq!(account["balanced"], true, "{account}");
    let kept = "SELECT count(*) FROM raw_record WHERE source = 'import'";
    assert!(number(&scene.platform, kept) >= 18);
}

#[tokio::test]
async fn wrong_lines_are_named_and_cost_only_themselves() {
    let scene = Scene::plain().await;
    let file = "serial,metric,recorded_at,value,unit\n\
        AI-1,battery_charge,2026-11-12T10:00:00Z,50,\n\
        AI-1,battery_charge,2026-11-12T10:01:00Z,130,\n\
        AI-1,battery_charge,2026-11-12 10:02,50,\n\
        \n\
        AI-1,battery_charge,1999-11-12T10:00:00Z,50,\n\
        AI-1,battery_charge,2026-11-12T10:00:00Z,50,\n\
        AI-1,battery_charge,2026-11-12T10:03:00Z,5,kg\n\
        AI-1,colour,2026-11-12T10:04:00Z,red,"
        .to_owned();
    let result = import(&scene, "", "text/csv", file).await;
    let refused: Vec<(u64, &str)> = result["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            (
                error["line"].as_u64().unwrap(),
                error["reason"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        refused,
        [
            (3, "out_of_range"),
            (4, "invalid_line"),
            (6, "timestamp_invalid"),
            (8, "unit_mismatch")
        ],
        "{result}"
    );
    assert_eq!(
        (&result["accepted"], &result["known"], &result["lines"]),
        (&json!(2), &json!(1), &json!(7)),
        "{result}"
    );
    assert_eq!(number(&scene.platform, STORED), 2);
    for (kind, file, status, code) in [
        ("text/csv", "serial,value\n", 400, "invalid_body"),
        ("text/csv", "", 400, "invalid_body"),
        ("application/json", "[]", 415, "unsupported_media_type"),
    ] {
        let request = scene.rest.request("POST", "/v1/imports");
        let given = answer(request.header("content-type", kind).body(file)).await;
        given.unwrap().assert_problem(status, code);
    }
    let left = "SELECT count(*) FROM import_part";
    assert_eq!(number(&scene.platform, left), 0);
}

#[tokio::test]
async fn what_is_exported_on_the_command_line_is_known_when_it_is_imported() {
    let mut scene = Scene::plain().await;
    scene.stored(&topic("AI-1"), batch(7)).await;
    let sensctl = async |arguments: &[&str]| scene.platform.sensctl(arguments).await;
    for name in ["readings.csv", "readings.ndjson"] {
        let file = scene.platform.dir().join(name);
        let path = file.to_str().unwrap();
        let said = sensctl(&["export", "--device", "AI-1", "--output", path]).await;
        assert!(said.unwrap().contains("1 rows"));
        let again = sensctl(&["import", path]).await.unwrap();
        assert!(again.contains("0 accepted, 1 known before"), "{again}");
    }
    let file = scene.platform.dir().join("none.parquet");
    let path = file.to_str().unwrap();
    let refused = sensctl(&["export", "--last", "soon", "--output", path]).await;
    let refused = format!("{:#}", refused.unwrap_err());
    assert!(refused.contains("last must be a number"), "{refused}");
    assert!(!file.exists());
}
