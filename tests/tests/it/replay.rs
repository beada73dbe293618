//! A replay as `telemetry-worker` does it, under its own login that may do no more than it has to.

use sens_testkit::assert_eventually;
use serde_json::{Value, json};

use crate::support::rest::{Rest, answer};
use crate::support::scene::{Scene, topic};
use crate::support::{PATIENCE, number};

async fn send(rest: &Rest, method: &str, path: &str, body: &Value) -> Value {
    let given = answer(rest.request(method, path).json(body)).await.unwrap();
    assert!(given.status < 300, "{method} {path}: {}", given.body);
    given.body
}

/// Asks for a replay of everything and waits until a worker has done it.
async fn replay(scene: &Scene, dry_run: bool) -> Value {
    let wanted = json!({ "from": "2026-01-01T00:00:00Z", "dry_run": dry_run });
    let asked = send(&scene.rest, "POST", "/v1/replays", &wanted).await;
    let path = format!("/v1/operations/replay-{}", asked["id"]);
    assert_eventually!(
        PATIENCE,
        !["requested", "running"].contains(&scene.json(&path).await["state"].as_str().unwrap()),
        "the replay is over"
    );
    let over = scene.json(&path).await;
    assert_eq!(over["state"], "done", "{over}");
    over["result"].clone()
}

#[tokio::test]
async fn a_worker_replays_under_its_own_login() {
    let mut scene = Scene::plain().await;
    let who = "SELECT count(*) FROM pg_stat_activity a JOIN pg_roles r ON r.rolname = a.usename
        WHERE a.application_name = 'telemetry-worker' AND (r.rolsuper OR NOT pg_has_role(a.usename, 'sens_ingest', 'MEMBER'))";
    assert_eq!(number(&scene.platform, who), 0, "nobody else's login");
    let charge = |value: u32, second: u32| {
        format!(
            r#"{{"v":1,"readings":[{{"metric":"battery_charge","value":{value},"at":"2026-11-20T10:00:{second:02}Z"}},
                {{"metric":"note","value":"text {second}"}}]}}"#
        )
    };
    scene.stored(&topic("AI-1"), charge(130, 1)).await;
    scene.stored(&topic("AI-1"), charge(90, 2)).await;
    scene.stored(&topic("AI-1"), charge(50, 3)).await;
    let rest = &scene.rest;
    // A person takes one reading out; its payload comes once more.
    let correction = json!({ "device": "AI-1", "metric": "battery_charge", "at": "2026-11-20T10:00:03Z",
        "withdraw": true, "reason": "the sensor was loose" });
    send(rest, "POST", "/v1/corrections", &correction).await;
    // What was refused is taken from now on, and what was taken is refused.
    let range = json!({ "min": 60, "max": 150 });
    send(rest, "PATCH", "/v1/metrics/battery_charge", &range).await;
    scene.stored(&topic("AI-1"), charge(50, 3)).await;

    let dry = replay(&scene, true).await;
    assert_eq!((&dry["added"], &dry["resolved"]), (&json!(1), &json!(1)));
    let done = replay(&scene, false).await;
    assert_eq!(done, dry);
    let again = replay(&scene, false).await;
    assert_eq!(
        (&again["added"], &again["superseded"], &again["restored"]),
        (&json!(0), &json!(0), &json!(0)),
        "{again}"
    );
    let latest = scene.json("/v1/devices/AI-1/latest").await;
    let newest = latest["items"].as_array().unwrap().iter();
    let charges: Vec<&Value> = newest
        .filter(|item| item["metric"] == "battery_charge")
        .map(|item| &item["value"])
        .collect();
    assert_eq!(charges, [&json!(90)], "{latest}");
    let account = scene.json("/v1/accounting").await;
    assert_eq!(account["balanced"], true, "{account}");
}
