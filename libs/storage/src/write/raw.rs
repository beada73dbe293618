//! Raw records: every received payload, verbatim.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::batch::PendingMessage;
use super::names::DeviceIds;
use crate::Error;
use crate::instant::timestamp;

const INSERT: &str = "
    INSERT INTO raw_record (epoch, seq, received_at, device_id, source, topic, content_type, traceparent, decoder,
        outcome, decoded_count, error_count, payload_length, payload_sha256, payload)
    SELECT $1, * FROM unnest($2::bigint[], $3::timestamptz[], $4::bigint[], $5::text[], $6::text[], $7::text[],
        $8::text[], $9::text[], $10::text[], $11::int[], $12::int[], $13::bigint[], $14::bytea[], $15::bytea[])
    ON CONFLICT DO NOTHING
    RETURNING seq";

/// Inserts all messages that are not in `known` and gives the sequences that are new.
pub(super) async fn insert(
    connection: &mut PgConnection,
    epoch: i32,
    messages: &[PendingMessage],
    known: &HashSet<u64>,
    devices: &DeviceIds,
) -> Result<HashSet<u64>, Error> {
    let mut rows: Vec<&PendingMessage> = messages
        .iter()
        .filter(|message| !known.contains(&message.sequence))
        .collect();
    rows.sort_by_key(|message| message.sequence);
    if rows.is_empty() {
        return Ok(HashSet::new());
    }
    let column = |of: fn(&PendingMessage) -> i64| {
        rows.iter().map(|message| of(message)).collect::<Vec<i64>>()
    };
    let received: Vec<DateTime<Utc>> = rows
        .iter()
        .map(|message| timestamp(message.envelope.received_at))
        .collect();
    let device_ids: Vec<Option<i64>> = rows
        .iter()
        .map(|message| {
            message
                .decoded
                .device
                .as_ref()
                .and_then(|device| devices.get(device).copied())
        })
        .collect();
    let sources: Vec<&str> = rows
        .iter()
        .map(|message| message.envelope.source.as_str())
        .collect();
    let topics: Vec<String> = rows
        .iter()
        .map(|message| without_nul(&message.envelope.topic))
        .collect();
    let content_types: Vec<Option<String>> = rows
        .iter()
        .map(|message| message.envelope.content_type.as_deref().map(without_nul))
        .collect();
    let traces: Vec<Option<&str>> = rows
        .iter()
        .map(|message| message.envelope.traceparent.as_deref())
        .collect();
    let decoders: Vec<Option<String>> = rows
        .iter()
        .map(|message| message.decoded.decoder.map(|tag| tag.to_string()))
        .collect();
    let outcomes: Vec<&str> = rows.iter().map(|message| message.outcome_name()).collect();
    let decoded: Vec<i32> = rows
        .iter()
        .map(|message| count(decoded_count(message)))
        .collect();
    let errors: Vec<i32> = rows
        .iter()
        .map(|message| count(message.errors().len()))
        .collect();
    let hashes: Vec<Option<Vec<u8>>> = rows
        .iter()
        .map(|message| {
            message
                .envelope
                .truncated
                .as_ref()
                .map(|truncated| truncated.sha256.to_vec())
        })
        .collect();
    let payloads: Vec<&[u8]> = rows
        .iter()
        .map(|message| message.payload.as_ref())
        .collect();
    let inserted: Vec<i64> = sqlx::query_scalar(INSERT)
        .bind(epoch)
        .bind(column(|message| sequence(message.sequence)))
        .bind(received)
        .bind(device_ids)
        .bind(sources)
        .bind(topics)
        .bind(content_types)
        .bind(traces)
        .bind(decoders)
        .bind(outcomes)
        .bind(decoded)
        .bind(errors)
        .bind(column(full_length))
        .bind(hashes)
        .bind(payloads)
        .fetch_all(connection)
        .await
        .map_err(Error::during("insert raw records"))?;
    Ok(inserted.into_iter().map(i64::cast_unsigned).collect())
}

/// Readings a payload claims to hold: good ones and refused ones.
fn decoded_count(message: &PendingMessage) -> usize {
    message.readings().len() + message.errors().len()
}

fn full_length(message: &PendingMessage) -> i64 {
    let length = message
        .envelope
        .truncated
        .as_ref()
        .map_or(message.payload.len() as u64, |whole| whole.full_length);
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// A stream sequence as the database keeps it.
pub(super) fn sequence(sequence: u64) -> i64 {
    i64::try_from(sequence).unwrap_or(i64::MAX)
}

pub(super) fn count(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// PostgreSQL text cannot hold NUL. The payload keeps it: only what describes the payload is cleaned.
pub(super) fn without_nul(text: &str) -> String {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}")
    } else {
        text.to_owned()
    }
}
