//! Long work of every kind in one shape, and changes besides readings: presence and the stream of changes.

use std::time::Duration;

use anyhow::Result;
use sens_schema::command::{CommandEvent, CommandState};
use sens_storage::presence::{mark_presence_told, untold_presence, watch_presence};
use serde_json::{Value, json};

use crate::support::{ADMIN, Answer, Bench, flat};

async fn bench() -> Result<Bench> {
    let bench = Box::pin(Bench::start(&[])).await?;
    let reading = flat(7, "battery_charge", 80.0, 0);
    bench
        .commit(&[("sens/legacy/telemetry", reading.as_str())])
        .await?;
    Ok(bench)
}

async fn post(bench: &Bench, path: &str, body: &Value) -> Result<Answer> {
    bench
        .send(bench.request("POST", path, ADMIN)?.json(body))
        .await
}

async fn delete(bench: &Bench, path: &str) -> Result<Answer> {
    bench.send(bench.request("DELETE", path, ADMIN)?).await
}

#[tokio::test]
async fn replays_and_runs_of_retention_are_operations() -> Result<()> {
    let bench = bench().await?;
    let replay = post(&bench, "/v1/replays", &json!({"device": "legacy-7"})).await?;
    let run = post(&bench, "/v1/retention-runs?dry_run=true", &json!({})).await?;
    assert_eq!((replay.status, run.status), (202, 202));
    let address = replay.json()["operation"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let operation = bench.json(&address).await?;
    assert_eq!(
        (
            &operation["kind"],
            &operation["state"],
            &operation["progress"]
        ),
        (
            &json!("replay"),
            &json!("requested"),
            &json!({"done": 0, "total": null})
        )
    );
    assert_eq!(operation["links"]["resource"], replay.header("location"));
    assert_eq!(operation["links"]["self"], json!(address));

    let first = bench.json("/v1/operations?limit=1").await?;
    assert_eq!(first["items"][0]["kind"], "retention");
    let cursor = first["next_cursor"].as_str().unwrap_or_default();
    let second = bench
        .json(&format!("/v1/operations?limit=1&cursor={cursor}"))
        .await?;
    assert_eq!(second["items"][0]["id"], operation["id"]);
    let only = bench.json("/v1/operations?kind=replay&state=done").await?;
    assert_eq!(only["items"], json!([]));

    let cancelled = delete(&bench, &address).await?;
    assert_eq!(
        (cancelled.status, &cancelled.json()["state"]),
        (200, &json!("cancelled"))
    );
    let retention = run.json()["operation"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    delete(&bench, &retention)
        .await?
        .assert_problem(409, "operation_not_cancellable");
    for id in ["replay-99", "backup-1", "x"] {
        bench
            .get(&format!("/v1/operations/{id}"))
            .await?
            .assert_problem(404, "operation_not_found");
    }
    bench
        .get("/v1/operations?kind=backup")
        .await?
        .assert_problem(400, "invalid_parameter");
    Ok(())
}

#[tokio::test]
async fn a_device_comes_goes_and_falls_silent() -> Result<()> {
    let bench = bench().await?;
    let pool = &bench.pools.primary;
    let patience = Duration::from_mins(5);
    assert_eq!(watch_presence(pool, patience).await?, 1);
    assert_eq!(watch_presence(pool, patience).await?, 0, "nothing changed");
    let topic = "sens/v1/legacy-7/status";
    for (payload, expected) in [
        (r#"{"online":false}"#, "offline"),
        (r#"{"online":true}"#, "online"),
    ] {
        bench.commit(&[(topic, payload)]).await?;
        assert_eq!(watch_presence(pool, patience).await?, 1, "{expected}");
    }
    bench
        .postgres
        .sql("UPDATE device SET last_seen_at = now() - interval '6 minutes'")?;
    assert_eq!(watch_presence(pool, patience).await?, 1);
    let told = untold_presence(pool).await?;
    let states: Vec<&str> = told
        .iter()
        .map(|change| change.event.state.as_str())
        .collect();
    assert_eq!(states, ["online", "offline", "online", "silent"]);
    let ids: Vec<i64> = told.iter().map(|change| change.id).collect();
    mark_presence_told(pool, &ids).await?;
    assert!(untold_presence(pool).await?.is_empty());
    let presence = bench.json("/v1/devices/legacy-7/presence?limit=2").await?;
    assert_eq!(
        (
            &presence["state"],
            presence["items"].as_array().map(Vec::len)
        ),
        (&json!("silent"), Some(2))
    );
    bench
        .get("/v1/devices/AI-99/presence")
        .await?
        .assert_problem(404, "device_not_found");
    Ok(())
}

#[tokio::test]
async fn changes_are_followed_and_resumed() -> Result<()> {
    let bench = bench().await?;
    let mut stream = bench
        .request("GET", "/v1/events/stream?kind=command&device=A", ADMIN)?
        .send()
        .await?;
    let mut text = String::new();
    while !text.contains(": open") {
        text.push_str(&String::from_utf8_lossy(
            &stream.chunk().await?.unwrap_or_default(),
        ));
    }
    for (serial, state) in [
        ("B", CommandState::Sent),
        ("A", CommandState::Sent),
        ("A", CommandState::Acknowledged),
    ] {
        let event = CommandEvent {
            serial: serial.to_owned(),
            id: "i".to_owned(),
            name: "n".to_owned(),
            state,
            at: 0,
            detail: None,
        };
        bench.messaging.tell_command(&event).await?;
    }
    while !text.contains("acknowledged") {
        text.push_str(&String::from_utf8_lossy(
            &stream.chunk().await?.unwrap_or_default(),
        ));
    }
    assert!(!text.contains("\"B\""), "{text}");
    let first = text
        .lines()
        .find_map(|line| line.strip_prefix("id: "))
        .unwrap_or_default()
        .to_owned();
    let request = bench.request("GET", "/v1/events/stream", ADMIN)?;
    let mut resumed = request.header("last-event-id", first).send().await?;
    let mut again = String::new();
    while !again.contains("acknowledged") {
        again.push_str(&String::from_utf8_lossy(
            &resumed.chunk().await?.unwrap_or_default(),
        ));
    }
    assert!(!again.contains("\"sent\""), "{again}");
    bench
        .get("/v1/events/stream?kind=reading")
        .await?
        .assert_problem(400, "invalid_parameter");
    let request = bench.request("GET", "/v1/events/stream", ADMIN)?;
    bench
        .send(request.header("last-event-id", "x"))
        .await?
        .assert_problem(400, "bad_request");
    Ok(())
}
