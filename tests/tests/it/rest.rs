//! What comes in by MQTT or HTTP can be read by REST, by those who may.

use sens_testkit::{Platform, assert_eventually};
use serde_json::{Value, json};

use crate::support::mqtt::Device;
use crate::support::rest::{Rest, answer};
use crate::support::{PATIENCE, raw_records};

fn battery(device: u32, value: f64, second: u32) -> String {
    format!(
        r#"{{"device_id":{device},"event_type":"battery_charge","value":{value},"timestamp":{}}}"#,
        1_790_000_000 + second
    )
}

#[tokio::test]
async fn keys_and_problems() {
    let platform = Platform::builder().start().await.unwrap();
    let admin = Rest::of(&platform);
    assert_eq!(admin.get("/v1/whoami").await.body["role"], "admin");
    for path in [
        "/health",
        "/health/live",
        "/health/ready",
        "/version",
        "/openapi.json",
        "/docs",
    ] {
        assert_eq!(
            admin.with_key("nobody").get(path).await.status,
            200,
            "{path} needs no key"
        );
    }
    admin
        .with_key("nobody-at-all-0123456789")
        .get("/v1/devices")
        .await
        .assert_problem(401, "unauthenticated");
    admin
        .get("/v1/devices/AI-404")
        .await
        .assert_problem(404, "device_not_found");
    assert_eq!(admin.get("/v1/devices?limit=0").await.status, 400);

    let made = platform
        .sensctl(&["keys", "create", "--name", "reader", "--role", "viewer"])
        .await
        .unwrap();
    let key = made
        .split_whitespace()
        .find(|word| word.starts_with("sens_"))
        .unwrap();
    let viewer = admin.with_key(key);
    assert_eq!(viewer.get("/v1/whoami").await.body["role"], "viewer");
    assert_eq!(viewer.get("/v1/devices").await.status, 200);
    viewer
        .ingest(battery(1, 5.0, 0), None)
        .await
        .unwrap()
        .assert_problem(403, "forbidden");
    viewer
        .get("/v1/api-keys")
        .await
        .assert_problem(403, "forbidden");
    key_made_by_rest(&admin).await;
}

/// A key for feeding alone, until it is revoked.
async fn key_made_by_rest(admin: &Rest) {
    let body = json!({"name": "feeder", "role": "ingest"}).to_string();
    let made = answer(
        admin
            .request("POST", "/v1/api-keys")
            .header("content-type", "application/json")
            .body(body),
    )
    .await
    .unwrap();
    assert_eq!(made.status, 201, "{}", made.body);
    let feeder = admin.with_key(made.body["key"].as_str().unwrap());
    assert_eq!(
        feeder
            .ingest(battery(1, 5.0, 0), None)
            .await
            .unwrap()
            .status,
        202
    );
    feeder
        .get("/v1/devices")
        .await
        .assert_problem(403, "forbidden");
    let path = format!("/v1/api-keys/{}", made.body["id"].as_str().unwrap());
    assert_eq!(
        answer(admin.request("DELETE", &path)).await.unwrap().status,
        204
    );
    assert_eventually!(
        PATIENCE,
        feeder
            .ingest(battery(1, 5.0, 0), None)
            .await
            .unwrap()
            .status
            == 401,
        "the end of a key"
    );
}

#[tokio::test]
async fn ingest_waits_for_the_outcome_of_each_item() {
    let platform = Platform::builder().start().await.unwrap();
    let rest = Rest::of(&platform);
    let startup = json!({"event_type": "device_startup", "serial": "AI-1", "provision_token": "00", "timestamp": 1_790_000_000});
    let first: Value = serde_json::from_str(&battery(3, 50.0, 1)).unwrap();
    let high: Value = serde_json::from_str(&battery(3, 500.0, 2)).unwrap();
    let body = json!([first, first, high, startup, 5]).to_string();
    let answer = rest.ingest(body, Some(20)).await.unwrap();
    let statuses: Vec<&str> = answer.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["status"].as_str().unwrap())
        .collect();
    assert_eq!(
        statuses,
        [
            "processed",
            "duplicate",
            "invalid",
            "unauthorized",
            "invalid"
        ],
        "{}",
        answer.body
    );
    raw_records(&platform, 5).await;

    let refused = rest.ingest("{\"device_id\":", None).await.unwrap();
    refused.assert_problem(400, "invalid_json");
    raw_records(&platform, 6).await;
    let path = format!(
        "/v1/raw-records/{}",
        refused.body["raw_record_id"].as_str().unwrap()
    );
    let record = rest.get(&path).await.body;
    assert_eq!(
        (&record["payload_text"], &record["parse_ok"]),
        (&json!("{\"device_id\":"), &json!(false))
    );
    assert_eq!(record["errors"][0]["reason"], "invalid_json");
}

#[tokio::test]
async fn readings_from_mqtt_are_found_by_rest() {
    let platform = Platform::builder().start().await.unwrap();
    let rest = Rest::of(&platform);
    let mut device = Device::connect(platform.mosquitto.port(), "device").await;
    let good: Vec<String> = (0..25)
        .map(|second| battery(7, f64::from(second), second))
        .collect();
    device.publish_all("sens/legacy/telemetry", &good).await;
    device
        .publish_all("sens/legacy/telemetry", ["nonsense", good[3].as_str()])
        .await;
    raw_records(&platform, 27).await;

    let found = rest.get("/v1/devices/legacy-7").await.body;
    assert_eq!(
        (&found["legacy_id"], &found["placeholder"]),
        (&json!(7), &json!(true))
    );
    let latest = rest.get("/v1/devices/legacy-7/latest").await.body;
    assert_eq!(
        (&latest["items"][0]["value"], &latest["items"][0]["unit"]),
        (&json!(24), &json!("%"))
    );

    pages(&rest).await;

    let battery = rest.get("/v1/analytics/battery-summary").await.body;
    assert_eq!(
        (
            &battery["items"][0]["serial"],
            &battery["items"][0]["avg_pct"]
        ),
        (&json!("legacy-7"), &json!(12))
    );
    let errors = rest.get("/v1/ingest-errors?reason=invalid_json").await.body;
    assert_eq!(errors["items"].as_array().unwrap().len(), 1, "{errors}");
    let path = format!(
        "/v1/raw-records/{}",
        errors["items"][0]["raw_record_id"].as_str().unwrap()
    );
    assert_eq!(rest.get(&path).await.body["payload_text"], "nonsense");

    let books = rest.get("/v1/accounting").await.body;
    assert_eq!(books["balanced"], true, "{books}");
    assert_eq!(
        (&books["messages"]["received"], &books["messages"]["failed"]),
        (&json!(27), &json!(1)),
        "{books}"
    );
    assert_eq!(
        (
            &books["readings"]["processed"],
            &books["readings"]["duplicate"]
        ),
        (&json!(25), &json!(1)),
        "{books}"
    );
    let overview = rest.get("/v1/overview").await.body;
    assert_eq!(
        (
            &overview["ingest"]["messages"],
            &overview["ingest"]["processed"]
        ),
        (&json!(27), &json!(25)),
        "{overview}"
    );
}

/// Pages of ten in both directions hold every reading once.
async fn pages(rest: &Rest) {
    for order in ["asc", "desc"] {
        let mut values: Vec<f64> = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = rest
                .get(&format!("/v1/devices/legacy-7/measurements?metric=battery_charge&limit=10&order={order}{cursor}"))
                .await;
            assert_eq!(page.status, 200, "{}", page.body);
            values.extend(
                page.body["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|item| item["value"].as_f64().unwrap()),
            );
            let Some(next) = page.body["next_cursor"].as_str() else {
                break;
            };
            cursor = format!("&cursor={next}");
        }
        let mut expected: Vec<f64> = (0..25).map(f64::from).collect();
        if order == "desc" {
            expected.reverse();
        }
        assert_eq!(values, expected, "{order}");
    }
}
