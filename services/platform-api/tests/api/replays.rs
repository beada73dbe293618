//! Replays asked for over REST, and what there is of a device.

use anyhow::{Context as _, Result};
use sens_schema::DecoderMap;
use sens_storage::replay::take_replays;
use sens_storage::rollup::{Pass, recompute};
use serde_json::{Value, json};

use crate::support::{ADMIN, Answer, Bench, flat};

const LEGACY: &str = "sens/legacy/telemetry";
const BATTERY: &str = "/v1/devices/legacy-7/measurements?metric=battery_charge";

async fn post(bench: &Bench, body: Value) -> Result<Answer> {
    let request = bench.client.post(format!("{}/v1/replays", bench.url));
    bench.send(request.bearer_auth(ADMIN).json(&body)).await
}

/// As a worker does what is asked for.
async fn work(bench: &Bench) -> Result<()> {
    let decoders = DecoderMap::builtin().clone();
    let mut replays = take_replays(&bench.pools.primary, decoders)
        .await?
        .context("somebody else replays")?;
    while let Some(id) = replays.next().await? {
        replays.perform(id).await?;
    }
    replays.end().await?;
    while recompute(&bench.pools.primary).await? != Pass::Idle {}
    Ok(())
}

/// A charge that was refused, because the catalogue said up to 100 then.
async fn bench() -> Result<Bench> {
    let bench = Box::pin(Bench::start(&[])).await?;
    let payloads = [
        flat(7, "battery_charge", 80.0, 0),
        flat(7, "battery_charge", 130.0, 60),
    ];
    let payloads: Vec<(&str, &str)> = payloads
        .iter()
        .map(|payload| (LEGACY, payload.as_str()))
        .collect();
    bench.commit(&payloads).await?;
    allow(&bench, 150).await?;
    Ok(bench)
}

async fn allow(bench: &Bench, max: i64) -> Result<()> {
    let request = bench
        .client
        .patch(format!("{}/v1/metrics/battery_charge", bench.url));
    let answer = bench
        .send(request.bearer_auth(ADMIN).json(&json!({"max": max})))
        .await?;
    assert_eq!(answer.status, 200, "{}", answer.text());
    Ok(())
}

#[tokio::test]
async fn a_replay_is_asked_for_followed_and_tells_what_it_changed() -> Result<()> {
    let bench = bench().await?;
    let dry = post(&bench, json!({"device": "legacy-7", "dry_run": true})).await?;
    assert_eq!(dry.status, 202, "{}", dry.text());
    let location = dry.header("location").to_owned();
    assert_eq!(location, format!("/v1/replays/{}", dry.json()["id"]));
    assert_eq!(bench.json(&location).await?["state"], "requested");
    work(&bench).await?;
    let planned = bench.json(&location).await?;
    assert_eq!(planned["state"], "done");
    let progress = json!({"records": 2, "unchanged": 1, "added": 1, "superseded": 0, "restored": 0, "skipped": 0, "errors": 0, "resolved": 1});
    assert_eq!(
        (&planned["progress"], &planned["total"]),
        (&progress, &json!(2))
    );
    let change = &planned["changes"][0];
    assert_eq!(
        (
            &change["change"],
            &change["serial"],
            &change["metric"],
            &change["value"]
        ),
        (
            &json!("added"),
            &json!("legacy-7"),
            &json!("battery_charge"),
            &json!(130.0)
        )
    );
    assert_eq!(
        bench.json(BATTERY).await?["items"].as_array().map(Vec::len),
        Some(1)
    );

    let real = post(&bench, json!({"from": "2020-01-01T00:00:00Z"})).await?;
    let location = real.header("location").to_owned();
    work(&bench).await?;
    assert_eq!(bench.json(&location).await?["progress"], progress);
    let values: Vec<Value> = bench.json(BATTERY).await?["items"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|item| item["value"].clone())
        .collect();
    assert_eq!(values, [json!(80), json!(130)]);
    let list = bench.json("/v1/replays?limit=1").await?;
    assert_eq!(list["items"][0]["id"], real.json()["id"]);
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    Ok(())
}

#[tokio::test]
async fn bad_replays_are_refused_and_waiting_ones_cancelled() -> Result<()> {
    let bench = bench().await?;
    for body in [
        json!({}),
        json!({"from": "yesterday"}),
        json!({"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}),
        json!({"device": "AI-99"}),
        json!({"device": "legacy-7", "speed": 3}),
    ] {
        post(&bench, body)
            .await?
            .assert_problem(400, "invalid_body");
    }
    bench
        .get("/v1/replays/12345")
        .await?
        .assert_problem(404, "replay_not_found");
    let asked = post(&bench, json!({"device": "legacy-7"})).await?;
    let address = format!("{}{}", bench.url, asked.header("location"));
    let cancelled = bench
        .send(bench.client.delete(&address).bearer_auth(ADMIN))
        .await?;
    assert_eq!(
        (cancelled.status, &cancelled.json()["state"]),
        (200, &json!("cancelled"))
    );
    work(&bench).await?;
    assert_eq!(
        bench.json(BATTERY).await?["items"].as_array().map(Vec::len),
        Some(1)
    );
    Ok(())
}

#[tokio::test]
async fn the_series_of_a_device_say_what_there_is() -> Result<()> {
    let bench = bench().await?;
    let waiting = bench.json("/v1/devices/legacy-7/series").await?;
    assert_eq!(
        (&waiting["complete"], &waiting["items"]),
        (&json!(false), &json!([]))
    );
    post(&bench, json!({"device": "legacy-7"})).await?;
    work(&bench).await?;
    let series = bench.json("/v1/devices/legacy-7/series").await?;
    assert_eq!(
        series,
        json!({"serial": "legacy-7", "complete": true, "items": [{
            "metric": "battery_charge", "kind": "number", "unit": "%", "display_unit": "%", "listed": true,
            "first_at": "2026-09-21T14:13:20.000000Z", "last_at": "2026-09-21T14:14:20.000000Z", "count": 2
        }]})
    );
    bench
        .get("/v1/devices/AI-99/series")
        .await?
        .assert_problem(404, "device_not_found");
    Ok(())
}
