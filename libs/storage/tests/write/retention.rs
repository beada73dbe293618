//! Retention on a real server: what goes, what stays, what is refused, and what happens on bad days.

mod runs;

use chrono::Utc;
use sens_storage::PgPool;
use sens_storage::audit::Actor;
use sens_storage::retention::{
    Class, Expected, Keep, Outcome, RetentionRun, RunState, change_setting, find_run, request_run,
    take_maintenance,
};
use sens_storage::rollup::{self, Pass};
use sens_storage::write::PendingMessage;
use sqlx::Executor;

use crate::support::{Store, flat, message};

const DAY: i64 = 24 * 60 * 60;
/// Longer than readings are kept.
const OLD: i64 = 800 * DAY;

#[tokio::test]
async fn old_readings_go_and_their_rollups_stay() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let now = Utc::now().timestamp();
    store
        .writer
        .store(
            1,
            &[
                at(1, 7, 1.0, now - OLD),
                at(2, 7, 3.0, now - OLD),
                at(3, 7, 5.0, now - 10 * DAY),
            ],
        )
        .await?;
    settle(&store).await?;
    let plan = run(&store.pool, true).await?;
    assert_eq!(plan.state, RunState::Done, "{plan:?}");
    let [item] = plan.items.as_slice() else {
        panic!("{plan:?}");
    };
    assert_eq!(
        (item.class.as_str(), item.rows, item.devices),
        ("readings", 2, 1)
    );
    assert_eq!(item.outcome, Outcome::Planned);
    assert!(
        item.bytes > 0 && item.lost.contains("2 readings of 1 devices"),
        "{item:?}"
    );
    assert_eq!(readings(&store).await, 3, "a dry run drops nothing");

    let done = run(&store.pool, false).await?;
    assert_eq!(done.state, RunState::Done, "{done:?}");
    assert_eq!(done.items[0].outcome, Outcome::Dropped);
    assert_eq!(readings(&store).await, 1);
    assert_eq!(rollup_total(&store).await, (3, 9));
    assert!(
        run(&store.pool, false).await?.items.is_empty(),
        "nothing is left to do"
    );
    Ok(())
}

#[tokio::test]
async fn late_readings_of_a_dropped_span_are_added_to_its_rollups() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let then = Utc::now().timestamp() - OLD;
    for round in 1..=3 {
        let late = [at(round, 7, 2.0, then + i64::try_from(round)?)];
        store_late(&store, &late).await?;
        settle(&store).await?;
        // Marked again without a new reading: the same again.
        store.pool.execute("INSERT INTO rollup_mark (hour, device_ids, metric_ids, minutes)
            SELECT date_trunc('hour', recorded_at, 'UTC'), ARRAY[device_id], ARRAY[metric_id], ARRAY[(1::bigint << 60) - 1] FROM processed_record").await?;
        settle(&store).await?;
        let total = i64::try_from(round)?;
        assert_eq!(rollup_total(&store).await, (total, 2 * total));
        let done = run(&store.pool, false).await?;
        assert_eq!(done.state, RunState::Done, "{done:?}");
        assert_eq!(readings(&store).await, 0);
        assert_eq!(rollup_total(&store).await, (total, 2 * total));
    }
    Ok(())
}

#[tokio::test]
async fn what_is_not_in_the_rollups_stays_and_the_span_is_named() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let then = Utc::now().timestamp() - OLD;
    store
        .writer
        .store(1, &[at(1, 7, 1.0, then), at(2, 8, 1.0, then)])
        .await?;
    let refused = run(&store.pool, false).await?;
    assert_eq!(refused.state, RunState::Refused);
    let detail = refused.detail.unwrap_or_default();
    let year = chrono::DateTime::from_timestamp(then, 0).map(|at| at.format("%Y").to_string());
    assert!(
        detail.contains("readings of 2 devices are not in the rollups yet"),
        "{detail}"
    );
    assert!(
        detail.starts_with(&format!("readings from {}", year.unwrap_or_default())),
        "{detail}"
    );
    assert_eq!(readings(&store).await, 2);

    settle(&store).await?;
    store.pool.execute("UPDATE rollup_1h SET sum = sum + 1 WHERE device_id = (SELECT min(device_id) FROM rollup_1h)").await?;
    let refused = run(&store.pool, false).await?;
    let detail = refused.detail.unwrap_or_default();
    assert!(
        detail.contains("the rollups of 1 devices do not hold") && detail.contains("1h from"),
        "{detail}"
    );
    assert_eq!(readings(&store).await, 2);

    store.pool.execute("UPDATE rollup_1h SET sum = 1").await?;
    assert_eq!(run(&store.pool, false).await?.state, RunState::Done);
    assert_eq!(readings(&store).await, 0);
    Ok(())
}

#[tokio::test]
async fn a_metric_may_go_earlier_or_stay_longer_than_its_class() -> anyhow::Result<()> {
    let store = with_exceptions().await?;
    let pool = &store.pool;
    let done = run(pool, false).await?;
    assert_eq!(done.state, RunState::Done, "{done:?}");
    let actions: Vec<_> = done
        .items
        .iter()
        .map(|item| (item.action.as_str(), item.rows, item.metrics.join(",")))
        .collect();
    let expected = [
        ("drop_except", 2, "platform_height_mm".to_owned()),
        ("drop_only", 1, "battery_charge".to_owned()),
    ];
    assert_eq!(actions, expected, "{done:?}");
    let left = "SELECT count(*) FROM processed_record JOIN metric m ON m.id = metric_id WHERE m.name = 'platform_height_mm'";
    assert_eq!((store.number(left).await, readings(&store).await), (2, 2));
    assert_eq!(store.number("SELECT count(*) FROM text_record").await, 0);
    assert_eq!(
        store.number("SELECT count(*) FROM rollup_1d").await,
        5,
        "all rollups stay"
    );
    assert!(
        run(pool, true).await?.items.is_empty(),
        "a thinned partition is not thinned again"
    );
    Ok(())
}

#[tokio::test]
async fn late_readings_and_the_end_of_an_exception_leave_the_rollups_right() -> anyhow::Result<()> {
    let store = with_exceptions().await?;
    let now = Utc::now().timestamp();
    let pool = &store.pool;
    assert_eq!(run(pool, false).await?.state, RunState::Done);
    // Late data for each: the metric that is kept comes from its readings, the others are added to what their rollups said.
    let late = [
        at(6, 7, 1.0, now - OLD + 1),
        height(7, now - OLD + 1),
        at(8, 7, 1.0, now - 100 * DAY + 1),
    ];
    store_late(&store, &late).await?;
    settle(&store).await?;
    assert_eq!(rollup_total(&store).await.0, 8);
    assert_eq!(run(pool, false).await?.state, RunState::Done);
    assert_eq!(readings(&store).await, 3);
    assert_eq!(rollup_total(&store).await.0, 8);

    // The exception ends: the metric goes like the others.
    assert!(
        change_setting(
            pool,
            Class::Readings,
            Some("platform_height_mm"),
            Keep::AsClass,
            Expected::Any,
            &Actor::local("test")
        )
        .await?
        .is_ok()
    );
    assert_eq!(run(pool, false).await?.state, RunState::Done);
    assert_eq!(readings(&store).await, 1);
    assert_eq!(rollup_total(&store).await.0, 8);
    Ok(())
}

#[tokio::test]
async fn raw_records_errors_and_rollups_have_times_of_their_own() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let now = Utc::now().timestamp();
    let arrived = |mut message: PendingMessage, days: i64| {
        message.envelope.received_at = (now - days * DAY) * 1_000_000;
        message
    };
    let batch = [
        arrived(at(1, 7, 1.0, now - 50 * DAY), 50),
        arrived(message(2, "sens/v1/AI-1/telemetry", b"no json"), 50),
        arrived(message(3, "sens/v1/AI-1/telemetry", b"no json"), 120),
        at(4, 7, 1.0, now - DAY),
    ];
    store.writer.store(1, &batch).await?;
    settle(&store).await?;
    assert!(
        change_setting(
            &store.pool,
            Class::RollupMinute,
            None,
            Keep::Days(20),
            Expected::Any,
            &Actor::local("test")
        )
        .await?
        .is_ok()
    );
    let done = run(&store.pool, false).await?;
    assert_eq!(done.state, RunState::Done, "{done:?}");
    let lost: Vec<_> = done
        .items
        .iter()
        .map(|item| (item.class.as_str(), item.rows))
        .collect();
    assert_eq!(
        lost,
        [("raw", 1), ("raw", 2), ("errors", 1), ("rollup_1m", 1)],
        "{done:?}"
    );
    assert!(
        done.items[1].lost.contains("1 of them were refused"),
        "{done:?}"
    );
    assert_eq!(store.number("SELECT count(*) FROM raw_record").await, 1);
    assert_eq!(store.number("SELECT count(*) FROM ingest_error").await, 1);
    assert_eq!(store.number("SELECT count(*) FROM rollup_1m").await, 1);
    assert_eq!(store.number("SELECT count(*) FROM rollup_1d").await, 2);
    // What retention dropped is still known by its position.
    let again = store
        .writer
        .store(
            1,
            &batch.map(|mut message| {
                message.maybe_known = true;
                message
            }),
        )
        .await?;
    assert!(again.messages.iter().all(|message| message.known_before));
    Ok(())
}

/// Readings of two ages; one metric goes before its class, another one stays for ever.
async fn with_exceptions() -> anyhow::Result<Store> {
    let store = Store::start().await?;
    let now = Utc::now().timestamp();
    let batch = [
        at(1, 7, 1.0, now - 100 * DAY),
        height(2, now - 100 * DAY),
        at(3, 7, 1.0, now - OLD),
        height(4, now - OLD),
        note(5, now - OLD),
    ];
    store.writer.store(1, &batch).await?;
    settle(&store).await?;
    let pool = &store.pool;
    assert!(
        change_setting(
            pool,
            Class::Readings,
            Some("battery_charge"),
            Keep::Days(90),
            Expected::Any,
            &Actor::local("test")
        )
        .await?
        .is_ok()
    );
    assert!(
        change_setting(
            pool,
            Class::Readings,
            Some("platform_height_mm"),
            Keep::Forever,
            Expected::Any,
            &Actor::local("test")
        )
        .await?
        .is_ok()
    );
    assert!(
        change_setting(
            pool,
            Class::Readings,
            Some("nothing"),
            Keep::Forever,
            Expected::Any,
            &Actor::local("test")
        )
        .await?
        .is_err()
    );
    Ok(store)
}

fn at(sequence: u64, device: u32, value: f64, at: i64) -> PendingMessage {
    flat(sequence, device, value, at)
}

fn height(sequence: u64, at: i64) -> PendingMessage {
    let payload = format!(
        r#"{{"device_id":7,"event_type":"platform_height_mm","value":10,"timestamp":{at}}}"#
    );
    message(sequence, "sens/legacy/telemetry", payload.as_bytes())
}

fn note(sequence: u64, at: i64) -> PendingMessage {
    let payload =
        format!(r#"{{"v":1,"readings":[{{"metric":"note","value":"hello","at":{at}}}]}}"#);
    message(sequence, "sens/v1/AI-1/telemetry", payload.as_bytes())
}

/// Stores as the worker does it: a writer that does not know yet that its partition went tries again.
async fn store_late(store: &Store, batch: &[PendingMessage]) -> anyhow::Result<()> {
    while let Err(error) = store.writer.store(1, batch).await {
        anyhow::ensure!(error.is_missing_partition(), "{error}");
    }
    Ok(())
}

/// Until no mark waits.
async fn settle(store: &Store) -> anyhow::Result<()> {
    while rollup::recompute(&store.pool).await? != Pass::Idle {}
    Ok(())
}

async fn run(pool: &PgPool, dry_run: bool) -> anyhow::Result<RetentionRun> {
    let id = request_run(pool, dry_run, "test").await?;
    let mut maintenance = take_maintenance(pool)
        .await?
        .ok_or_else(|| anyhow::anyhow!("busy"))?;
    let state = maintenance.perform(id).await?;
    maintenance.end().await?;
    let run = find_run(pool, id)
        .await?
        .ok_or_else(|| anyhow::anyhow!("the run is gone"))?;
    assert_eq!(run.state, state);
    Ok(run)
}

async fn readings(store: &Store) -> i64 {
    store.number("SELECT count(*) FROM processed_record").await
}

/// Number and sum of all readings, as the daily rollups say; the other levels say the same.
async fn rollup_total(store: &Store) -> (i64, i64) {
    let mut totals = Vec::new();
    for table in ["rollup_1d", "rollup_1h", "rollup_1m"] {
        let sql = format!(
            "SELECT coalesce(sum(n + texts), 0)::bigint, coalesce(sum(sum), 0)::bigint FROM {table}"
        );
        let total: (i64, i64) = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .fetch_one(&store.pool)
            .await
            .unwrap_or_else(|error| panic!("{table}: {error}"));
        totals.push(total);
    }
    assert!(totals.iter().all(|total| *total == totals[0]), "{totals:?}");
    totals[0]
}
