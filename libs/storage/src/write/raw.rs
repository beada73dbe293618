//! Raw records: every received payload, verbatim.

use std::borrow::Cow;
use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sens_schema::DecoderTag;
use sqlx::PgConnection;

use super::batch::{AllBut, PendingMessage};
use super::expect::Expectation;
use super::names::DeviceIds;
use crate::Error;
use crate::instant::timestamp;

const INSERT: &str = "
    SELECT store_raw_records($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";

/// The columns of the insert.
#[derive(Default)]
struct Columns<'a> {
    sequences: Vec<i64>,
    received: Vec<DateTime<Utc>>,
    devices: Vec<Option<i64>>,
    sources: Vec<&'static str>,
    topics: Vec<Cow<'a, str>>,
    content_types: Vec<Option<Cow<'a, str>>>,
    traces: Vec<Option<&'a str>>,
    decoders: Vec<Option<&'static str>>,
    outcomes: Vec<&'static str>,
    decoded: Vec<i32>,
    errors: Vec<i32>,
    lengths: Vec<i64>,
    hashes: Vec<Option<&'a [u8]>>,
    payloads: Vec<&'a [u8]>,
}

/// Inserts all messages that are not in `known` and gives the sequences that are new: all but those known and repeated.
pub(super) async fn insert(
    connection: &mut PgConnection,
    epoch: i32,
    messages: &[PendingMessage],
    known: HashSet<u64>,
    devices: &DeviceIds,
    expectation: &Expectation,
) -> Result<AllBut<u64>, Error> {
    let mut rows: Vec<&PendingMessage> = messages
        .iter()
        .filter(|message| !known.contains(&message.sequence))
        .collect();
    rows.sort_by_key(|message| message.sequence);
    if rows.is_empty() {
        return Ok(AllBut::new(known));
    }
    let mut columns = Columns::default();
    for message in &rows {
        columns.push(message, devices);
    }
    let all_new = expectation.all_new(rows.len());
    let inserted = columns.execute(connection, epoch, all_new).await?;
    let mut fresh = AllBut::new(known);
    if let Some(inserted) = inserted {
        if inserted.len() < rows.len() {
            expectation.disappoint();
        }
        fresh.except_missing(
            rows.iter().map(|message| message.sequence),
            inserted.into_iter().map(i64::cast_unsigned),
        );
    }
    Ok(fresh)
}

impl<'a> Columns<'a> {
    fn push(&mut self, message: &'a PendingMessage, devices: &DeviceIds) {
        let envelope = &message.envelope;
        let device = message.decoded.device.as_ref();
        self.sequences.push(sequence(message.sequence));
        self.received.push(timestamp(envelope.received_at));
        self.devices
            .push(device.and_then(|device| devices.get(device).copied()));
        self.sources.push(envelope.source.as_str());
        self.topics.push(without_nul(&envelope.topic));
        self.content_types
            .push(envelope.content_type.as_deref().map(without_nul));
        self.traces.push(envelope.traceparent.as_deref());
        self.decoders
            .push(message.decoded.decoder.map(DecoderTag::as_str));
        self.outcomes.push(message.outcome_name());
        self.decoded.push(count(decoded_count(message)));
        self.errors.push(count(message.errors().len()));
        self.lengths.push(full_length(message));
        self.hashes.push(
            envelope
                .truncated
                .as_ref()
                .map(|whole| whole.sha256.as_slice()),
        );
        self.payloads.push(message.payload.as_ref());
    }

    /// Gives the sequences that are new, or nothing when all are.
    async fn execute(
        self,
        connection: &mut PgConnection,
        epoch: i32,
        expect_new: bool,
    ) -> Result<Option<Vec<i64>>, Error> {
        sqlx::query_scalar(INSERT)
            .bind(epoch)
            .bind(self.sequences)
            .bind(self.received)
            .bind(self.devices)
            .bind(self.sources)
            .bind(self.topics)
            .bind(self.content_types)
            .bind(self.traces)
            .bind(self.decoders)
            .bind(self.outcomes)
            .bind(self.decoded)
            .bind(self.errors)
            .bind(self.lengths)
            .bind(self.hashes)
            .bind(self.payloads)
            .bind(expect_new)
            .fetch_one(connection)
            .await
            .map_err(Error::during("insert raw records"))
    }
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
pub(super) fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}
