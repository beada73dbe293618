//! Readings: one row each, unique by device, metric, time and the hash that tells equal readings apart.

use chrono::{DateTime, Utc};
use sens_schema::{DecoderTag, DeviceRef, Reading, Value};
use sqlx::postgres::PgArguments;
use sqlx::query::QueryAs;
use sqlx::{PgConnection, Postgres};

use super::batch::{AllBut, ItemKey, PendingMessage};
use super::expect::Expectation;
use super::names::{DeviceIds, MetricIds};
use super::raw::{count, sequence, without_nul};
use crate::Error;
use crate::instant::timestamp;

const INSERT_NUMBERS: &str = "
    SELECT stored_seqs, stored_items FROM store_readings($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";

/// Gives what it added as one row: a row for each would cost more than the rest of the answer.
const INSERT_TEXTS: &str = "
    WITH added AS (
        INSERT INTO text_record (raw_epoch, device_id, metric_id, recorded_at, dedup, value, received_at, raw_seq,
            raw_item, decoder, quality, device_time, device_seq)
        SELECT $1, unnest($2::bigint[]), unnest($3::int[]), unnest($4::timestamptz[]), unnest($5::bigint[]), unnest($6::text[]),
            unnest($7::timestamptz[]), unnest($8::bigint[]), unnest($9::int[]), unnest($10::text[]), unnest($11::text[]),
            unnest($12::timestamptz[]), unnest($13::bigint[])
        ON CONFLICT DO NOTHING
        RETURNING raw_seq, raw_item
    ) SELECT coalesce(array_agg(raw_seq), '{}'), coalesce(array_agg(raw_item), '{}') FROM added";

/// A statement that gives which rows it added, as two arrays.
type Insert<'q> = QueryAs<'q, Postgres, (Option<Vec<i64>>, Option<Vec<i32>>), PgArguments>;

/// The columns that number and text readings share.
#[derive(Default)]
struct Columns {
    devices: Vec<i64>,
    metrics: Vec<i32>,
    recorded: Vec<DateTime<Utc>>,
    dedups: Vec<i64>,
    received: Vec<DateTime<Utc>>,
    sequences: Vec<i64>,
    items: Vec<i32>,
    decoders: Vec<&'static str>,
    qualities: Vec<&'static str>,
    device_times: Vec<Option<DateTime<Utc>>>,
    device_seqs: Vec<Option<i64>>,
}

/// A reading of a fresh message with its resolved key.
pub(super) struct Row<'a> {
    pub(super) message: &'a PendingMessage,
    pub(super) reading: &'a Reading,
    pub(super) device: i64,
    pub(super) metric: i32,
}

impl Row<'_> {
    /// Its place in the stream.
    pub(super) fn key(&self) -> ItemKey {
        (self.message.sequence, self.reading.item)
    }
}

/// Inserts the readings and says which of them are new.
pub(super) async fn insert(
    connection: &mut PgConnection,
    epoch: i32,
    rows: &[Row<'_>],
    expectation: &Expectation,
) -> Result<AllBut<ItemKey>, Error> {
    let mut numbers = (Columns::default(), Vec::new());
    let mut texts = (Columns::default(), Vec::new());
    for row in rows {
        match &row.reading.value {
            Value::Number(number) => {
                numbers.0.push(row);
                numbers.1.push(*number);
            }
            Value::Text(text) => {
                texts.0.push(row);
                texts.1.push(without_nul(text).into_owned());
            }
        }
    }
    let mut stored = AllBut::default();
    if !numbers.1.is_empty() {
        let all_new = expectation.all_new(numbers.1.len());
        let query = numbers.0.bind(INSERT_NUMBERS, epoch, numbers.1);
        if let Some(found) = inserted(connection, query.bind(all_new)).await? {
            let wanted = keys(rows, |value| matches!(value, Value::Number(_)));
            if found.len() < wanted.len() {
                expectation.disappoint();
            }
            stored.except_missing(wanted.into_iter(), found.into_iter());
        }
    }
    if !texts.1.is_empty() {
        let query = texts.0.bind(INSERT_TEXTS, epoch, texts.1);
        if let Some(found) = inserted(connection, query).await? {
            let wanted = keys(rows, |value| matches!(value, Value::Text(_)));
            stored.except_missing(wanted.into_iter(), found.into_iter());
        }
    }
    Ok(stored)
}

/// The places of the readings of one kind.
fn keys(rows: &[Row<'_>], of_kind: impl Fn(&Value) -> bool) -> Vec<ItemKey> {
    rows.iter()
        .filter(|row| of_kind(&row.reading.value))
        .map(Row::key)
        .collect()
}

/// The places of the readings that were inserted; nothing when all were.
async fn inserted(
    connection: &mut PgConnection,
    insert: Insert<'_>,
) -> Result<Option<Vec<ItemKey>>, Error> {
    let (sequences, items) = insert
        .fetch_one(connection)
        .await
        .map_err(Error::during("insert readings"))?;
    Ok(sequences.zip(items).map(|(sequences, items)| {
        let sequences = sequences.into_iter().map(i64::cast_unsigned);
        sequences
            .zip(items.into_iter().map(i32::cast_unsigned))
            .collect()
    }))
}

/// The readings of fresh messages by device, metric and time: in this order several writers do not deadlock.
pub(super) fn sorted<'a>(
    messages: &'a [PendingMessage],
    fresh: &AllBut<u64>,
    devices: &DeviceIds,
    metrics: &MetricIds,
) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    for message in messages
        .iter()
        .filter(|message| fresh.contains(message.sequence))
    {
        // Nearly always all readings of a message are of one device.
        let mut last: Option<(&DeviceRef, i64)> = None;
        for reading in message.readings() {
            let device = match last {
                Some((device, id)) if *device == reading.device => Some(id),
                _ => devices.get(&reading.device).copied(),
            };
            // Both were resolved from these same messages.
            let (Some(device), Some(metric)) = (device, metrics.get(&reading.metric)) else {
                continue;
            };
            last = Some((&reading.device, device));
            rows.push(Row {
                message,
                reading,
                device,
                metric: *metric,
            });
        }
    }
    rows.sort_unstable_by_key(|row| {
        (
            row.device,
            row.metric,
            row.reading.recorded_at,
            row.reading.dedup,
            row.message.sequence,
            row.reading.item,
        )
    });
    rows
}

impl Columns {
    fn push(&mut self, row: &Row<'_>) {
        self.devices.push(row.device);
        self.metrics.push(row.metric);
        self.recorded.push(timestamp(row.reading.recorded_at));
        self.dedups.push(row.reading.dedup);
        self.received
            .push(timestamp(row.message.envelope.received_at));
        self.sequences.push(sequence(row.message.sequence));
        self.items.push(count(row.reading.item as usize));
        self.decoders
            .push(row.message.decoded.decoder.map_or("", DecoderTag::as_str));
        self.qualities.push(row.reading.quality.as_str());
        self.device_times
            .push(row.reading.device_time.map(timestamp));
        self.device_seqs.push(row.reading.device_seq);
    }

    fn bind<V>(self, statement: &'static str, epoch: i32, values: Vec<V>) -> Insert<'static>
    where
        V: Send + Sync + 'static + sqlx::Type<sqlx::Postgres> + sqlx::postgres::PgHasArrayType,
        for<'q> V: sqlx::Encode<'q, sqlx::Postgres>,
    {
        sqlx::query_as(statement)
            .bind(epoch)
            .bind(self.devices)
            .bind(self.metrics)
            .bind(self.recorded)
            .bind(self.dedups)
            .bind(values)
            .bind(self.received)
            .bind(self.sequences)
            .bind(self.items)
            .bind(self.decoders)
            .bind(self.qualities)
            .bind(self.device_times)
            .bind(self.device_seqs)
    }
}
