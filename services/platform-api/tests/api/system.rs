//! What runs, and what is backed up.

use anyhow::Result;
use chrono::{DateTime, Utc};
use sens_messaging::Replica;
use sens_storage::backup::{BackupEventKind, NewBackupEvent, record_backup_event};
use sens_testkit::assert_eventually;
use serde_json::{Value, json};

use crate::support::{Bench, PATIENCE};

#[tokio::test]
async fn replicas_are_shown_while_they_run() -> Result<()> {
    let mut bench =
        Bench::start(&[("SENS_REPLICA__NAME", "api-1"), ("BUILD_SHA", "4c1e77b")]).await?;
    let mut config = sens_config::Config::default();
    "telemetry-worker-0".clone_into(&mut config.replica.name);
    config.replica.canary = true;
    let replica = Replica::of(&config, "telemetry-worker", "9.9.9", 1_795_168_800_000_000);
    let messaging = bench.messaging.clone();
    let worker = tokio::spawn(async move { messaging.answer_for(replica).await });

    let names = async || -> Result<Vec<String>> {
        let found = bench.json("/v1/system/replicas").await?;
        let items = found["items"].as_array().cloned().unwrap_or_default();
        Ok(items
            .iter()
            .map(|item| item["name"].as_str().unwrap_or_default().to_owned())
            .collect())
    };
    assert_eventually!(
        PATIENCE,
        names().await? == ["api-1", "telemetry-worker-0"],
        "both answer"
    );
    let found = bench.json("/v1/system/replicas").await?;
    let api = &found["items"][0];
    assert_eq!(
        (&api["service"], &api["build_sha"], &api["canary"]),
        (&json!("platform-api"), &json!("4c1e77b"), &json!(false))
    );
    assert_eq!(api["version"], env!("CARGO_PKG_VERSION"));
    assert!(api["started_at"].as_str() <= found["asked_at"].as_str());
    assert_eq!(
        found["items"][1],
        json!({
            "service": "telemetry-worker", "name": "telemetry-worker-0", "version": "9.9.9", "build_sha": "unknown",
            "canary": true, "started_at": "2026-11-20T10:00:00.000000Z"
        })
    );
    worker.abort();
    assert_eventually!(PATIENCE, names().await? == ["api-1"], "one has gone");

    bench.nats.kill9().await?;
    assert_eventually!(
        PATIENCE,
        bench.get("/v1/system/replicas").await?.status == 503,
        "nobody can be asked"
    );
    Ok(())
}

fn event(kind: BackupEventKind, id: Option<&str>, detail: Option<&str>) -> NewBackupEvent {
    let at = |seconds| DateTime::<Utc>::from_timestamp(seconds, 0).unwrap_or_default();
    NewBackupEvent {
        kind,
        backup_id: id.map(str::to_owned),
        bytes: id.map_or(0, |_| 4096),
        started_at: at(1_795_168_800),
        taken_at: id.map(|_| at(1_795_165_200)),
        place: "s3://bucket/sens".to_owned(),
        schema_version: id.map(|_| 23),
        detail: detail.map(str::to_owned),
    }
}

#[tokio::test]
async fn backups_are_listed_with_the_last_proven_one() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let none = bench.json("/v1/system/backups").await?;
    assert_eq!(
        none,
        json!({"last_taken": null, "last_proven": null, "items": [], "next_cursor": null})
    );

    let owner = sens_config::Database {
        url: Some(sens_config::Secret::new(bench.postgres.url())),
        ..sens_config::Config::default().database
    };
    for (kind, id, detail) in [
        (BackupEventKind::Backup, Some("b-1"), None),
        (BackupEventKind::Verified, Some("b-1"), None),
        (BackupEventKind::DatabaseRestored, Some("b-1"), None),
        (BackupEventKind::Backup, Some("b-2"), None),
        (
            BackupEventKind::VerifyFailed,
            Some("b-2"),
            Some("table device is missing"),
        ),
        (BackupEventKind::BackupFailed, None, Some("no space left")),
    ] {
        assert!(record_backup_event(&owner, &event(kind, id, detail)).await?);
    }
    let listed = bench.json("/v1/system/backups?limit=3").await?;
    let kinds = |listed: &Value| -> Vec<Value> {
        let items = listed["items"].as_array().cloned().unwrap_or_default();
        items
            .iter()
            .map(|item| json!([item["kind"], item["outcome"], item["backup_id"]]))
            .collect()
    };
    assert_eq!(
        kinds(&listed),
        [
            json!(["backup", "failed", null]),
            json!(["verify", "failed", "b-2"]),
            json!(["backup", "done", "b-2"]),
        ]
    );
    assert_eq!(listed["items"][0]["detail"], "no space left");
    assert_eq!(listed["last_taken"]["backup_id"], "b-2");
    let proven = &listed["last_proven"];
    assert_eq!(
        [&proven["backup_id"], &proven["taken_at"], &proven["place"]],
        ["b-1", "2026-11-20T09:00:00.000000Z", "s3://bucket/sens"]
    );
    assert_eq!(
        (&proven["bytes"], &proven["schema_version"]),
        (&json!(4096), &json!(23))
    );
    let cursor = listed["next_cursor"].as_str().unwrap_or_default();
    let rest = bench
        .json(&format!("/v1/system/backups?limit=3&cursor={cursor}"))
        .await?;
    assert_eq!(
        kinds(&rest),
        [
            json!(["verify", "done", "b-1"]),
            json!(["backup", "done", "b-1"])
        ],
        "half a restore is none"
    );
    assert_eq!(rest["next_cursor"], Value::Null);
    Ok(())
}
