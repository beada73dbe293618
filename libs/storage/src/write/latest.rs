//! The newest value of each device and metric, by the time it was recorded.

use std::borrow::Cow;
use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use sens_schema::envelope::Source;
use sens_schema::{Micros, Reading, Value};
use sqlx::PgConnection;

use super::batch::{AllBut, ItemKey};
use super::devices::DeviceNews;
use super::raw::without_nul;
use super::readings::Row;
use crate::Error;
use crate::instant::timestamp;
use crate::rollup::Marks;

const UPSERT: &str = "
    INSERT INTO latest_value AS latest (device_id, metric_id, recorded_at, received_at, value, text_value)
    SELECT unnest($1::bigint[]), unnest($2::int[]), unnest($3::timestamptz[]), unnest($4::timestamptz[]), unnest($5::float8[]),
        unnest($6::text[])
    ON CONFLICT (device_id, metric_id) DO UPDATE SET recorded_at = excluded.recorded_at,
        received_at = excluded.received_at, value = excluded.value, text_value = excluded.text_value
    WHERE (excluded.recorded_at, excluded.received_at) > (latest.recorded_at, latest.received_at)";

/// Updates the newest values from the readings that are new, and gives what that says about their devices and rollups. The
/// rows are sorted by device, metric and time.
pub(super) async fn upsert(
    connection: &mut PgConnection,
    rows: &[Row<'_>],
    stored: &AllBut<ItemKey>,
) -> Result<(Vec<DeviceNews>, Marks), Error> {
    let mut marks = Marks::default();
    let mut newest: Vec<&Row<'_>> = Vec::new();
    let mut news: Vec<DeviceNews> = Vec::new();
    for row in rows.iter().filter(|row| stored.contains(row.key())) {
        marks.add(row.device, row.metric, row.reading.recorded_at);
        note_device(&mut news, row);
        match newest.last_mut() {
            Some(best) if (best.device, best.metric) == (row.device, row.metric) => {
                if age(row) > age(best) {
                    *best = row;
                }
            }
            _ => newest.push(row),
        }
    }
    if newest.is_empty() {
        return Ok((news, marks));
    }
    let device_ids: Vec<i64> = newest.iter().map(|row| row.device).collect();
    let metric_ids: Vec<i32> = newest.iter().map(|row| row.metric).collect();
    let recorded: Vec<DateTime<Utc>> = newest
        .iter()
        .map(|row| timestamp(row.reading.recorded_at))
        .collect();
    let received: Vec<DateTime<Utc>> = newest
        .iter()
        .map(|row| timestamp(row.message.envelope.received_at))
        .collect();
    let numbers: Vec<Option<f64>> = newest.iter().map(|row| number(row.reading)).collect();
    let texts: Vec<Option<Cow<'_, str>>> = newest.iter().map(|row| text(row.reading)).collect();
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
    Ok((news, marks))
}

/// What makes a reading the newer one; among equals the first in the stream stays.
fn age(row: &Row<'_>) -> (Micros, Micros, Reverse<ItemKey>) {
    let received_at = row.message.envelope.received_at;
    (row.reading.recorded_at, received_at, Reverse(row.key()))
}

/// What was imported is of the past: the device did not speak.
fn note_device(news: &mut Vec<DeviceNews>, row: &Row<'_>) {
    if row.message.envelope.source == Source::Import {
        return;
    }
    let received_at = row.message.envelope.received_at;
    if news.last().is_none_or(|last| last.id != row.device) {
        news.push(DeviceNews {
            id: row.device,
            received_at: Some(received_at),
            firmware: None,
            erred_at: None,
        });
    }
    if let Some(entry) = news.last_mut()
        && Some(received_at) >= entry.received_at
    {
        entry.received_at = Some(received_at);
        if row.message.decoded.firmware.is_some() {
            entry.firmware.clone_from(&row.message.decoded.firmware);
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
