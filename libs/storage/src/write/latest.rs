//! The newest value of each device and metric, by the time it was recorded.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sens_schema::{Reading, Value};
use sqlx::PgConnection;

use super::batch::{AllBut, ItemKey, PendingMessage};
use super::devices::DeviceNews;
use super::names::{DeviceIds, MetricIds};
use super::raw::without_nul;
use crate::Error;
use crate::instant::timestamp;
use crate::rollup::Marks;

const UPSERT: &str = "
    INSERT INTO latest_value AS latest (device_id, metric_id, recorded_at, received_at, value, text_value)
    SELECT * FROM unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::timestamptz[], $5::float8[], $6::text[])
    ON CONFLICT (device_id, metric_id) DO UPDATE SET recorded_at = excluded.recorded_at,
        received_at = excluded.received_at, value = excluded.value, text_value = excluded.text_value
    WHERE (excluded.recorded_at, excluded.received_at) > (latest.recorded_at, latest.received_at)";

/// Updates the newest values from the readings that are new, and gives what that says about their devices and rollups.
pub(super) async fn upsert(
    connection: &mut PgConnection,
    messages: &[PendingMessage],
    fresh: &AllBut<u64>,
    stored: &AllBut<ItemKey>,
    devices: &DeviceIds,
    metrics: &MetricIds,
) -> Result<(Vec<DeviceNews>, Marks), Error> {
    let mut marks = Marks::default();
    let mut newest: BTreeMap<(i64, i32), (&PendingMessage, &Reading)> = BTreeMap::new();
    let mut news: BTreeMap<i64, DeviceNews> = BTreeMap::new();
    for message in messages
        .iter()
        .filter(|message| fresh.contains(message.sequence))
    {
        for reading in message.readings() {
            let (Some(device), Some(metric)) =
                (devices.get(&reading.device), metrics.get(&reading.metric))
            else {
                continue;
            };
            if !stored.contains((message.sequence, reading.item)) {
                continue;
            }
            marks.add(*device, *metric, reading.recorded_at);
            note_device(&mut news, *device, message);
            let entry = newest
                .entry((*device, *metric))
                .or_insert((message, reading));
            if (reading.recorded_at, message.envelope.received_at)
                > (entry.1.recorded_at, entry.0.envelope.received_at)
            {
                *entry = (message, reading);
            }
        }
    }
    if newest.is_empty() {
        return Ok((Vec::new(), marks));
    }
    let device_ids: Vec<i64> = newest.keys().map(|(device, _)| *device).collect();
    let metric_ids: Vec<i32> = newest.keys().map(|(_, metric)| *metric).collect();
    let recorded: Vec<DateTime<Utc>> = newest
        .values()
        .map(|(_, reading)| timestamp(reading.recorded_at))
        .collect();
    let received: Vec<DateTime<Utc>> = newest
        .values()
        .map(|(message, _)| timestamp(message.envelope.received_at))
        .collect();
    let numbers: Vec<Option<f64>> = newest
        .values()
        .map(|(_, reading)| number(reading))
        .collect();
    let texts: Vec<Option<Cow<'_, str>>> =
        newest.values().map(|(_, reading)| text(reading)).collect();
    sqlx::query(UPSERT)
        .bind(device_ids)
        .bind(metric_ids)
        .bind(recorded)
        .bind(received)
        .bind(numbers)
        .bind(texts)
        .execute(connection)
        .await
        .map_err(Error::during("update the latest values"))?;
    Ok((news.into_values().collect(), marks))
}

fn note_device(news: &mut BTreeMap<i64, DeviceNews>, device: i64, message: &PendingMessage) {
    let received_at = message.envelope.received_at;
    let entry = news.entry(device).or_insert(DeviceNews {
        id: device,
        received_at,
        firmware: None,
    });
    if received_at >= entry.received_at {
        entry.received_at = received_at;
        if message.decoded.firmware.is_some() {
            entry.firmware.clone_from(&message.decoded.firmware);
        }
    }
}

fn number(reading: &Reading) -> Option<f64> {
    match reading.value {
        Value::Number(number) => Some(number),
        Value::Text(_) => None,
    }
}

fn text(reading: &Reading) -> Option<Cow<'_, str>> {
    match &reading.value {
        Value::Number(_) => None,
        Value::Text(text) => Some(without_nul(text)),
    }
}
