//! Corrections over REST: tried, made, looked at, undone and refused.

use anyhow::Result;
use sens_storage::rollup::{Pass, recompute};
use serde_json::{Value, json};

use crate::support::{ADMIN, Answer, Bench, flat};

const LEGACY: &str = "sens/legacy/telemetry";
const BATTERY: &str = "/v1/devices/legacy-7/measurements?metric=battery_charge";
const FIRST: &str = "2026-09-21T14:13:20Z";

/// Charges of 80, 81 and 3 per cent, a minute apart.
async fn bench() -> Result<Bench> {
    let bench = Box::pin(Bench::start(&[])).await?;
    let payloads = [(80.0, 0), (81.0, 60), (3.0, 120)]
        .map(|(value, after)| flat(7, "battery_charge", value, after));
    let payloads: Vec<(&str, &str)> = payloads
        .iter()
        .map(|payload| (LEGACY, payload.as_str()))
        .collect();
    bench.commit(&payloads).await?;
    Ok(bench)
}

async fn post(bench: &Bench, path: &str, body: &Value) -> Result<Answer> {
    let request = bench.client.post(format!("{}{path}", bench.url));
    bench.send(request.bearer_auth(ADMIN).json(body)).await
}

async fn values(bench: &Bench, path: &str) -> Result<Vec<Value>> {
    let items = bench.json(path).await?["items"].clone();
    let items = items.as_array().into_iter().flatten();
    Ok(items.map(|item| item["value"].clone()).collect())
}

fn request(more: &Value) -> Value {
    let mut body =
        json!({"device": "legacy-7", "metric": "battery_charge", "reason": "a loose wire"});
    if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
        body.extend(more.clone());
    }
    body
}

#[tokio::test]
async fn a_correction_is_tried_made_looked_at_and_undone() -> Result<()> {
    let bench = bench().await?;
    let range =
        json!({"from": "2026-09-21T14:14:20Z", "to": "2026-09-21T15:00:00Z", "value": 79.5});
    let mut dry = request(&range);
    dry["dry_run"] = json!(true);
    let tried = post(&bench, "/v1/corrections", &dry).await?;
    assert_eq!(tried.status, 200, "{}", tried.text());
    let tried = tried.json();
    assert_eq!(
        (
            &tried["id"],
            &tried["readings"],
            &tried["changes"][1]["before"],
            &tried["changes"][1]["after"]
        ),
        (&json!(null), &json!(2), &json!(3), &json!(79.5))
    );
    assert_eq!(
        values(&bench, BATTERY).await?,
        [json!(80), json!(81), json!(3)]
    );

    let made = post(&bench, "/v1/corrections", &request(&range)).await?;
    assert_eq!(made.status, 201, "{}", made.text());
    let location = made.header("location").to_owned();
    let shown = bench.json(&location).await?;
    assert_eq!(shown, made.json());
    assert_eq!(
        (
            &shown["action"],
            &shown["reason"],
            &shown["corrected_by"],
            &shown["changes"]
        ),
        (
            &json!("set"),
            &json!("a loose wire"),
            &json!("bootstrap"),
            &tried["changes"]
        )
    );
    assert_eq!(
        values(&bench, BATTERY).await?,
        [json!(80), json!(79.5), json!(79.5)]
    );
    let quality = bench.json(BATTERY).await?["items"][2]["quality"].clone();
    assert_eq!(quality, "corrected");
    let latest = bench.json("/v1/devices/legacy-7/latest").await?;
    assert_eq!(latest["items"][0]["value"], 79.5);
    while recompute(&bench.pools.primary).await? != Pass::Idle {}
    let hour = bench.json(&format!("{BATTERY}&resolution=1h")).await?;
    assert_eq!(hour["items"][0]["rollup"]["min"], 79.5, "{hour}");

    let undo = format!("{location}/undo");
    let why = json!({"reason": "the wire was fine"});
    let dry = post(&bench, &undo, &json!({"reason": "x", "dry_run": true})).await?;
    assert_eq!((dry.status, &dry.json()["undone"]), (200, &json!(null)));
    let undone = post(&bench, &undo, &why).await?;
    assert_eq!(undone.status, 200, "{}", undone.text());
    assert_eq!(undone.json()["undone"]["reason"], "the wire was fine");
    assert_eq!(
        values(&bench, BATTERY).await?,
        [json!(80), json!(81), json!(3)]
    );
    post(&bench, &undo, &why)
        .await?
        .assert_problem(409, "correction_conflict");
    let log = bench.json("/v1/audit-log?object_kind=correction").await?;
    let entries = log["items"].as_array().into_iter().flatten();
    let entries: Vec<_> = entries
        .map(|entry| (&entry["action"], &entry["actor"], &entry["after"]["reason"]))
        .collect();
    let by = json!("bootstrap");
    assert_eq!(
        entries,
        [
            (&json!("undo"), &by, &json!("the wire was fine")),
            (&json!("set"), &by, &json!("a loose wire"))
        ]
    );
    Ok(())
}

/// All readings of a metric are taken out, and are there as of before.
#[tokio::test]
async fn what_was_taken_out_is_told_by_message_explanation_and_as_of() -> Result<()> {
    let bench = bench().await?;
    let settled = bench
        .json(&format!(
            "{BATTERY}&as_of={}",
            chrono::Utc::now().to_rfc3339().replace('+', "%2B")
        ))
        .await?;
    assert_eq!(settled["items"].as_array().map(Vec::len), Some(3));
    let as_of = settled["as_of"].as_str().unwrap_or_default().to_owned();
    let all =
        json!({"from": "2026-01-01T00:00:00Z", "to": "2027-01-01T00:00:00Z", "withdraw": true});
    let made = post(&bench, "/v1/corrections", &request(&all)).await?;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(values(&bench, BATTERY).await?, [] as [Value; 0]);
    let then = bench.json(&format!("{BATTERY}&as_of={as_of}")).await?;
    assert_eq!(then["items"], settled["items"]);

    let id = made.json()["changes"][0]["raw_record_id"].clone();
    let message = bench
        .json(&format!("/v1/messages/{}", id.as_str().unwrap_or_default()))
        .await?;
    assert_eq!(message["verdict"]["code"], "corrected", "{message}");
    let reading = &message["readings"][0];
    assert_eq!(
        (&reading["fate"], &reading["correction"]),
        (&json!("corrected"), &made.json()["id"])
    );
    let explained = bench
        .json(&format!("/v1/devices/legacy-7/explain?at={FIRST}"))
        .await?;
    let told = explained["findings"].to_string();
    assert!(
        told.contains("corrected") && told.contains("a loose wire"),
        "{told}"
    );
    assert_eq!(explained["readings_stored"], 0);
    Ok(())
}

#[tokio::test]
async fn bad_corrections_are_refused_and_pages_go_on() -> Result<()> {
    let bench = bench().await?;
    for (more, status, code) in [
        (json!({"at": FIRST}), 400, "invalid_body"),
        (json!({"at": FIRST, "value": 130}), 400, "invalid_body"),
        (json!({"at": FIRST, "value": true}), 400, "invalid_body"),
        (
            json!({"at": FIRST, "value": 1, "reason": ""}),
            400,
            "invalid_body",
        ),
        (
            json!({"at": FIRST, "value": 1, "device": "AI-99"}),
            400,
            "invalid_body",
        ),
        (
            json!({"at": FIRST, "value": 1, "metric": "colour"}),
            400,
            "invalid_body",
        ),
        (
            json!({"at": "2026-09-21T14:13:21Z", "value": 1}),
            422,
            "nothing_to_correct",
        ),
    ] {
        post(&bench, "/v1/corrections", &request(&more))
            .await?
            .assert_problem(status, code);
    }
    bench
        .get("/v1/corrections/12345")
        .await?
        .assert_problem(404, "correction_not_found");
    post(
        &bench,
        "/v1/corrections/12345/undo",
        &json!({"reason": "x"}),
    )
    .await?
    .assert_problem(404, "correction_not_found");
    for value in [70, 60] {
        post(
            &bench,
            "/v1/corrections",
            &request(&json!({"at": FIRST, "value": value})),
        )
        .await?;
    }
    let page = bench
        .json("/v1/corrections?device=legacy-7&limit=1")
        .await?;
    assert_eq!(page["items"][0]["value"], 60);
    let cursor = page["next_cursor"].as_str().unwrap_or_default();
    let rest = bench
        .json(&format!(
            "/v1/corrections?device=legacy-7&limit=1&cursor={cursor}"
        ))
        .await?;
    assert_eq!(
        (&rest["items"][0]["value"], &rest["next_cursor"]),
        (&json!(70), &json!(null))
    );
    let first = &rest["items"][0]["id"];
    post(
        &bench,
        &format!("/v1/corrections/{first}/undo"),
        &json!({"reason": "x"}),
    )
    .await?
    .assert_problem(409, "correction_conflict");
    Ok(())
}
