//! Writing what differs: every change of a part at the same instant.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sens_schema::{DecoderTag, Value};
use sqlx::PgConnection;

use super::compare::{Claim, Comparison, Key, columns};
use super::latest;
use crate::Error;
use crate::instant::timestamp;
use crate::rollup::Marks;
use crate::write::lookup;

/// One who corrects at a time.
const ALONE: &str =
    "SELECT pg_advisory_xact_lock(hashtext('sens.supersede')), pg_current_xact_id()::text";

const ADD_NUMBERS: &str = "
    INSERT INTO processed_record (raw_epoch, committed_at, device_id, metric_id, recorded_at, dedup, value, received_at, raw_seq,
        raw_item, decoder, quality, device_time, device_seq)
    SELECT $1, $2, device_id, metric_id, recorded_at, dedup, value, received_at, raw_seq, raw_item, decoder, quality, device_time,
        device_seq
    FROM unnest($3::bigint[], $4::int[], $5::timestamptz[], $6::bigint[], $7::float8[], $8::text[], $9::timestamptz[],
        $10::bigint[], $11::int[], $12::text[], $13::text[], $14::timestamptz[], $15::bigint[])
        AS new (device_id, metric_id, recorded_at, dedup, value, text, received_at, raw_seq, raw_item, decoder, quality, device_time, device_seq)
    WHERE value IS NOT NULL
    ON CONFLICT DO NOTHING";

const ADD_TEXTS: &str = "
    INSERT INTO text_record (raw_epoch, committed_at, device_id, metric_id, recorded_at, dedup, value, received_at, raw_seq,
        raw_item, decoder, quality, device_time, device_seq)
    SELECT $1, $2, device_id, metric_id, recorded_at, dedup, text, received_at, raw_seq, raw_item, decoder, quality, device_time,
        device_seq
    FROM unnest($3::bigint[], $4::int[], $5::timestamptz[], $6::bigint[], $7::float8[], $8::text[], $9::timestamptz[],
        $10::bigint[], $11::int[], $12::text[], $13::text[], $14::timestamptz[], $15::bigint[])
        AS new (device_id, metric_id, recorded_at, dedup, value, text, received_at, raw_seq, raw_item, decoder, quality, device_time, device_seq)
    WHERE text IS NOT NULL
    ON CONFLICT DO NOTHING";

const SUPERSEDE: &str = "
    INSERT INTO reading_superseded (raw_epoch, superseded_at, actor, device_id, metric_id, recorded_at, dedup, raw_seq, raw_item, decoder)
    SELECT $1, $2, $3, * FROM unnest($4::bigint[], $5::int[], $6::timestamptz[], $7::bigint[], $8::bigint[], $9::int[], $10::text[])
    ON CONFLICT DO NOTHING";

const RESTORE: &str = "
    UPDATE reading_superseded s SET restored_at = $1
    FROM unnest($2::bigint[], $3::int[], $4::timestamptz[], $5::bigint[]) AS k (device_id, metric_id, recorded_at, dedup)
    WHERE s.device_id = k.device_id AND s.metric_id = k.metric_id AND s.recorded_at = k.recorded_at AND s.dedup = k.dedup
      AND s.restored_at IS NULL";

/// Errors that the payload does not lead to any more. Whether a startup may provision is not for the decoders to say.
const RESOLVE: &str = "
    UPDATE ingest_error e SET resolved_at = $1
    WHERE e.epoch = $2 AND e.seq = ANY ($3) AND e.received_at = ANY ($4) AND e.resolved_at IS NULL
      AND e.reason NOT LIKE 'startup%'
      AND NOT EXISTS (SELECT FROM unnest($5::bigint[], $6::int[]) AS wrong (seq, item) WHERE wrong.seq = e.seq AND wrong.item = e.item)";

/// Takes the turn to correct and gives the instant of the corrections. It is read after the transaction has its number, so
/// that reads as of that instant wait for it.
pub(crate) async fn instant(connection: &mut PgConnection) -> Result<DateTime<Utc>, Error> {
    sqlx::query(ALONE)
        .execute(&mut *connection)
        .await
        .map_err(Error::during("take the turn to correct readings"))?;
    sqlx::query_scalar("SELECT statement_timestamp()")
        .fetch_one(connection)
        .await
        .map_err(Error::during("take the turn to correct readings"))
}

/// Writes the changes of a part as of the instant. Gives how many ingest errors are resolved.
pub(super) async fn apply(
    connection: &mut PgConnection,
    comparison: &Comparison<'_>,
    epoch: i32,
    at: DateTime<Utc>,
    actor: &str,
) -> Result<i64, Error> {
    add(&mut *connection, comparison, epoch, at).await?;
    supersede(&mut *connection, comparison, epoch, at, actor).await?;
    restore(&mut *connection, comparison, at).await?;
    let resolved = resolve(&mut *connection, comparison, epoch, at).await?;
    let changed = || {
        let added = comparison.added.keys().chain(comparison.restored.keys());
        added.chain(comparison.superseded.keys())
    };
    let touched: BTreeSet<(i64, i32)> = changed().map(|key| (key.0, key.1)).collect();
    if touched.is_empty() {
        return Ok(resolved);
    }
    let gone = comparison.superseded.keys();
    let gone = gone.map(|key| (key.0, key.1, key.2)).collect();
    latest::put_right(&mut *connection, &touched, &gone).await?;
    let mut marks = Marks::default();
    for (device, metric, recorded_at, _) in changed() {
        marks.add(*device, *metric, recorded_at.timestamp_micros());
    }
    marks.append(connection).await?;
    Ok(resolved)
}

#[derive(Default)]
struct Added {
    values: Vec<Option<f64>>,
    texts: Vec<Option<String>>,
    received: Vec<DateTime<Utc>>,
    sequences: Vec<i64>,
    items: Vec<i32>,
    decoders: Vec<&'static str>,
    qualities: Vec<&'static str>,
    device_times: Vec<Option<DateTime<Utc>>>,
    device_seqs: Vec<Option<i64>>,
}

impl Added {
    fn of<'a>(claims: impl Iterator<Item = &'a Claim<'a>>) -> Self {
        let mut columns = Self::default();
        for Claim { message, reading } in claims {
            let (number, text) = match &reading.value {
                Value::Number(number) => (Some(*number), None),
                Value::Text(text) => (None, Some(lookup::stored_text(text))),
            };
            columns.values.push(number);
            columns.texts.push(text);
            columns
                .received
                .push(timestamp(message.envelope.received_at));
            columns.sequences.push(message.sequence.cast_signed());
            columns
                .items
                .push(i32::try_from(reading.item).unwrap_or(i32::MAX));
            columns
                .decoders
                .push(message.decoded.decoder.map_or("", DecoderTag::as_str));
            columns.qualities.push(reading.quality.as_str());
            columns
                .device_times
                .push(reading.device_time.map(timestamp));
            columns.device_seqs.push(reading.device_seq);
        }
        columns
    }
}

async fn add(
    connection: &mut PgConnection,
    comparison: &Comparison<'_>,
    epoch: i32,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    if comparison.added.is_empty() {
        return Ok(());
    }
    let (devices, metrics, times, dedups) = columns(comparison.added.keys());
    let added = Added::of(comparison.added.values());
    for statement in [ADD_NUMBERS, ADD_TEXTS] {
        sqlx::query(statement)
            .bind(epoch)
            .bind(at)
            .bind(&devices)
            .bind(&metrics)
            .bind(&times)
            .bind(&dedups)
            .bind(&added.values)
            .bind(&added.texts)
            .bind(&added.received)
            .bind(&added.sequences)
            .bind(&added.items)
            .bind(&added.decoders)
            .bind(&added.qualities)
            .bind(&added.device_times)
            .bind(&added.device_seqs)
            .execute(&mut *connection)
            .await
            .map_err(Error::during("add replayed readings"))?;
    }
    Ok(())
}

async fn supersede(
    connection: &mut PgConnection,
    comparison: &Comparison<'_>,
    epoch: i32,
    at: DateTime<Utc>,
    actor: &str,
) -> Result<(), Error> {
    if comparison.superseded.is_empty() {
        return Ok(());
    }
    let (devices, metrics, times, dedups) = columns(comparison.superseded.keys());
    let stored = || comparison.superseded.values();
    let decoders = stored().map(|reading| decoder_of(comparison, reading.raw_seq));
    sqlx::query(SUPERSEDE)
        .bind(epoch)
        .bind(at)
        .bind(actor)
        .bind(devices)
        .bind(metrics)
        .bind(times)
        .bind(dedups)
        .bind(stored().map(|reading| reading.raw_seq).collect::<Vec<_>>())
        .bind(stored().map(|reading| reading.raw_item).collect::<Vec<_>>())
        .bind(decoders.collect::<Vec<_>>())
        .execute(connection)
        .await
        .map(drop)
        .map_err(Error::during("supersede readings"))
}

/// The decoder that reads the payload today; none when no decoder takes it.
fn decoder_of(comparison: &Comparison<'_>, seq: i64) -> &'static str {
    let records = &comparison.records;
    let found = records.binary_search_by_key(&seq, |message| message.sequence.cast_signed());
    let message = found.ok().and_then(|place| records.get(place));
    message
        .and_then(|message| message.decoded.decoder)
        .map_or("", DecoderTag::as_str)
}

async fn restore(
    connection: &mut PgConnection,
    comparison: &Comparison<'_>,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    if comparison.restored.is_empty() {
        return Ok(());
    }
    let keys: Vec<&Key> = comparison.restored.keys().collect();
    let (devices, metrics, times, dedups) = columns(keys.into_iter());
    sqlx::query(RESTORE)
        .bind(at)
        .bind(devices)
        .bind(metrics)
        .bind(times)
        .bind(dedups)
        .execute(connection)
        .await
        .map(drop)
        .map_err(Error::during("restore readings"))
}

pub(super) async fn resolve(
    connection: &mut PgConnection,
    comparison: &Comparison<'_>,
    epoch: i32,
    at: DateTime<Utc>,
) -> Result<i64, Error> {
    let records = || comparison.records.iter();
    let wrong = || {
        records().flat_map(|message| {
            let errors = message.decoded.errors.iter();
            errors.map(|error| (message.sequence.cast_signed(), error.item))
        })
    };
    let items = wrong().map(|(_, item)| i32::try_from(item).unwrap_or(i32::MAX));
    sqlx::query(RESOLVE)
        .bind(at)
        .bind(epoch)
        .bind(
            records()
                .map(|message| message.sequence.cast_signed())
                .collect::<Vec<_>>(),
        )
        .bind(
            records()
                .map(|message| timestamp(message.envelope.received_at))
                .collect::<Vec<_>>(),
        )
        .bind(wrong().map(|(seq, _)| seq).collect::<Vec<_>>())
        .bind(items.collect::<Vec<_>>())
        .execute(connection)
        .await
        .map(|done| i64::try_from(done.rows_affected()).unwrap_or(i64::MAX))
        .map_err(Error::during("resolve ingest errors"))
}
