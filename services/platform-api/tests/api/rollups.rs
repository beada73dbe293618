//! Readings by minute, hour and day, in other units, and as of a past moment.

use anyhow::Result;
use sens_storage::rollup::{Pass, recompute};
use serde_json::{Value, json};

use crate::support::{ADMIN, Bench, flat};

const LEGACY: &str = "sens/legacy/telemetry";
const BASE: &str = "/v1/devices/legacy-7/measurements";

async fn bench() -> Result<Bench> {
    let bench = Bench::start(&[]).await?;
    let payloads = [
        flat(7, "battery_charge", 80.0, 0),
        flat(7, "battery_charge", 70.0, 10),
        flat(7, "battery_charge", 60.5, 60),
        flat(7, "battery_charge", 50.0, 7200),
        flat(7, "platform_extension_ticks", 3.0, 0),
    ];
    let v1 = [
        r#"{"v":1,"readings":[{"metric":"note","value":"a","at":"2026-09-21T14:13:20Z"},{"metric":"note","value":"b","at":"2026-09-21T14:13:21Z"}]}"#,
        r#"{"v":1,"readings":[{"metric":"door","value":false,"at":"2026-09-21T14:13:20Z"},{"metric":"door","value":true,"at":"2026-09-21T14:13:21Z"}]}"#,
    ];
    let mut all: Vec<(&str, &str)> = payloads
        .iter()
        .map(|payload| (LEGACY, payload.as_str()))
        .collect();
    all.extend(v1.map(|payload| ("sens/v1/AI-1/telemetry", payload)));
    bench.commit(&all).await?;
    Ok(bench)
}

async fn roll_up(bench: &Bench) -> Result<()> {
    while recompute(&bench.pools.primary).await? != Pass::Idle {}
    Ok(())
}

fn pick(items: &Value, members: &[&str]) -> Vec<Value> {
    let of = |item: &Value| {
        members
            .iter()
            .map(|member| item.pointer(member).cloned())
            .collect()
    };
    items.as_array().into_iter().flatten().map(of).collect()
}

#[tokio::test]
async fn readings_are_answered_by_minute_hour_and_day() -> Result<()> {
    let bench = bench().await?;
    let battery = format!("{BASE}?metric=battery_charge");
    let waiting = bench.json(&format!("{battery}&resolution=1h")).await?;
    assert_eq!(
        (&waiting["complete"], &waiting["items"]),
        (&json!(false), &json!([]))
    );
    roll_up(&bench).await?;

    let minutes = bench.json(&format!("{battery}&resolution=1m")).await?;
    assert_eq!(
        (
            &minutes["source"],
            &minutes["complete"],
            &minutes["watermark"]
        ),
        (
            &json!("rollup_1m"),
            &json!(true),
            &json!("2026-09-21T16:13:20.000000Z")
        )
    );
    let members = [
        "/recorded_at",
        "/value",
        "/rollup/count",
        "/rollup/min",
        "/rollup/max",
        "/rollup/sum",
        "/rollup/first",
        "/rollup/last",
    ];
    assert_eq!(
        pick(&minutes["items"], &members),
        [
            json!(["2026-09-21T14:13:00.000000Z", 75, 2, 70, 80, 150, 80, 70]),
            json!([
                "2026-09-21T14:14:00.000000Z",
                60.5,
                1,
                60.5,
                60.5,
                60.5,
                60.5,
                60.5
            ]),
            json!(["2026-09-21T16:13:00.000000Z", 50, 1, 50, 50, 50, 50, 50]),
        ]
    );
    // The interval is widened to whole buckets.
    let hour = "from=2026-09-21T14:30:00Z&to=2026-09-21T14:31:00Z";
    let hours = bench
        .json(&format!("{battery}&resolution=1h&{hour}"))
        .await?;
    assert_eq!(
        pick(&hours["items"], &["/recorded_at", "/rollup/count"]),
        [json!(["2026-09-21T14:00:00.000000Z", 3])]
    );
    let days = bench.json(&format!("{battery}&resolution=1d")).await?;
    assert_eq!(pick(&days["items"], &["/rollup/count"]), [json!([4])]);
    let auto = bench
        .json(&format!(
            "{battery}&resolution=auto&from=2026-09-01T00:00:00Z&to=2026-10-01T00:00:00Z"
        ))
        .await?;
    assert_eq!(auto["source"], "rollup_1h");
    Ok(())
}

#[tokio::test]
async fn pages_formats_booleans_and_texts_are_rolled_up_too() -> Result<()> {
    let bench = bench().await?;
    roll_up(&bench).await?;
    for order in ["asc", "desc"] {
        let whole = bench
            .json(&format!("{BASE}?resolution=1m&order={order}"))
            .await?;
        let mut seen = Vec::new();
        let mut path = format!("{BASE}?resolution=1m&limit=1&order={order}");
        loop {
            let page = bench.json(&path).await?;
            seen.extend(page["items"].as_array().cloned().unwrap_or_default());
            let Some(cursor) = page["next_cursor"].as_str() else {
                break;
            };
            path = format!("{BASE}?resolution=1m&limit=1&order={order}&cursor={cursor}");
        }
        assert_eq!(
            (json!(seen), seen.len()),
            (whole["items"].clone(), 4),
            "{order}"
        );
    }
    let other = bench
        .json("/v1/devices/AI-1/measurements?resolution=1d")
        .await?;
    assert_eq!(
        pick(
            &other["items"],
            &[
                "/metric",
                "/value",
                "/rollup/count",
                "/rollup/min",
                "/rollup/last"
            ]
        ),
        [
            json!(["door", true, 2, null, true]),
            json!(["note", "b", 2, null, "b"])
        ]
    );
    let csv = bench.request(
        "GET",
        &format!("{BASE}?resolution=1d&metric=battery_charge"),
        ADMIN,
    )?;
    let csv = bench.send(csv.header("accept", "text/csv")).await?;
    assert_eq!(
        csv.text(),
        "serial,metric,recorded_at,value,unit,quality,count,min,max,sum,first,last,first_at,last_at\r\n\
         legacy-7,battery_charge,2026-09-21T00:00:00.000000Z,65.125,%,rolled_up,4,50,80,260.5,80,50,\
         2026-09-21T14:13:20.000000Z,2026-09-21T16:13:20.000000Z\r\n"
    );
    Ok(())
}

#[tokio::test]
async fn values_are_converted_as_they_are_read() -> Result<()> {
    let bench = bench().await?;
    roll_up(&bench).await?;
    let ticks = format!("{BASE}?metric=platform_extension_ticks");
    for (query, expected) in [
        ("", json!([3, "tick"])),
        ("&unit=mm", json!([0.15, "mm"])),
        ("&unit=display", json!([0.15, "mm"])),
        ("&unit=tick", json!([3, "tick"])),
        ("&unit=mm&resolution=1h", json!([0.15, "mm"])),
    ] {
        let answer = bench.json(&format!("{ticks}{query}")).await?;
        assert_eq!(
            pick(&answer["items"], &["/value", "/unit"]),
            [expected],
            "{query}"
        );
    }
    let all = bench.json(&format!("{BASE}?unit=mm&limit=2")).await?;
    assert_eq!(
        pick(&all["items"], &["/unit"]),
        [json!(["mm"]), json!(["%"])]
    );
    Ok(())
}

#[tokio::test]
async fn a_past_moment_is_answered_as_it_was() -> Result<()> {
    let bench = bench().await?;
    let now = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let before = bench.json(BASE).await?;
    let late = flat(7, "battery_charge", 42.0, 5);
    bench.commit(&[(LEGACY, late.as_str())]).await?;
    assert_ne!(bench.json(BASE).await?["items"], before["items"]);
    let then = bench.json(&format!("{BASE}?as_of={now}")).await?;
    assert_eq!(
        (&then["items"], &then["as_of"]),
        (&before["items"], &json!(now))
    );
    roll_up(&bench).await?;
    let hours = bench
        .json(&format!(
            "{BASE}?metric=battery_charge&resolution=1d&as_of={now}"
        ))
        .await?;
    assert_eq!(
        pick(&hours["items"], &["/rollup/count", "/rollup/min"]),
        [json!([4, 50])]
    );
    assert_eq!(hours["source"], "raw");
    Ok(())
}
