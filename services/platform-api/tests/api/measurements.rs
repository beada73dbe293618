//! Readings of many devices, in buckets of any width, for charts, and in every format.

use anyhow::Result;
use sens_storage::rollup::{Pass, recompute};
use serde_json::{Value, json};

use crate::support::{ADMIN, Answer, Bench, flat};

const LEGACY: &str = "sens/legacy/telemetry";
const PATH: &str = "/v1/measurements:query";

/// Two devices: battery readings at 14:13:20 and each minute after, `values` of them; extension of the first.
async fn bench() -> Result<Bench> {
    let bench = Bench::start(&[]).await?;
    let mut payloads = vec![flat(7, "platform_extension_ticks", 20.0, 0)];
    for (device, values) in [(7, [80.0, 70.0, 60.0]), (8, [50.0, 40.0, 30.0])] {
        for (minute, value) in (0..).zip(values) {
            payloads.push(flat(device, "battery_charge", value, minute * 60));
        }
    }
    let payloads: Vec<(&str, &str)> = payloads
        .iter()
        .map(|payload| (LEGACY, payload.as_str()))
        .collect();
    bench.commit(&payloads).await?;
    while recompute(&bench.pools.primary).await? != Pass::Idle {}
    Ok(bench)
}

async fn post(bench: &Bench, body: &Value) -> Result<Answer> {
    bench
        .send(bench.request("POST", PATH, ADMIN)?.json(body))
        .await
}

fn pick(answer: &Value, members: &[&str]) -> Vec<Value> {
    let rows = answer["items"].as_array().into_iter().flatten();
    rows.map(|row| members.iter().map(|member| row[*member].clone()).collect())
        .collect()
}

#[tokio::test]
async fn many_devices_are_asked_at_once_in_both_ways() -> Result<()> {
    let bench = Box::pin(bench()).await?;
    let query = "metric=battery_charge&device=legacy-7&device=legacy-8&limit=4";
    let by_address = bench.json(&format!("{PATH}?{query}")).await?;
    assert_eq!(
        pick(&by_address, &["serial", "value"]),
        [
            json!(["legacy-7", 80]),
            json!(["legacy-8", 50]),
            json!(["legacy-7", 70]),
            json!(["legacy-8", 40])
        ]
    );
    assert_eq!(
        (&by_address["source"], &by_address["complete"]),
        (&json!("raw"), &json!(false))
    );
    assert_eq!(
        bench.json(&format!("/v1/measurements?{query}")).await?,
        by_address
    );

    let body =
        json!({ "metric": "battery_charge", "device": ["legacy-7", "legacy-8"], "limit": 4 });
    assert_eq!(post(&bench, &body).await?.json(), by_address);
    let mut next = body.clone();
    next["cursor"] = by_address["next_cursor"].clone();
    let rest = post(&bench, &next).await?.json();
    assert_eq!(pick(&rest, &["value"]), [json!([60]), json!([30])]);
    assert_eq!(rest["complete"], true);

    let all = bench.json("/v1/measurements?shape=columns").await?;
    assert_eq!(all["columns"]["value"].as_array().map(Vec::len), Some(7));
    assert_eq!(all.get("items"), None);
    for (path, code) in [
        ("device=none", "device_not_found"),
        ("device=none&device=nobody", "device_not_found"),
    ] {
        bench
            .get(&format!("{PATH}?{path}"))
            .await?
            .assert_problem(404, code);
    }
    bench
        .postgres
        .sql(r#"UPDATE device SET labels = '{"site":"vie"}' WHERE serial = 'legacy-8'"#)?;
    let labelled = bench
        .json(&format!("{PATH}?label=site%3Dvie&limit=1"))
        .await?;
    assert_eq!(
        pick(&labelled, &["serial", "value"]),
        [json!(["legacy-8", 50])]
    );
    let wrong = bench.get(&format!("{PATH}?label=site%3D%3D%3Dvie")).await?;
    wrong.assert_problem(400, "invalid_parameter");
    bench
        .get(&format!("{PATH}?typo=1"))
        .await?
        .assert_problem(400, "invalid_parameter");
    let faults = post(&bench, &json!({ "resolution": "1x", "agg": [{}] })).await?;
    faults.assert_problem(400, "invalid_body");
    assert_eq!(faults.json()["errors"][1]["pointer"], "/resolution");
    post(&bench, &json!([]))
        .await?
        .assert_problem(400, "invalid_body");
    Ok(())
}

#[tokio::test]
async fn buckets_of_any_width_have_what_is_asked_for() -> Result<()> {
    let bench = Box::pin(bench()).await?;
    let battery = format!("{PATH}?metric=battery_charge&device=legacy-7");
    let wanted = "agg=avg,min,max,count,sum,first,last";
    let members = [
        "recorded_at",
        "count",
        "avg",
        "min",
        "max",
        "sum",
        "first",
        "last",
    ];
    for (resolution, source, start) in [
        ("5m", "rollup_1m", "2026-09-21T14:10:00.000000Z"),
        ("2h", "rollup_1h", "2026-09-21T14:00:00.000000Z"),
        ("1d", "rollup_1d", "2026-09-21T00:00:00.000000Z"),
        (
            "1d&tz=Europe/Vienna",
            "rollup_1h",
            "2026-09-20T22:00:00.000000Z",
        ),
        (
            "1w&tz=Europe/Vienna",
            "rollup_1h",
            "2026-09-20T22:00:00.000000Z",
        ),
        ("1mo", "rollup_1d", "2026-09-01T00:00:00.000000Z"),
        (
            "1mo&tz=Asia/Kolkata",
            "rollup_1m",
            "2026-08-31T18:30:00.000000Z",
        ),
    ] {
        // From 14:15 on the third reading is in another bucket of five minutes.
        let expected = if resolution == "5m" {
            vec![json!([start, 2, 75, 70, 80, 150, 80, 70])]
        } else {
            vec![json!([start, 3, 70, 60, 80, 210, 80, 60])]
        };
        let answer = bench
            .json(&format!("{battery}&resolution={resolution}&{wanted}"))
            .await?;
        let found = pick(&answer, &members);
        assert_eq!(
            (&answer["source"], &answer["complete"]),
            (&json!(source), &json!(true))
        );
        assert_eq!(&found[..1], expected, "{resolution}");
    }
    let raw = bench
        .json(&format!("{battery}&resolution=30s&agg=count"))
        .await?;
    assert_eq!(
        (&raw["source"], pick(&raw, &["count"]).len()),
        (&json!("raw"), 3)
    );
    let percentiles = bench
        .json(&format!("{battery}&resolution=1h&agg=p50,p0,p100,avg"))
        .await?;
    assert_eq!(
        pick(&percentiles, &["p50", "p0", "p100", "avg", "count"]),
        [json!([70, 60, 80, 70, 3])]
    );
    Ok(())
}

#[tokio::test]
async fn buckets_go_by_arrival_and_in_other_units_too() -> Result<()> {
    let bench = Box::pin(bench()).await?;
    let received = bench
        .json(&format!(
            "{PATH}?device=legacy-7&resolution=1d&agg=count&time=received&last=2d"
        ))
        .await?;
    assert_eq!(
        pick(&received, &["metric", "count"]).len(),
        2,
        "all arrived just now"
    );
    let millimetres = bench
        .json(&format!(
            "{PATH}?metric=platform_extension_ticks&resolution=1h&agg=max&unit=mm"
        ))
        .await?;
    assert_eq!(pick(&millimetres, &["max", "unit"]), [json!([1, "mm"])]);
    Ok(())
}

#[tokio::test]
async fn pages_of_buckets_hold_each_of_them_once() -> Result<()> {
    let bench = Box::pin(bench()).await?;
    for order in ["asc", "desc"] {
        let whole = bench
            .json(&format!("{PATH}?resolution=2m&order={order}"))
            .await?;
        let mut seen = Vec::new();
        let mut path = format!("{PATH}?resolution=2m&order={order}&limit=1");
        loop {
            let page = bench.json(&path).await?;
            seen.extend(page["items"].as_array().cloned().unwrap_or_default());
            let Some(cursor) = page["next_cursor"].as_str() else {
                break;
            };
            path = format!("{PATH}?resolution=2m&order={order}&limit=1&cursor={cursor}");
        }
        assert_eq!(json!(seen), whole["items"], "{order}");
    }
    Ok(())
}

#[tokio::test]
async fn gaps_are_filled_and_points_are_chosen() -> Result<()> {
    let bench = Box::pin(bench()).await?;
    let span =
        "device=legacy-7&metric=battery_charge&from=2026-09-21T14:12:00Z&to=2026-09-21T14:17:00Z";
    for (fill, expected) in [
        ("null", json!([null, 80, 70, 60, null])),
        ("previous", json!([null, 80, 70, 60, 60])),
    ] {
        let answer = bench
            .json(&format!("{PATH}?{span}&resolution=1m&agg=avg&fill={fill}"))
            .await?;
        let values: Vec<Value> = answer["items"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|row| row["avg"].clone())
            .collect();
        assert_eq!(json!(values), expected, "{fill}");
        assert_eq!(pick(&answer, &["count"])[0], json!([0]));
    }
    let days =
        "device=legacy-7&metric=battery_charge&resolution=1d&tz=Europe/Vienna&agg=count&fill=null";
    let autumn = bench
        .json(&format!(
            "{PATH}?{days}&from=2026-10-23T22:00:00Z&to=2026-10-26T23:00:00Z"
        ))
        .await?;
    let starts: Vec<Value> = pick(&autumn, &["recorded_at"]);
    let expected = ["2026-10-23T22", "2026-10-24T22", "2026-10-25T23"];
    assert_eq!(
        starts,
        expected.map(|hour| json!([format!("{hour}:00:00.000000Z")])),
        "24, then 25 hours"
    );

    bulk(&bench, 20_000)?;
    for method in ["lttb", "minmax"] {
        let chart = bench
            .json(&format!(
                "{PATH}?device=legacy-7&metric=battery_charge&points=50&method={method}"
            ))
            .await?;
        let count = pick(&chart, &["value"]).len();
        assert!(count > 15 && count <= 50, "{method}: {count}");
        assert!(
            pick(&chart, &["value"]).contains(&json!([1000])),
            "{method} keeps the peak"
        );
    }
    let nearest = bench
        .json(&format!(
            "{PATH}?at=2026-09-21T14:13:55Z&metric=battery_charge"
        ))
        .await?;
    assert_eq!(
        pick(&nearest, &["serial", "recorded_at", "value"]),
        [
            json!(["legacy-7", "2026-09-21T14:14:20.000000Z", 70]),
            json!(["legacy-8", "2026-09-21T14:14:20.000000Z", 40])
        ]
    );
    let long = "from=2016-01-01T00:00:00Z&to=2026-01-01T00:00:00Z&resolution=1s&fill=null";
    let too_large = bench.get(&format!("{PATH}?{long}")).await?;
    too_large.assert_problem(422, "query_too_large");
    assert_eq!(too_large.json()["fits"]["resolution"], "6h");
    Ok(())
}

/// Puts readings of legacy-7 straight into storage, one a second from 22 September on; one of them is a peak.
pub(crate) fn bulk(bench: &Bench, count: u32) -> Result<()> {
    bench.postgres.sql(&format!(
        "SELECT count(ensure_partition('processed_record', at)) FROM generate_series(timestamptz '2026-09-22Z', \
         timestamptz '2026-09-22Z' + interval '1 second' * {count} + interval '7 days', interval '1 day') at"
    ))?;
    bench.postgres.sql(&format!(
        "INSERT INTO processed_record (device_id, metric_id, recorded_at, dedup, value, received_at, raw_epoch, raw_seq, raw_item, decoder) \
         SELECT d.id, m.id, timestamptz '2026-09-22Z' + interval '1 second' * g, g, CASE WHEN g = {count} / 3 THEN 1000 ELSE g % 100 END, \
         now(), 1, 1, 0, 'flat@1' FROM generate_series(1, {count}) g, device d, metric m \
         WHERE d.serial = 'legacy-7' AND m.name = 'battery_charge'"
    ))?;
    bench.postgres.sql(
        "UPDATE latest_value SET recorded_at = (SELECT max(recorded_at) FROM processed_record)",
    )?;
    bench.postgres.sql("ANALYZE processed_record")?;
    Ok(())
}

#[tokio::test]
async fn every_format_has_the_whole_interval() -> Result<()> {
    let bench = Box::pin(bench()).await?;
    bulk(&bench, 25_000)?;
    let path = "/v1/devices/legacy-7/measurements?metric=battery_charge";
    let get = async |path: &str, accept: &str, encoding: &str| {
        let request = bench.request("GET", path, ADMIN)?.header("accept", accept);
        bench
            .send(request.header("accept-encoding", encoding))
            .await
    };
    let lines = get(path, "application/x-ndjson", "identity").await?;
    let values: Vec<Value> = lines
        .text()
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    assert_eq!(values.len(), 25_003);
    let times: Vec<&str> = values
        .iter()
        .filter_map(|row| row["recorded_at"].as_str())
        .collect();
    assert!(times.is_sorted());
    assert_eq!(
        (lines.header("sens-source"), lines.header("sens-complete")),
        ("raw", "true")
    );
    let csv = get(path, "text/csv", "identity").await?;
    assert_eq!(csv.text().lines().count(), 25_004);
    let page = get(&format!("{path}&limit=10"), "text/csv", "identity").await?;
    assert_eq!(page.text().lines().count(), 11);
    assert!(page.header("link").contains("cursor="));
    let parquet = get(path, "application/vnd.apache.parquet", "gzip").await?;
    assert!(parquet.body.starts_with(b"PAR1") && parquet.body.ends_with(b"PAR1"));
    assert_eq!(
        parquet.header("content-encoding"),
        "",
        "it is packed already"
    );
    let arrow = get(path, "application/vnd.apache.arrow.stream", "identity").await?;
    assert!(arrow.body.len() > 25_003 * 8);
    for (encoding, magic) in [
        ("gzip", &[0x1f, 0x8b][..]),
        ("zstd", &[0x28, 0xb5, 0x2f, 0xfd]),
    ] {
        let packed = get(path, "text/csv", encoding).await?;
        assert_eq!(packed.header("content-encoding"), encoding);
        assert!(packed.body.starts_with(magic) && packed.body.len() < csv.body.len() / 4);
    }
    let buckets = get(
        "/v1/measurements?resolution=2m&agg=count&order=desc",
        "text/csv",
        "identity",
    )
    .await?;
    assert!(
        buckets
            .text()
            .starts_with("serial,metric,recorded_at,unit,count\r\n")
    );
    get(path, "image/png", "identity")
        .await?
        .assert_problem(406, "not_acceptable");
    Ok(())
}

#[tokio::test]
async fn a_linked_device_has_one_history() -> Result<()> {
    let bench = Box::pin(bench()).await?;
    let newer = r#"{"v":1,"readings":[{"metric":"battery_charge","value":20,"at":"2026-09-21T14:14:50Z"}]}"#;
    bench.commit(&[("sens/v1/AI-1/telemetry", newer)]).await?;
    while recompute(&bench.pools.primary).await? != Pass::Idle {}
    // The legacy device is the older row: its number comes before that of the device it is linked to.
    bench.postgres.sql(
        "INSERT INTO device_alias (legacy_id, device_id, linked_by) SELECT 7, id, 'test' FROM device WHERE serial = 'AI-1'",
    )?;
    let one = "metric=battery_charge&device=AI-1";
    let raw = bench.json(&format!("{PATH}?{one}")).await?;
    assert_eq!(
        pick(&raw, &["value"]),
        [80, 70, 20, 60].map(|value| json!([value]))
    );
    for (resolution, expected) in [
        ("1h", json!([4, 57.5, 20])),
        ("1d&tz=Europe/Vienna", json!([4, 57.5, 20])),
        ("1d", json!([4, 57.5, 20])),
    ] {
        let buckets = bench
            .json(&format!("{PATH}?{one}&resolution={resolution}&agg=avg,min"))
            .await?;
        assert_eq!(
            pick(&buckets, &["count", "avg", "min"]),
            [expected],
            "{resolution}"
        );
    }
    let percentiles = bench
        .json(&format!("{PATH}?{one}&resolution=1h&agg=p50"))
        .await?;
    assert_eq!(pick(&percentiles, &["count", "p50"]), [json!([4, 65])]);
    let points = bench.json(&format!("{PATH}?{one}&points=100")).await?;
    assert_eq!(
        pick(&points, &["value"]),
        [80, 70, 20, 60].map(|value| json!([value]))
    );
    let nearest = bench
        .json(&format!("{PATH}?{one}&at=2026-09-21T14:14:51Z"))
        .await?;
    assert_eq!(pick(&nearest, &["serial", "value"]), [json!(["AI-1", 20])]);
    let lines = bench
        .request("GET", &format!("{PATH}?{one}"), ADMIN)?
        .header("accept", "text/csv");
    assert_eq!(bench.send(lines).await?.text().lines().count(), 5);
    assert_eq!(
        bench
            .json("/v1/devices/legacy-7/measurements?metric=battery_charge")
            .await?["items"]
            .as_array()
            .map(Vec::len),
        Some(4)
    );
    Ok(())
}
