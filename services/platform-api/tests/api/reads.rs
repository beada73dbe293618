//! What is stored comes out of every reading route.

use anyhow::Result;
use serde_json::{Value, json};

use crate::support::{ADMIN, Bench, flat};

const LEGACY: &str = "sens/legacy/telemetry";
const V1: &str = "sens/v1/AI-1/telemetry";

async fn bench_with_data() -> Result<(Bench, Vec<u64>)> {
    let bench = Bench::start(&[]).await?;
    let mut payloads = vec![
        (LEGACY, flat(7, "platform_extension_ticks", 200.0, 0)),
        (LEGACY, flat(7, "platform_extension_ticks", 400.0, 10)),
        (LEGACY, flat(7, "platform_extension_mm", 15.0, 20)),
        (LEGACY, flat(7, "battery_charge", 80.0, 0)),
        (LEGACY, flat(7, "battery_charge", 70.5, 30)),
        (LEGACY, flat(7, "platform_height_mm", 100.0, 0)),
        (LEGACY, flat(7, "battery_charge", 101.0, 40)),
        (V1, r#"{"v":1,"seq":1,"firmware":"2.0.0","readings":[{"metric":"door","value":true},{"metric":"note","value":"=1+1"}]}"#.to_owned()),
        (V1, "no json".to_owned()),
    ];
    payloads.push((LEGACY, payloads[0].1.clone()));
    let borrowed: Vec<(&str, &str)> = payloads
        .iter()
        .map(|(topic, payload)| (*topic, payload.as_str()))
        .collect();
    let sequences = bench.commit(&borrowed).await?;
    Ok((bench, sequences))
}

#[tokio::test]
async fn devices_and_values() -> Result<()> {
    let (bench, _) = bench_with_data().await?;
    let page = bench.json("/v1/devices").await?;
    let serials: Vec<&Value> = page["items"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|device| &device["serial"])
        .collect();
    assert_eq!(serials, [&json!("AI-1"), &json!("legacy-7")]);
    assert_eq!(page["next_cursor"], Value::Null);
    let first = bench.json("/v1/devices?limit=1").await?;
    let cursor = first["next_cursor"].as_str().unwrap_or_default();
    let second = bench
        .json(&format!("/v1/devices?limit=1&cursor={cursor}"))
        .await?;
    assert_eq!(second["items"][0]["serial"], "legacy-7");
    assert_eq!(second["next_cursor"], Value::Null);
    bench
        .get(&format!("/v1/devices?q=x&cursor={cursor}"))
        .await?
        .assert_problem(400, "invalid_cursor");
    assert_eq!(
        bench.json("/v1/devices?q=EGACY").await?["items"][0]["legacy_id"],
        7
    );
    assert_eq!(bench.json("/v1/devices?q=%25").await?["items"], json!([]));
    assert_eq!(
        bench.json("/v1/devices?status=online").await?["items"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
    assert_eq!(
        bench.json("/v1/devices?status=silent").await?["items"],
        json!([])
    );

    let device = bench.get("/v1/devices/AI-1").await?;
    let body = device.json();
    assert_eq!(
        (&body["placeholder"], &body["status"], &body["firmware"]),
        (&json!(true), &json!("online"), &json!("2.0.0"))
    );
    assert!(
        body["last_seen_at"]
            .as_str()
            .is_some_and(|time| time.len() == 27 && time.ends_with('Z'))
    );
    let request = bench
        .request("GET", "/v1/devices/AI-1", ADMIN)?
        .header("if-none-match", device.header("etag"));
    assert_eq!(bench.send(request).await?.status, 304);
    bench
        .get("/v1/devices/none")
        .await?
        .assert_problem(404, "device_not_found");

    let latest = bench.json("/v1/devices/legacy-7/latest").await?;
    assert_eq!(latest["serial"], "legacy-7");
    let battery = latest["items"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|item| item["metric"] == "battery_charge");
    assert_eq!(
        battery.map(|item| (&item["value"], &item["unit"])),
        Some((&json!(70.5), &json!("%")))
    );
    let texts = bench.json("/v1/devices/AI-1/latest").await?;
    assert_eq!(
        (&texts["items"][0]["value"], &texts["items"][1]["value"]),
        (&json!(true), &json!("=1+1"))
    );
    bench
        .get("/v1/devices/none/latest")
        .await?
        .assert_problem(404, "device_not_found");
    Ok(())
}

#[tokio::test]
async fn measurements_in_pages_and_formats() -> Result<()> {
    let (bench, _) = bench_with_data().await?;
    let base = "/v1/devices/legacy-7/measurements";
    let all = bench.json(base).await?;
    assert_eq!(
        (&all["source"], &all["complete"], &all["serial"]),
        (&json!("raw"), &json!(true), &json!("legacy-7"))
    );
    assert_eq!(all["items"].as_array().map(Vec::len), Some(6));
    assert_eq!(all["watermark"], all["items"][5]["recorded_at"]);
    let backwards = bench.json(&format!("{base}?order=desc")).await?;
    let mut reversed = backwards["items"].as_array().cloned().unwrap_or_default();
    reversed.reverse();
    assert_eq!(json!(reversed), all["items"]);

    for order in ["asc", "desc"] {
        let mut seen = Vec::new();
        let mut path = format!("{base}?limit=1&order={order}");
        loop {
            let page = bench.json(&path).await?;
            seen.extend(page["items"].as_array().cloned().unwrap_or_default());
            let Some(cursor) = page["next_cursor"].as_str() else {
                break;
            };
            assert_eq!(page["complete"], false);
            path = format!("{base}?limit=1&order={order}&cursor={cursor}");
        }
        let whole = if order == "asc" { &all } else { &backwards };
        assert_eq!(json!(seen), whole["items"], "{order}");
    }

    let one = bench
        .json(&format!(
            "{base}?metric=battery_charge&from=2026-09-21T14:13:20Z&to=2026-09-21T14:13:50Z"
        ))
        .await?;
    assert_eq!(one["items"].as_array().map(Vec::len), Some(1), "{one}");
    let two = bench
        .json(&format!(
            "{base}?metric=battery_charge&metric=platform_height_mm&resolution=auto"
        ))
        .await?;
    assert_eq!(two["items"].as_array().map(Vec::len), Some(3));
    assert_eq!(
        bench.json(&format!("{base}?metric=nothing")).await?["items"],
        json!([])
    );

    let csv = bench
        .send(
            bench
                .request("GET", &format!("{base}?limit=2"), ADMIN)?
                .header("accept", "text/csv"),
        )
        .await?;
    assert!(
        csv.text()
            .starts_with("serial,metric,recorded_at,value,unit,quality\r\nlegacy-7,")
    );
    assert_eq!(csv.text().lines().count(), 3);
    assert!(
        csv.header("link")
            .starts_with("</v1/devices/legacy-7/measurements?limit=2&cursor=")
    );
    let lines = bench
        .request("GET", "/v1/devices/AI-1/measurements", ADMIN)?
        .header("accept", "application/x-ndjson");
    let lines = bench.send(lines).await?;
    assert_eq!(
        (lines.header("content-type"), lines.text().lines().count()),
        ("application/x-ndjson", 2)
    );
    Ok(())
}

#[tokio::test]
async fn bad_parameters_are_named() -> Result<()> {
    let (bench, _) = bench_with_data().await?;
    let base = "/v1/devices/legacy-7/measurements";
    for bad in [
        "limit=0",
        "limit=10001",
        "from=yesterday",
        "order=up",
        "resolution=2x",
        "as_of=2999-01-01T00:00:00Z",
        "unit=parsec",
        "unknown=1",
        "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
    ] {
        let answer = bench.get(&format!("{base}?{bad}")).await?;
        answer.assert_problem(400, "invalid_parameter");
        assert!(answer.json()["errors"][0]["parameter"].is_string(), "{bad}");
    }
    bench
        .get(&format!("{base}?cursor=nonsense"))
        .await?
        .assert_problem(400, "invalid_cursor");
    bench
        .get("/v1/devices/none/measurements")
        .await?
        .assert_problem(404, "device_not_found");
    let image = bench
        .request("GET", base, ADMIN)?
        .header("accept", "image/png");
    bench
        .send(image)
        .await?
        .assert_problem(406, "not_acceptable");
    bench
        .get("/v1/devices?limit=1001")
        .await?
        .assert_problem(400, "invalid_parameter");
    bench
        .get("/v1/devices?status=offline")
        .await?
        .assert_problem(400, "invalid_parameter");
    bench
        .get("/v1/ingest-errors?reason=bad_mood")
        .await?
        .assert_problem(400, "invalid_parameter");
    bench
        .get("/v1/accounting?from=x")
        .await?
        .assert_problem(400, "invalid_parameter");
    Ok(())
}

#[tokio::test]
async fn views_catalogue_and_overview() -> Result<()> {
    let (bench, _) = bench_with_data().await?;
    let rows = async |name: &str| {
        anyhow::Ok(bench.json(&format!("/v1/analytics/{name}")).await?["items"].clone())
    };
    let average = rows("average-extension").await?;
    assert_eq!(average[0]["serial"], "legacy-7");
    assert!(
        average[0]["avg_extension_mm"]
            .as_f64()
            .is_some_and(|mean| (mean - 15.0).abs() < 1e-9),
        "{average}"
    );
    assert_eq!(
        rows("extension-vs-retraction").await?,
        json!([{ "serial": "legacy-7", "extensions": 1, "retractions": 1 }])
    );
    let battery = rows("battery-summary").await?;
    assert_eq!(
        (
            &battery[0]["min_pct"],
            &battery[0]["max_pct"],
            &battery[0]["last_pct"]
        ),
        (&json!(70.5), &json!(80), &json!(70.5))
    );
    assert_eq!(battery[0]["last_seen"], "2026-09-21T14:13:50.000000Z");
    assert_eq!(rows("platform-height").await?[0]["last_mm"], json!(100));

    let catalogue = bench.json("/v1/metrics").await?;
    let metric = |name: &str| {
        catalogue["items"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|metric| metric["name"] == name)
            .cloned()
    };
    let ticks = metric("platform_extension_ticks").unwrap_or_default();
    assert_eq!(
        (&ticks["unit"], &ticks["max"], &ticks["display_factor"]),
        (&json!("tick"), &json!(3000), &json!(0.05))
    );
    assert_eq!(
        metric("door").map(|door| door["listed"].clone()),
        Some(json!(false))
    );

    let request = bench.request("GET", "/v1/metrics", ADMIN)?;
    let compressed = bench
        .send(request.header("accept-encoding", "gzip"))
        .await?;
    assert_eq!(compressed.header("content-encoding"), "gzip");

    let overview = bench.json("/v1/overview").await?;
    assert_eq!(
        overview["devices"],
        json!({ "total": 2, "online": 2, "silent": 0, "never_seen": 0, "erring": 2, "placeholder": 2 })
    );
    assert_eq!(
        (
            &overview["ingest"]["messages"],
            &overview["ingest"]["processed"]
        ),
        (&json!(10), &json!(8))
    );
    assert_eq!(
        (
            &overview["ingest"]["duplicate"],
            &overview["ingest"]["errors"]
        ),
        (&json!(1), &json!(2))
    );
    assert!(
        overview["rate"]["messages_per_second"]
            .as_f64()
            .is_some_and(|rate| rate > 0.0)
    );
    assert_eq!(
        overview["errors_by_reason"],
        json!([{ "reason": "invalid_json", "count": 1 }, { "reason": "out_of_range", "count": 1 }])
    );
    Ok(())
}

#[tokio::test]
async fn errors_and_raw_records() -> Result<()> {
    let (bench, sequences) = bench_with_data().await?;
    let epoch = bench.epoch().await?;
    let errors = bench.json("/v1/ingest-errors").await?;
    assert_eq!(errors["items"].as_array().map(Vec::len), Some(2));
    let range = bench
        .json("/v1/ingest-errors?reason=out_of_range&serial=legacy-7")
        .await?;
    let error = &range["items"][0];
    assert_eq!(
        (&error["topic"], &error["serial"]),
        (&json!(LEGACY), &json!("legacy-7"))
    );
    assert_eq!(error["raw_record_id"], format!("{epoch}-{}", sequences[6]));
    let first = bench.json("/v1/ingest-errors?limit=1").await?;
    let cursor = first["next_cursor"].as_str().unwrap_or_default();
    let second = bench
        .json(&format!("/v1/ingest-errors?limit=1&cursor={cursor}"))
        .await?;
    assert_ne!(first["items"][0]["id"], second["items"][0]["id"]);
    assert_eq!(second["next_cursor"], Value::Null);

    let record = bench
        .json(&format!("/v1/raw-records/{epoch}-{}", sequences[7]))
        .await?;
    assert_eq!(
        (&record["topic"], &record["source"], &record["outcome"]),
        (&json!(V1), &json!("mqtt"), &json!("parsed"))
    );
    assert_eq!(
        (&record["parse_ok"], &record["decoded_count"]),
        (&json!(true), &json!(2))
    );
    assert_eq!(record["readings"][0]["value"], true);
    assert_eq!(record["readings"][1]["value"], "=1+1");
    assert!(
        record["payload_text"]
            .as_str()
            .is_some_and(|text| text.starts_with("{\"v\":1"))
    );

    let bad = bench
        .json(&format!("/v1/raw-records/{epoch}-{}", sequences[8]))
        .await?;
    assert_eq!(
        (&bad["payload_text"], &bad["parse_ok"], &bad["readings"]),
        (&json!("no json"), &json!(false), &json!([]))
    );
    assert_eq!(bad["errors"][0]["reason"], "invalid_json");
    let repeated = bench
        .json(&format!("/v1/raw-records/{epoch}-{}", sequences[9]))
        .await?;
    let stored_by = repeated["readings"][0]["raw_record_id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(
        [sequences[0], sequences[9]]
            .iter()
            .any(|sequence| stored_by == format!("{epoch}-{sequence}"))
    );
    bench
        .get(&format!("/v1/raw-records/{epoch}-999999"))
        .await?
        .assert_problem(404, "raw_record_not_found");
    bench
        .get("/v1/raw-records/nonsense")
        .await?
        .assert_problem(404, "raw_record_not_found");
    Ok(())
}
