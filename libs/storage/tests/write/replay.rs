//! Replays: what counts afterwards is what today's decoders give, and past answers stay what they were.

use std::time::Duration;

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use sens_schema::{DecoderMap, Value};
use sens_storage::query::history::settled;
use sens_storage::query::measurements::{Measurement, Order, Range, Selection, Series, read_range};
use sens_storage::replay::{
    ChangeKind, ReplayRequest, ReplayRun, ReplayState, cancel_replay, find_replay, request_replay,
    take_replays,
};
use sens_storage::rollup::{self, Level, Pass, recompute};
use sens_storage::write::PendingMessage;
use sens_testkit::eventually;

use crate::support::{NOON, Store, holds_always, message};

const METRICS: [&str; 3] = ["battery_charge", "note", "flag"];

#[derive(Debug, Clone)]
struct Point {
    device: u8,
    metric: usize,
    minute: i64,
    value: i8,
}

/// How an earlier decoder read a payload.
#[derive(Debug, Clone, Copy)]
enum Earlier {
    Right,
    WrongValue,
    WrongTime,
    Nothing,
}

#[derive(Debug, Clone)]
enum Step {
    Write(Vec<(Point, Earlier)>),
    Replay(Option<u8>),
    Look,
    Recompute,
}

fn step() -> impl Strategy<Value = Step> {
    let point = (0..2_u8, 0..METRICS.len(), 0..90_i64, 0..4_i8).prop_map(
        |(device, metric, minute, value)| Point {
            device,
            metric,
            minute,
            value,
        },
    );
    let earlier = prop_oneof![
        Just(Earlier::Right),
        Just(Earlier::WrongValue),
        Just(Earlier::WrongTime),
        Just(Earlier::Nothing)
    ];
    prop_oneof![
        4 => proptest::collection::vec((point, earlier), 1..5).prop_map(Step::Write),
        2 => proptest::option::of(0..2_u8).prop_map(Step::Replay),
        3 => Just(Step::Look),
        1 => Just(Step::Recompute),
    ]
}

fn sent(sequence: u64, point: &Point) -> PendingMessage {
    let value = match point.metric {
        0 => point.value.to_string(),
        1 => format!("\"text {}\"", point.value),
        _ => (point.value % 2 == 0).to_string(),
    };
    let at = DateTime::from_timestamp_micros(NOON - point.minute * 60_000_000).unwrap_or_default();
    let payload = format!(
        r#"{{"v":1,"readings":[{{"metric":"{}","value":{value},"at":"{}"}}]}}"#,
        METRICS[point.metric],
        at.to_rfc3339()
    );
    let topic = format!("sens/v1/AI-{}/telemetry", point.device);
    message(sequence, &topic, payload.as_bytes())
}

/// The same payload as an earlier decoder read it.
fn as_read(mut message: PendingMessage, earlier: Earlier) -> PendingMessage {
    for reading in &mut message.decoded.readings {
        match earlier {
            Earlier::Right | Earlier::Nothing => {}
            Earlier::WrongValue => {
                reading.dedup ^= 1;
                reading.value = match &reading.value {
                    Value::Number(number) => Value::Number(number * 20.0 + 1.0),
                    Value::Text(text) => Value::Text(text.to_uppercase()),
                };
            }
            Earlier::WrongTime => reading.recorded_at += 3_600_000_000,
        }
    }
    if matches!(earlier, Earlier::Nothing) {
        message.decoded.readings.clear();
    }
    message
}

async fn write(
    store: &Store,
    sequence: &mut u64,
    points: &[(Point, Earlier)],
) -> anyhow::Result<()> {
    let messages: Vec<PendingMessage> = points
        .iter()
        .map(|(point, earlier)| {
            *sequence += 1;
            as_read(sent(*sequence, point), *earlier)
        })
        .collect();
    store.writer.store(1, &messages).await?;
    Ok(())
}

fn everything() -> ReplayRequest {
    ReplayRequest {
        serial: None,
        from: None,
        // Payloads of the tests arrive around that time.
        to: DateTime::from_timestamp_micros(NOON + 3_600_000_000),
        dry_run: false,
    }
}

async fn replay(store: &Store, request: &ReplayRequest) -> anyhow::Result<ReplayRun> {
    let id = request_replay(&store.pool, request, "test").await?;
    let mut replays = take_replays(&store.pool, DecoderMap::builtin().clone())
        .await?
        .ok_or_else(|| anyhow::anyhow!("somebody else replays"))?;
    replays.perform(id).await?;
    replays.end().await?;
    find_replay(&store.pool, id)
        .await?
        .ok_or_else(|| anyhow::anyhow!("the replay is gone"))
}

async fn answer(store: &Store, as_of: Option<DateTime<Utc>>) -> anyhow::Result<Vec<Measurement>> {
    let series: Vec<(i64, i32, String)> =
        sqlx::query_as("SELECT d.id, m.id, m.kind FROM device d CROSS JOIN metric m ORDER BY 1, 2")
            .fetch_all(&store.pool)
            .await?;
    let series = series
        .into_iter()
        .map(|(device_id, metric_id, kind)| Series {
            device_id,
            metric_id,
            boolean: kind == "boolean",
        });
    let selection = Selection {
        series: series.collect(),
        range: Range {
            from: None,
            to: None,
            order: Order::Ascending,
            after: None,
        },
        as_of,
        corrected: true,
    };
    Ok(read_range(&store.pool, &selection, 10_000).await?)
}

/// Now, as soon as nothing that was stamped earlier can change any more.
async fn now(store: &Store) -> anyhow::Result<DateTime<Utc>> {
    let now: DateTime<Utc> = sqlx::query_scalar("SELECT clock_timestamp()")
        .fetch_one(&store.pool)
        .await?;
    eventually(Duration::from_secs(20), "a settled instant", || async {
        rollup::tick(&store.pool).await.ok()?;
        let settled = settled(&store.pool).await.ok().flatten()?;
        (settled >= now).then_some(())
    })
    .await?;
    Ok(now)
}

/// Readings that count, from the tables and nothing else.
const COUNTING: &str = "
    (SELECT r.* FROM (SELECT device_id, metric_id, recorded_at, dedup, received_at, value, NULL AS text FROM processed_record
                      UNION ALL SELECT device_id, metric_id, recorded_at, dedup, received_at, NULL, value FROM text_record) r
     LEFT JOIN reading_superseded s ON (s.device_id, s.metric_id, s.recorded_at, s.dedup)
         = (r.device_id, r.metric_id, r.recorded_at, r.dedup) AND s.restored_at IS NULL
     WHERE s.dedup IS NULL)";

async fn check_derived(store: &Store) -> anyhow::Result<()> {
    while recompute(&store.pool).await? != Pass::Idle {}
    for (level, unit) in [
        (Level::Minute, "minute"),
        (Level::Hour, "hour"),
        (Level::Day, "day"),
    ] {
        let found = store
            .dump(&format!(
                "(SELECT device_id, metric_id, bucket, n, texts, sum, min, max FROM {})",
                level.table()
            ))
            .await;
        let expected = store
            .dump(&format!(
                "(SELECT device_id, metric_id, date_trunc('{unit}', recorded_at, 'UTC'), count(value), count(text), sum(value),
                         min(value), max(value) FROM {COUNTING} c GROUP BY 1, 2, 3)"
            ))
            .await;
        assert_eq!(found, expected, "{level:?}");
    }
    let series = store
        .dump("(SELECT device_id, metric_id, first_at, last_at, n FROM series)")
        .await;
    let expected = store
        .dump(&format!(
            "(SELECT device_id, metric_id, min(recorded_at), max(recorded_at), count(*) FROM {COUNTING} c GROUP BY 1, 2)"
        ))
        .await;
    assert_eq!(series, expected, "series");
    // Of two readings of the same instant and arrival either may stand.
    let latest = store
        .dump("(SELECT device_id, metric_id, recorded_at, received_at FROM latest_value)")
        .await;
    let expected = store
        .dump(&format!(
            "(SELECT DISTINCT ON (device_id, metric_id) device_id, metric_id, recorded_at, received_at FROM {COUNTING} c
              ORDER BY device_id, metric_id, recorded_at DESC, received_at DESC)"
        ))
        .await;
    assert_eq!(latest, expected, "newest values");
    Ok(())
}

async fn run(store: &Store, steps: &[Step]) -> anyhow::Result<()> {
    sqlx::query(
        "TRUNCATE raw_record, processed_record, text_record, latest_value, ingest_ledger, rollup_1m, rollup_1h, rollup_1d,
            rollup_mark, series, reading_superseded",
    )
    .execute(&store.pool)
    .await?;
    let mut sequence = 0;
    let mut points: Vec<Point> = Vec::new();
    let mut seen: Vec<(DateTime<Utc>, Vec<Measurement>)> = Vec::new();
    for step in steps {
        match step {
            Step::Write(batch) => {
                write(store, &mut sequence, batch).await?;
                points.extend(batch.iter().map(|(point, _)| point.clone()));
            }
            Step::Replay(device) => {
                let known = |device: &&u8| points.iter().any(|point| point.device == **device);
                let request = ReplayRequest {
                    serial: device
                        .as_ref()
                        .filter(known)
                        .map(|device| format!("AI-{device}")),
                    ..everything()
                };
                let done = replay(store, &request).await?;
                assert_eq!(done.state, ReplayState::Done, "{done:?}");
            }
            Step::Look => seen.push((now(store).await?, answer(store, None).await?)),
            Step::Recompute => drop(recompute(&store.pool).await?),
        }
    }
    replay(store, &everything()).await?;
    check_derived(store).await?;
    let again = replay(store, &everything()).await?.progress;
    assert_eq!((again.added, again.superseded, again.restored), (0, 0, 0));
    for (place, (at, answered)) in seen.iter().enumerate() {
        assert_eq!(&answer(store, Some(*at)).await?, answered, "answer {place}");
    }
    // As if every payload had been read by today's decoders alone.
    let counting =
        format!("(SELECT device_id, metric_id, recorded_at, dedup, value, text FROM {COUNTING} c)");
    let found = store.dump(&counting).await;
    sqlx::query(
        "TRUNCATE raw_record, processed_record, text_record, latest_value, ingest_ledger, rollup_mark, reading_superseded",
    )
    .execute(&store.pool)
    .await?;
    let right: Vec<PendingMessage> = points
        .iter()
        .zip(1..)
        .map(|(point, sequence)| sent(sequence, point))
        .collect();
    store.writer.store(1, &right).await?;
    assert_eq!(found, store.dump(&counting).await);
    Ok(())
}

#[test]
fn past_answers_stay_and_what_counts_is_what_todays_decoders_give() -> anyhow::Result<()> {
    holds_always(
        100,
        proptest::collection::vec(step(), 1..12),
        async |store, steps| run(store, steps).await,
    )
}

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
    assert_eq!(dry.state, ReplayState::Done);
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
    let id = request_replay(&store.pool, &everything(), "test").await?;
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
    assert_eq!(left, Some((ReplayState::Running, 200)));
    let mut second = eventually(Duration::from_secs(10), "the turn", || async {
        take_replays(&store.pool, decoders()).await.ok().flatten()
    })
    .await?;
    assert_eq!(second.next().await?, Some(id));
    assert_eq!(second.perform(id).await?, Some(ReplayState::Done));
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
    let id = request_replay(&store.pool, &everything(), "test").await?;
    assert!(cancel_replay(&store.pool, id).await?);
    assert!(!cancel_replay(&store.pool, id).await?);
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
    assert_eq!(failed.state, ReplayState::Failed);
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
