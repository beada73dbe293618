//! Replays: dry ones, killed ones, cancelled ones, and the errors that they resolve.

use std::time::Duration;

use sens_schema::DecoderMap;
use sens_storage::WorkState;
use sens_storage::audit::Actor;
use sens_storage::replay::{
    ChangeKind, ReplayRequest, cancel_replay, find_replay, request_replay, take_replays,
};
use sens_testkit::eventually;

use crate::history::{Earlier, Point, answer, check_derived, everything, replay, write};
use crate::support::{Store, message};

fn wrong(count: usize) -> Vec<(Point, Earlier)> {
    let of = |number: usize| {
        let point = Point {
            device: 0,
            metric: 0,
            minute: i64::try_from(number).unwrap_or_default(),
            value: 7,
        };
        (point, Earlier::WrongValue)
    };
    (0..count).map(of).collect()
}

#[tokio::test]
async fn a_dry_run_says_what_would_change_and_changes_nothing() -> anyhow::Result<()> {
    let store = Store::start().await?;
    write(&store, &mut 0, &wrong(3)).await?;
    let before = answer(&store, None).await?;
    let request = ReplayRequest {
        dry_run: true,
        ..everything()
    };
    let dry = replay(&store, &request).await?;
    assert_eq!(dry.state, WorkState::Done);
    assert_eq!(
        (
            dry.total,
            dry.progress.records,
            dry.progress.added,
            dry.progress.superseded
        ),
        (Some(3), 3, 3, 3)
    );
    assert_eq!(dry.changes.len(), 6);
    assert!(
        dry.changes
            .iter()
            .any(|change| change.kind == ChangeKind::Superseded
                && change.value == serde_json::json!(141.0)
                && change.serial == "AI-0"
                && change.metric == "battery_charge")
    );
    assert_eq!(answer(&store, None).await?, before);
    assert_eq!(
        store
            .number("SELECT count(*) FROM reading_superseded")
            .await,
        0
    );
    let done = replay(&store, &everything()).await?;
    assert_eq!(done.progress, dry.progress);
    Ok(())
}

/// A session that dies midway leaves whole parts, and whoever comes next goes on there.
#[tokio::test]
async fn a_killed_replay_is_gone_on_with() -> anyhow::Result<()> {
    let store = Store::start().await?;
    write(&store, &mut 0, &wrong(450)).await?;
    let id = request_replay(&store.pool, &everything(), &Actor::local("test")).await?;
    let decoders = || DecoderMap::builtin().clone();
    let mut first = take_replays(&store.pool, decoders())
        .await?
        .ok_or_else(|| anyhow::anyhow!("somebody else replays"))?;
    assert!(take_replays(&store.pool, decoders()).await?.is_none());
    // The end of the second part hangs, and its session is killed there.
    for sql in [
        "CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN NEW; END $$",
        "CREATE TRIGGER hang BEFORE UPDATE ON replay_run FOR EACH ROW WHEN (NEW.records = 400) EXECUTE FUNCTION hang()",
    ] {
        sqlx::query(sql).execute(&store.pool).await?;
    }
    let kill = eventually(Duration::from_secs(30), "the second part", || async {
        let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                   WHERE wait_event = 'PgSleep' AND datname = current_database()";
        (store.number(sql).await == 1).then_some(())
    });
    let (performed, killed) = tokio::join!(first.perform(id), kill);
    killed?;
    assert!(performed.is_err());
    sqlx::query("DROP TRIGGER hang ON replay_run")
        .execute(&store.pool)
        .await?;
    let left = find_replay(&store.pool, id)
        .await?
        .map(|run| (run.state, run.progress.records));
    assert_eq!(left, Some((WorkState::Running, 200)));
    let mut second = eventually(Duration::from_secs(10), "the turn", || async {
        take_replays(&store.pool, decoders()).await.ok().flatten()
    })
    .await?;
    assert_eq!(second.next().await?, Some(id));
    assert_eq!(second.perform(id).await?, Some(WorkState::Done));
    let run = find_replay(&store.pool, id).await?;
    let progress = run.map(|run| run.progress).unwrap_or_default();
    assert_eq!(
        (progress.records, progress.added, progress.superseded),
        (450, 450, 450)
    );
    assert_eq!(
        store
            .number("SELECT count(*) FROM reading_superseded")
            .await,
        450
    );
    check_derived(&store).await
}

#[tokio::test]
async fn a_cancelled_replay_ends_and_an_unknown_device_is_said() -> anyhow::Result<()> {
    let store = Store::start().await?;
    write(&store, &mut 0, &wrong(1)).await?;
    let id = request_replay(&store.pool, &everything(), &Actor::local("test")).await?;
    assert!(cancel_replay(&store.pool, id, &Actor::local("test")).await?);
    assert!(!cancel_replay(&store.pool, id, &Actor::local("test")).await?);
    let mut replays = take_replays(&store.pool, DecoderMap::builtin().clone())
        .await?
        .ok_or_else(|| anyhow::anyhow!("somebody else replays"))?;
    assert_eq!(replays.next().await?, None);
    assert_eq!(replays.perform(id).await?, None);
    replays.end().await?;
    let stranger = ReplayRequest {
        serial: Some("AI-99".to_owned()),
        ..everything()
    };
    let failed = replay(&store, &stranger).await?;
    assert_eq!(failed.state, WorkState::Failed);
    assert_eq!(failed.detail.as_deref(), Some("there is no device AI-99"));
    Ok(())
}

/// What the platform refused, and takes today, is an error no more.
#[tokio::test]
async fn errors_that_are_none_today_are_resolved() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let payload = r#"{"v":1,"readings":[{"metric":"battery_charge","value":130,"at":"2026-11-20T09:00:00Z"}]}"#;
    let refused = message(1, "sens/v1/AI-1/telemetry", payload.as_bytes());
    assert_eq!(refused.decoded.errors.len(), 1);
    store.writer.store(1, &[refused]).await?;
    sqlx::query("UPDATE metric SET max_value = 150 WHERE name = 'battery_charge'")
        .execute(&store.pool)
        .await?;
    let done = replay(&store, &everything()).await?;
    assert_eq!(
        (
            done.progress.added,
            done.progress.resolved,
            done.progress.errors
        ),
        (1, 1, 0)
    );
    assert_eq!(
        store
            .number("SELECT count(*) FROM ingest_error WHERE resolved_at IS NULL")
            .await,
        0
    );
    Ok(())
}
