//! Rollups say what the readings say, whatever came in which order.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use sens_storage::rollup::{Level, Marks, Pass, backlog, recompute};
use sens_storage::write::PendingMessage;

use crate::support::{NOON, Store, holds_always, message};

const METRICS: [&str; 3] = ["battery_charge", "note", "flag"];
/// Minutes before noon: around minute, hour, day and year boundaries.
const AGES: [i64; 8] = [0, 1, 2, 61, 599, 601, 24 * 60, 400 * 24 * 60];

#[derive(Debug, Clone)]
enum Step {
    Insert(Vec<Point>),
    Repeat,
    Delete {
        device: u8,
        metric: usize,
        age: usize,
    },
    Recompute,
    Race(Vec<Point>),
}

#[derive(Debug, Clone)]
struct Point {
    device: u8,
    metric: usize,
    age: usize,
    second: i64,
    value: i8,
}

fn point() -> impl Strategy<Value = Point> {
    (
        0..2_u8,
        0..METRICS.len(),
        0..AGES.len(),
        0..60_i64,
        0..100_i8,
    )
        .prop_map(|(device, metric, age, second, value)| Point {
            device,
            metric,
            age,
            second,
            value,
        })
}

fn step() -> impl Strategy<Value = Step> {
    let points = || proptest::collection::vec(point(), 1..6);
    prop_oneof![
        4 => points().prop_map(Step::Insert),
        1 => Just(Step::Repeat),
        2 => (0..2_u8, 0..METRICS.len(), 0..AGES.len())
            .prop_map(|(device, metric, age)| Step::Delete { device, metric, age }),
        2 => Just(Step::Recompute),
        2 => points().prop_map(Step::Race),
    ]
}

fn at(age: usize, second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(NOON - AGES[age] * 60_000_000 + second * 1_000_000)
        .unwrap_or_default()
}

fn batch(sequence: &mut u64, points: &[Point]) -> Vec<PendingMessage> {
    let of = |point: &Point| {
        *sequence += 1;
        let value = match point.metric {
            0 => format!("{}.5", point.value),
            1 => format!("\"text {}\"", point.value),
            _ => (point.value % 2 == 0).to_string(),
        };
        let payload = format!(
            r#"{{"v":1,"readings":[{{"metric":"{}","value":{value},"at":"{}"}}]}}"#,
            METRICS[point.metric],
            at(point.age, point.second).to_rfc3339()
        );
        let topic = format!("sens/v1/AI-{}/telemetry", point.device);
        message(*sequence, &topic, payload.as_bytes())
    };
    points.iter().map(of).collect()
}

async fn delete(store: &Store, device: u8, metric: usize, age: usize) -> anyhow::Result<()> {
    let mut transaction = store.pool.begin().await?;
    let mut marks = Marks::default();
    for table in ["processed_record", "text_record"] {
        let sql = format!(
            "DELETE FROM {table} r USING device d, metric m WHERE r.device_id = d.id AND r.metric_id = m.id
             AND d.serial = $1 AND m.name = $2 AND r.recorded_at >= $3 AND r.recorded_at < $4
             RETURNING r.device_id, r.metric_id, r.recorded_at"
        );
        let gone: Vec<(i64, i32, DateTime<Utc>)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(format!("AI-{device}"))
            .bind(METRICS[metric])
            .bind(at(age, 0))
            .bind(at(age, 30))
            .fetch_all(&mut *transaction)
            .await?;
        for (device, metric, recorded_at) in gone {
            marks.add(device, metric, recorded_at.timestamp_micros());
        }
    }
    marks.append(&mut transaction).await?;
    transaction.commit().await?;
    Ok(())
}

/// The rollups and series as they should be, from nothing but the readings.
async fn expected(store: &Store, level: Level) -> Vec<String> {
    let unit = match level {
        Level::Minute => "minute",
        Level::Hour => "hour",
        Level::Day => "day",
    };
    store
        .dump(&format!(
            "(SELECT device_id, metric_id, date_trunc('{unit}', recorded_at, 'UTC') AS bucket, count(value) AS n, min(value) AS min,
                     max(value) AS max, sum(value) AS sum,
                     (array_remove(array_agg(value ORDER BY recorded_at, dedup), NULL))[1] AS first, min(recorded_at) AS first_at,
                     (array_remove(array_agg(value ORDER BY recorded_at DESC, dedup DESC), NULL))[1] AS last,
                     max(recorded_at) AS last_at, count(text) AS texts,
                     (array_remove(array_agg(text ORDER BY recorded_at DESC, dedup DESC), NULL))[1] AS last_text
              FROM (SELECT device_id, metric_id, recorded_at, dedup, value, NULL AS text FROM processed_record
                    UNION ALL SELECT device_id, metric_id, recorded_at, dedup, NULL, value FROM text_record) r
              GROUP BY 1, 2, 3)"
        ))
        .await
}

async fn settle(store: &Store) -> anyhow::Result<()> {
    while recompute(&store.pool).await? != Pass::Idle {}
    Ok(())
}

async fn check(store: &Store) -> anyhow::Result<()> {
    for level in Level::ALL {
        let found = store.dump(level.table()).await;
        assert_eq!(found, expected(store, level).await, "{level:?}");
    }
    let series = store
        .dump("(SELECT device_id, metric_id, first_at, last_at, n FROM series)")
        .await;
    let expected = store
        .dump(
            "(SELECT device_id, metric_id, min(recorded_at), max(recorded_at), count(*)
              FROM (SELECT device_id, metric_id, recorded_at FROM processed_record
                    UNION ALL SELECT device_id, metric_id, recorded_at FROM text_record) r
              GROUP BY 1, 2)",
        )
        .await;
    assert_eq!(series, expected, "series");
    assert_eq!(backlog(&store.pool).await?.pending, 0);
    Ok(())
}

async fn run(store: &Store, steps: &[Step]) -> anyhow::Result<()> {
    sqlx::query(
        "TRUNCATE raw_record, processed_record, text_record, latest_value, ingest_ledger, rollup_1m, rollup_1h, rollup_1d,
            rollup_mark, series",
    )
    .execute(&store.pool)
    .await?;
    let mut sequence = 0;
    let mut last = Vec::new();
    for step in steps {
        match step {
            Step::Insert(points) => {
                let messages = batch(&mut sequence, points);
                store.writer.store(1, &messages).await?;
                last.clone_from(points);
            }
            Step::Repeat => {
                let messages = batch(&mut sequence, &last);
                store.writer.store(1, &messages).await?;
            }
            Step::Delete {
                device,
                metric,
                age,
            } => delete(store, *device, *metric, *age).await?,
            Step::Recompute => drop(recompute(&store.pool).await?),
            Step::Race(points) => {
                let messages = batch(&mut sequence, points);
                let (one, two, stored) = tokio::join!(
                    recompute(&store.pool),
                    recompute(&store.pool),
                    store.writer.store(1, &messages)
                );
                one?;
                two?;
                stored?;
            }
        }
    }
    settle(store).await?;
    check(store).await
}

#[test]
fn rollups_equal_a_computation_from_scratch_after_anything() -> anyhow::Result<()> {
    holds_always(
        200,
        proptest::collection::vec(step(), 1..14),
        async |store, steps| run(store, steps).await,
    )
}

#[tokio::test]
async fn a_mark_of_a_transaction_that_commits_later_waits_for_the_next_pass() -> anyhow::Result<()>
{
    let store = Store::start().await?;
    let point = |second| Point {
        device: 0,
        metric: 0,
        age: 3,
        second,
        value: 7,
    };
    let mut sequence = 0;
    store
        .writer
        .store(1, &batch(&mut sequence, &[point(1)]))
        .await?;
    let mut open = store.pool.begin().await?;
    sqlx::query(
        "INSERT INTO processed_record (device_id, metric_id, recorded_at, dedup, value, received_at, raw_epoch, raw_seq, raw_item, decoder)
         SELECT device_id, metric_id, recorded_at + interval '1 second', 1, 8, received_at, 1, 99, 0, 'v1@1' FROM processed_record",
    )
    .execute(&mut *open)
    .await?;
    let (device, metric): (i64, i32) =
        sqlx::query_as("SELECT device_id, metric_id FROM processed_record")
            .fetch_one(&store.pool)
            .await?;
    let mut marks = Marks::default();
    marks.add(device, metric, at(3, 2).timestamp_micros());
    marks.append(&mut open).await?;
    settle(&store).await?;
    let n = "SELECT sum(n)::bigint FROM rollup_1h";
    assert_eq!(store.number(n).await, 1);
    open.commit().await?;
    assert_eq!(backlog(&store.pool).await?.pending, 1);
    settle(&store).await?;
    assert_eq!(store.number(n).await, 2);
    check(&store).await
}

#[tokio::test]
async fn one_process_at_a_time_recomputes() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let mut sequence = 0;
    let point = Point {
        device: 0,
        metric: 0,
        age: 0,
        second: 1,
        value: 7,
    };
    store
        .writer
        .store(1, &batch(&mut sequence, &[point]))
        .await?;
    let mut other = store.pool.begin().await?;
    sqlx::query("LOCK TABLE rollup_lock IN EXCLUSIVE MODE")
        .execute(&mut *other)
        .await?;
    assert_eq!(recompute(&store.pool).await?, Pass::Elsewhere);
    other.rollback().await?;
    let done = Pass::Done {
        marks: 1,
        more: false,
    };
    assert_eq!(recompute(&store.pool).await?, done);
    Ok(())
}

/// n, min, max, sum, first, last and the times of these.
type Row = (i64, f64, f64, f64, f64, f64, DateTime<Utc>, DateTime<Utc>);

/// As retention does it: readings go, rollups stay, and late readings are added to what they say.
#[tokio::test]
async fn late_readings_of_a_dropped_span_are_added_to_its_rollups() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let point = |second, value| Point {
        device: 0,
        metric: 0,
        age: 6,
        second,
        value,
    };
    let mut sequence = 0;
    let first = batch(&mut sequence, &[point(10, 1), point(20, 2)]);
    store.writer.store(1, &first).await?;
    settle(&store).await?;
    for sql in [
        "DELETE FROM processed_record",
        "INSERT INTO retention_floor VALUES ('readings', 0, '2026-11-20T00:00:00Z')",
    ] {
        sqlx::query(sql).execute(&store.pool).await?;
    }
    for (second, value) in [(5, 3), (30, 4)] {
        store
            .writer
            .store(1, &batch(&mut sequence, &[point(second, value)]))
            .await?;
        settle(&store).await?;
    }
    for level in Level::ALL {
        let table = level.table();
        let sql = format!("SELECT n, min, max, sum, first, last, first_at, last_at FROM {table}");
        let row: Row = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .fetch_one(&store.pool)
            .await?;
        assert_eq!(
            row,
            (4, 1.5, 4.5, 12.0, 3.5, 4.5, at(6, 5), at(6, 30)),
            "{table}"
        );
    }
    assert_eq!(store.number("SELECT n FROM series").await, 4);
    let width: TimeDelta = at(6, 30) - at(6, 5);
    assert_eq!(
        store
            .number("SELECT extract(epoch FROM last_at - first_at)::bigint FROM series")
            .await,
        width.num_seconds()
    );
    Ok(())
}

/// Values that no double can add up do not stop the rollups of everybody.
#[tokio::test]
async fn a_sum_beyond_all_doubles_is_no_sum() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let payload = |second| {
        format!(
            r#"{{"v":1,"readings":[{{"metric":"huge","value":1.7e308,"at":"2026-11-20T09:00:{second}Z"}}]}}"#
        )
    };
    let batch = ["10", "11"].map(|second| {
        let sequence = second.parse().unwrap_or_default();
        message(
            sequence,
            "sens/v1/AI-1/telemetry",
            payload(second).as_bytes(),
        )
    });
    store.writer.store(1, &batch).await?;
    settle(&store).await?;
    assert_eq!(
        store
            .number("SELECT n FROM rollup_1d WHERE sum IS NULL AND max > 1e308")
            .await,
        2
    );
    Ok(())
}
