//! Runs of retention: what holds them up, who may do them, and when.

use chrono::Utc;
use sens_storage::LoginRole;
use sens_storage::retention::{RunState, find_run, request_run, take_maintenance};
use sqlx::Executor;

use super::{OLD, at, readings, rollup_total, run, settle};
use crate::support::Store;

#[tokio::test]
async fn a_partition_in_use_waits_for_the_next_run() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let then = Utc::now().timestamp() - OLD;
    store.writer.store(1, &[at(1, 7, 1.0, then)]).await?;
    settle(&store).await?;
    let mut reader = store.pool.acquire().await?;
    reader
        .execute("BEGIN; SELECT count(*) FROM processed_record")
        .await?;
    let refused = run(&store.pool, false).await?;
    assert_eq!(refused.state, RunState::Refused, "{refused:?}");
    assert!(refused.detail.unwrap_or_default().contains("in use"));
    assert_eq!(readings(&store).await, 1);
    reader.execute("COMMIT").await?;
    assert_eq!(run(&store.pool, false).await?.state, RunState::Done);
    Ok(())
}

#[tokio::test]
async fn an_error_fails_the_run_and_not_the_data() -> anyhow::Result<()> {
    let store = Store::start_plain().await?;
    let then = Utc::now().timestamp() - OLD;
    store.writer.store(1, &[at(1, 7, 1.0, then)]).await?;
    settle(&store).await?;
    store.pool.execute("
        CREATE FUNCTION no_space() RETURNS event_trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
        CREATE EVENT TRIGGER no_space ON sql_drop EXECUTE FUNCTION no_space()").await?;
    let failed = run(&store.pool, false).await?;
    assert_eq!(failed.state, RunState::Failed);
    assert!(failed.detail.unwrap_or_default().contains("No space left"));
    assert_eq!(readings(&store).await, 1);
    assert_eq!(
        store.number("SELECT count(*) FROM retention_floor").await,
        0
    );
    store.pool.execute("DROP EVENT TRIGGER no_space").await?;
    assert_eq!(run(&store.pool, false).await?.state, RunState::Done);
    assert_eq!(rollup_total(&store).await.0, 1);
    Ok(())
}

#[tokio::test]
async fn one_session_at_a_time_and_an_interrupted_run_is_marked() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let left = request_run(&store.pool, false, "test").await?;
    store
        .pool
        .execute("UPDATE retention_run SET state = 'running'")
        .await?;
    let first = take_maintenance(&store.pool).await?;
    assert!(first.is_some());
    assert!(take_maintenance(&store.pool).await?.is_none());
    let marked = find_run(&store.pool, left)
        .await?
        .ok_or_else(|| anyhow::anyhow!("it is gone"))?;
    assert_eq!(marked.state, RunState::Failed);
    assert!(marked.detail.unwrap_or_default().contains("interrupted"));
    // As when the process dies: the session ends without a word.
    drop(first);
    sens_testkit::eventually(std::time::Duration::from_secs(10), "the lock", || async {
        take_maintenance(&store.pool).await.ok().flatten().map(drop)
    })
    .await?;
    Ok(())
}

#[tokio::test]
async fn after_a_jump_of_the_clock_the_schedule_waits_a_day() -> anyhow::Result<()> {
    let store = Store::start().await?;
    store
        .writer
        .store(1, &[at(1, 7, 1.0, Utc::now().timestamp() - OLD)])
        .await?;
    settle(&store).await?;
    let mut maintenance = take_maintenance(&store.pool)
        .await?
        .ok_or_else(|| anyhow::anyhow!("busy"))?;
    assert_eq!(
        maintenance.schedule().await?,
        None,
        "a new database waits for its first day"
    );
    let steady = "UPDATE maintenance_clock SET steady_since = now() - interval '2 days'";
    store.pool.execute(steady).await?;
    store
        .pool
        .execute("UPDATE maintenance_clock SET seen_at = now() - interval '3 years'")
        .await?;
    assert_eq!(
        maintenance.schedule().await?,
        None,
        "the clock jumped ahead"
    );
    store.pool.execute(steady).await?;
    store
        .pool
        .execute("UPDATE maintenance_clock SET seen_at = now() + interval '1 hour'")
        .await?;
    assert_eq!(maintenance.schedule().await?, None, "the clock jumped back");
    store.pool.execute(steady).await?;
    let Some(scheduled) = maintenance.schedule().await? else {
        panic!("something is due");
    };
    assert_eq!(maintenance.requested().await?, [scheduled]);
    assert_eq!(maintenance.perform(scheduled).await?, RunState::Done);
    assert_eq!(
        maintenance.schedule().await?,
        None,
        "nothing is due any more"
    );
    maintenance.end().await?;
    Ok(())
}

#[tokio::test]
async fn the_worker_may_run_it_and_drop_nothing_that_is_not_due() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let now = Utc::now().timestamp();
    store
        .writer
        .store(1, &[at(1, 7, 1.0, now - OLD), at(2, 7, 1.0, now)])
        .await?;
    settle(&store).await?;
    let worker = store.login("keeper", LoginRole::Ingest).await?;
    let refused: Option<String> = sqlx::query_scalar(
        "SELECT retention_drop('readings', date_trunc('week', now(), 'UTC'), date_trunc('week', now(), 'UTC') + interval '7 days', 1)",
    )
    .fetch_one(&worker)
    .await?;
    assert!(refused.unwrap_or_default().contains("comes first"));
    assert_eq!(run(&worker, false).await?.state, RunState::Done);
    assert_eq!(readings(&store).await, 1);
    for forbidden in [
        "SELECT drop_time_partition('processed_record', now(), now())",
        "UPDATE retention_setting SET keep_days = 1",
        "DELETE FROM retention_floor",
    ] {
        assert!(
            worker.execute(forbidden).await.is_err(),
            "the worker may: {forbidden}"
        );
    }
    Ok(())
}
