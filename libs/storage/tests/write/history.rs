//! What the tests of replays and corrections share: payloads that earlier decoders read otherwise, answers of the past, and
//! what is derived from readings computed from scratch.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sens_schema::{DecoderMap, Value};
use sens_storage::audit::Actor;
use sens_storage::query::history::settled;
use sens_storage::query::measurements::{
    Clock, Measurement, Order, Range, Selection, Series, read_range,
};
use sens_storage::replay::{ReplayRequest, ReplayRun, find_replay, request_replay, take_replays};
use sens_storage::rollup::{self, Level, Pass, recompute};
use sens_storage::write::PendingMessage;
use sens_testkit::eventually;

use crate::support::{NOON, Store, message};

pub(crate) const METRICS: [&str; 3] = ["battery_charge", "note", "flag"];

#[derive(Debug, Clone)]
pub(crate) struct Point {
    pub(crate) device: u8,
    pub(crate) metric: usize,
    pub(crate) minute: i64,
    pub(crate) value: i8,
}

/// How an earlier decoder read a payload.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Earlier {
    Right,
    WrongValue,
    WrongTime,
    Nothing,
}

pub(crate) fn sent(sequence: u64, point: &Point) -> PendingMessage {
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
pub(crate) fn as_read(mut message: PendingMessage, earlier: Earlier) -> PendingMessage {
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

pub(crate) async fn write(
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

pub(crate) fn everything() -> ReplayRequest {
    ReplayRequest {
        serial: None,
        from: None,
        // Payloads of the tests arrive around that time.
        to: DateTime::from_timestamp_micros(NOON + 3_600_000_000),
        dry_run: false,
    }
}

pub(crate) async fn replay(store: &Store, request: &ReplayRequest) -> anyhow::Result<ReplayRun> {
    let id = request_replay(&store.pool, request, &Actor::local("test")).await?;
    let mut replays = take_replays(&store.pool, DecoderMap::builtin().clone())
        .await?
        .ok_or_else(|| anyhow::anyhow!("somebody else replays"))?;
    replays.perform(id).await?;
    replays.end().await?;
    find_replay(&store.pool, id)
        .await?
        .ok_or_else(|| anyhow::anyhow!("the replay is gone"))
}

pub(crate) async fn answer(
    store: &Store,
    as_of: Option<DateTime<Utc>>,
) -> anyhow::Result<Vec<Measurement>> {
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
            answered_as: device_id,
        });
    let selection = Selection {
        series: series.collect(),
        range: Range {
            from: None,
            to: None,
            order: Order::Ascending,
            after: None,
        },
        clock: Clock::Device,
        as_of,
        corrected: true,
    };
    Ok(read_range(&store.pool, &selection, 10_000).await?)
}

/// Now, as soon as nothing that was stamped earlier can change any more.
pub(crate) async fn now(store: &Store) -> anyhow::Result<DateTime<Utc>> {
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
pub(crate) const COUNTING: &str = "
    (SELECT r.* FROM (SELECT device_id, metric_id, recorded_at, dedup, received_at, value, NULL AS text, raw_seq, decoder
                      FROM processed_record
                      UNION ALL SELECT device_id, metric_id, recorded_at, dedup, received_at, NULL, value, raw_seq, decoder
                      FROM text_record) r
     LEFT JOIN reading_superseded s ON (s.device_id, s.metric_id, s.recorded_at, s.dedup)
         = (r.device_id, r.metric_id, r.recorded_at, r.dedup) AND s.restored_at IS NULL
     WHERE s.dedup IS NULL)";

pub(crate) async fn check_derived(store: &Store) -> anyhow::Result<()> {
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
