//! Commands asked for over REST: stored, put into the stream, taken back, answered.

use anyhow::{Context as _, Result};
use chrono::Utc;
use sens_schema::command::{CommandOrder, CommandReport, CommandState, CommandStep};
use sens_storage::command::{
    CommandNews, apply_reports, expire_overdue, forget_finished, undispatched, untold_steps,
};
use serde_json::{Value, json};

use crate::devices;
use crate::support::{ADMIN, Answer, Bench, flat};

const COMMANDS: &str = "/v1/devices/legacy-7/commands";

async fn bench() -> Result<Bench> {
    let bench = Box::pin(Bench::start(&[])).await?;
    let reading = flat(7, "battery_charge", 80.0, 0);
    bench
        .commit(&[("sens/legacy/telemetry", reading.as_str())])
        .await?;
    Ok(bench)
}

async fn post(bench: &Bench, body: Value, key: Option<&str>) -> Result<Answer> {
    let mut request = bench.request("POST", COMMANDS, ADMIN)?.json(&body);
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    bench.send(request).await
}

async fn cancel(bench: &Bench, address: &str) -> Result<Answer> {
    bench.send(bench.request("DELETE", address, ADMIN)?).await
}

fn states(detail: &Value) -> Vec<&str> {
    let steps = detail["steps"].as_array().into_iter().flatten();
    steps.filter_map(|step| step["state"].as_str()).collect()
}

/// As the ingestion worker reports it.
async fn step(bench: &Bench, id: &str, step: CommandStep) -> Result<()> {
    let report = CommandReport {
        id: id.to_owned(),
        step,
        at: Utc::now().timestamp_micros(),
        detail: None,
    };
    Ok(bench.messaging.report_command(&report).await?)
}

fn news(id: &str, state: CommandState) -> CommandNews {
    CommandNews {
        id: id.to_owned(),
        state,
        at: Utc::now(),
        detail: None,
    }
}

#[tokio::test]
async fn a_command_is_stored_put_into_the_stream_and_answered() -> Result<()> {
    let bench = bench().await?;
    let body = json!({"name": "move", "payload": {"to": [1.5, "\u{0}"]}, "ttl_seconds": 60});
    let asked = post(&bench, body, None).await?;
    assert_eq!(asked.status, 202, "{}", asked.text());
    let command = asked.json();
    let id = command["id"].as_str().context("no id")?;
    assert_eq!(asked.header("location"), format!("{COMMANDS}/{id}"));
    assert_eq!(
        (
            &command["state"],
            &command["requested_by"],
            states(&command)
        ),
        (&json!("queued"), &json!("bootstrap"), vec!["queued"])
    );

    let mut consumer = bench.messaging.consume_commands(10).await?;
    let deliveries = consumer.next().await?;
    let order: CommandOrder = serde_json::from_slice(&deliveries[0].payload)?;
    assert_eq!((order.id.as_str(), order.serial.as_str()), (id, "legacy-7"));
    assert_eq!(order.payload.get(), r#"{"to":[1.5,"\u0000"]}"#);
    assert!(undispatched(&bench.pools.primary, 10).await?.is_empty());

    apply_reports(&bench.pools.primary, &[news(id, CommandState::Sent)]).await?;
    let topic = "sens/v1/legacy-7/command/ack";
    let received = json!({"id": id, "status": "received"}).to_string();
    let done = json!({"id": id, "ok": true, "result": {"at": 1.5}}).to_string();
    let foreign = json!({"id": id, "ok": false}).to_string();
    bench
        .commit(&[
            (topic, received.as_str()),
            (topic, done.as_str()),
            ("sens/v1/AI-1/command/ack", foreign.as_str()),
            (topic, r#"{"id":"none of ours"}"#),
        ])
        .await?;
    let command = bench.json(asked.header("location")).await?;
    assert_eq!(
        (&command["state"], &command["result"]),
        (&json!("acknowledged"), &json!({"at": 1.5}))
    );
    assert_eq!(
        states(&command),
        ["queued", "sent", "delivered", "acknowledged"]
    );
    for member in ["sent_at", "delivered_at", "finished_at"] {
        assert!(command[member].is_string(), "{member}: {command}");
    }
    let told: Vec<CommandState> = untold_steps(&bench.pools.primary)
        .await?
        .into_iter()
        .map(|step| step.state)
        .collect();
    assert_eq!(told.len(), 4, "{told:?}");
    let list = bench
        .json(&format!("{COMMANDS}?state=acknowledged&limit=1"))
        .await?;
    assert_eq!(list["items"][0]["id"], id);
    let none = bench.json(&format!("{COMMANDS}?state=queued")).await?;
    assert_eq!(none["items"], json!([]));
    Ok(())
}

#[tokio::test]
async fn a_repeated_request_makes_one_command() -> Result<()> {
    let bench = bench().await?;
    let first = post(&bench, json!({"name": "reboot"}), Some("k")).await?;
    let again = post(&bench, json!({"name": "reboot"}), Some("k")).await?;
    assert_eq!((first.status, again.status), (202, 202), "{}", again.text());
    assert_eq!(first.json()["id"], again.json()["id"]);
    assert_eq!(first.header("location"), again.header("location"));
    assert_eq!(again.header("idempotent-replayed"), "true");
    post(&bench, json!({"name": "other"}), Some("k"))
        .await?
        .assert_problem(422, "idempotency_key_reused");
    let list = bench.json(COMMANDS).await?;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    // A request that failed has done nothing: its key is free.
    post(&bench, json!({"name": ""}), Some("l"))
        .await?
        .assert_problem(400, "invalid_body");
    assert_eq!(
        post(&bench, json!({"name": "reboot"}), Some("l"))
            .await?
            .status,
        202
    );
    Ok(())
}

#[tokio::test]
async fn what_waits_can_be_taken_back_and_what_is_sent_cannot() -> Result<()> {
    let bench = bench().await?;
    let asked = post(&bench, json!({"name": "reboot"}), None).await?;
    let address = asked.header("location");
    for _ in 0..2 {
        let cancelled = cancel(&bench, address).await?;
        assert_eq!(
            (cancelled.status, &cancelled.json()["state"]),
            (200, &json!("cancelled")),
            "{}",
            cancelled.text()
        );
    }
    let id = asked.json()["id"].as_str().context("no id")?.to_owned();
    let seen = bench.messaging.command_step(&id).await?;
    assert_eq!(seen.map(|(step, _)| step), Some(CommandStep::Cancelled));

    for (step_taken, refused) in [
        (CommandStep::Waiting, false),
        (CommandStep::Sending, true),
        (CommandStep::Sent, true),
    ] {
        let asked = post(&bench, json!({"name": "reboot"}), None).await?;
        let id = asked.json()["id"].as_str().context("no id")?.to_owned();
        step(&bench, &id, step_taken).await?;
        let answer = cancel(&bench, asked.header("location")).await?;
        if refused {
            answer.assert_problem(409, "command_not_queued");
        } else {
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
    }
    Ok(())
}

#[tokio::test]
async fn overdue_commands_expire_and_a_late_answer_still_counts() -> Result<()> {
    let bench = bench().await?;
    let asked = post(&bench, json!({"name": "reboot"}), None).await?;
    let id = asked.json()["id"].as_str().context("no id")?.to_owned();
    bench
        .postgres
        .sql("UPDATE device_command SET expires_at = now() - interval '2 seconds'")?;
    assert_eq!(expire_overdue(&bench.pools.primary).await?, 1);
    let command = bench.json(asked.header("location")).await?;
    assert_eq!(command["state"], "expired");
    apply_reports(&bench.pools.primary, &[news(&id, CommandState::Sent)]).await?;
    assert_eq!(
        bench.json(asked.header("location")).await?["state"],
        "expired"
    );
    let done = json!({"id": id}).to_string();
    bench
        .commit(&[("sens/v1/legacy-7/command/ack", done.as_str())])
        .await?;
    let command = bench.json(asked.header("location")).await?;
    assert_eq!(command["state"], "acknowledged");
    assert_eq!(
        states(&command),
        ["queued", "sent", "expired", "acknowledged"]
    );
    Ok(())
}

#[tokio::test]
async fn a_linked_device_is_commanded_by_its_number_too() -> Result<()> {
    let bench = bench().await?;
    let body = json!({"serial": "AI-1", "legacy_id": 7});
    let made = devices::make(&bench, body).await?;
    assert_eq!(made.status, 201, "{}", made.text());
    let asked = post(&bench, json!({"name": "reboot"}), None).await?;
    assert_eq!(asked.status, 202, "{}", asked.text());
    let address = asked.header("location").to_owned();
    assert!(
        address.starts_with("/v1/devices/AI-1/commands/"),
        "{address}"
    );
    let by_number = address.replace("AI-1", "legacy-7");
    assert_eq!(bench.json(&by_number).await?["state"], "queued");
    let cancelled = cancel(&bench, &by_number).await?;
    assert_eq!(
        (cancelled.status, &cancelled.json()["state"]),
        (200, &json!("cancelled")),
        "{}",
        cancelled.text()
    );
    Ok(())
}

#[tokio::test]
async fn commands_that_ended_long_ago_are_removed() -> Result<()> {
    let bench = bench().await?;
    for ended in [true, true, false] {
        let asked = post(&bench, json!({"name": "reboot"}), None).await?;
        if ended {
            cancel(&bench, asked.header("location")).await?;
        }
    }
    let pool = &bench.pools.primary;
    assert_eq!(forget_finished(pool).await?, 0, "nothing is old");
    bench.postgres.sql(
        "UPDATE device_command SET finished_at = finished_at - interval '91 days', expires_at = expires_at - interval '91 days'",
    )?;
    assert_eq!(forget_finished(pool).await?, 0, "not told yet");
    bench
        .postgres
        .sql("UPDATE device_command_step SET told = true")?;
    assert_eq!(forget_finished(pool).await?, 2);
    let left = bench.json(COMMANDS).await?;
    assert_eq!(left["items"].as_array().map(Vec::len), Some(1), "{left}");
    Ok(())
}

#[tokio::test]
async fn bad_commands_are_refused() -> Result<()> {
    let bench = bench().await?;
    for body in [
        json!({}),
        json!({"name": "a b"}),
        json!({"name": "a", "ttl_seconds": 0}),
        json!({"name": "a", "speed": 3}),
        json!({"name": "a", "expires_at": "soon"}),
    ] {
        post(&bench, body, None)
            .await?
            .assert_problem(400, "invalid_body");
    }
    let nobody = bench
        .request("POST", "/v1/devices/AI-99/commands", ADMIN)?
        .json(&json!({"name": "a"}));
    bench
        .send(nobody)
        .await?
        .assert_problem(404, "device_not_found");
    bench
        .get("/v1/devices/AI-99/commands")
        .await?
        .assert_problem(404, "device_not_found");
    for id in ["x", "01938d5e-7c1a-7bbb-8000-0123456789ab"] {
        let address = format!("{COMMANDS}/{id}");
        bench
            .get(&address)
            .await?
            .assert_problem(404, "command_not_found");
        cancel(&bench, &address)
            .await?
            .assert_problem(404, "command_not_found");
    }
    bench
        .get(&format!("{COMMANDS}?state=lost"))
        .await?
        .assert_problem(400, "invalid_parameter");
    Ok(())
}
