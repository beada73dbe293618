//! The next stored payloads, decoded.

use chrono::{DateTime, Utc};
use sens_schema::envelope::{Envelope, Source, Truncated};
use sens_schema::{Catalogue, ClockPolicy, DecodeContext, DecoderMap, Position, Topic};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Row as _};

use crate::Error;
use crate::write::PendingMessage;

/// Payloads of one part: keeps its transaction short.
const RECORDS: i64 = 200;

const NEXT: &str = "
    SELECT epoch, seq, received_at, device_id, source, topic, content_type, payload_length, payload_sha256, payload
    FROM raw_record
    WHERE (epoch, seq) > ($1, $2) AND ($3::timestamptz IS NULL OR received_at >= $3) AND received_at < $4
      AND ($5::bigint IS NULL OR device_id = $5 OR device_id IS NULL)
    ORDER BY epoch, seq LIMIT $6";

const TOTAL: &str = "
    SELECT count(*) FROM raw_record
    WHERE ($1::timestamptz IS NULL OR received_at >= $1) AND received_at < $2
      AND ($3::bigint IS NULL OR device_id = $3 OR device_id IS NULL)";

/// Which payloads, as the database is asked for them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope {
    pub(super) device: Option<i64>,
    pub(super) from: Option<DateTime<Utc>>,
    pub(super) to: DateTime<Utc>,
}

/// Payloads that follow each other in one epoch.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) epoch: i32,
    /// Decoded again, by position.
    pub(super) messages: Vec<PendingMessage>,
    /// For each message whether it speaks of one device, known when it arrived.
    pub(super) of_one_device: Vec<bool>,
}

impl Part {
    /// The last position.
    pub(super) fn end(&self) -> (i32, i64) {
        let last = self.messages.last().map_or(0, |message| message.sequence);
        (self.epoch, last.cast_signed())
    }

    pub(super) fn sequences(&self) -> Vec<i64> {
        let messages = self.messages.iter();
        messages
            .map(|message| message.sequence.cast_signed())
            .collect()
    }

    pub(super) fn arrivals(&self) -> Vec<DateTime<Utc>> {
        let arrivals = self.messages.iter();
        arrivals
            .map(|message| crate::instant::timestamp(message.envelope.received_at))
            .collect()
    }
}

/// A stored payload.
pub(super) struct Row {
    epoch: i32,
    seq: i64,
    received_at: DateTime<Utc>,
    device_id: Option<i64>,
    source: String,
    topic: String,
    content_type: Option<String>,
    payload_length: i64,
    payload_sha256: Option<Vec<u8>>,
    payload: Vec<u8>,
}

impl Row {
    /// Its place in the stream.
    pub(super) fn position(&self) -> (i32, i64) {
        (self.epoch, self.seq)
    }
}

impl FromRow<'_, PgRow> for Row {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            epoch: row.try_get("epoch")?,
            seq: row.try_get("seq")?,
            received_at: row.try_get("received_at")?,
            device_id: row.try_get("device_id")?,
            source: row.try_get("source")?,
            topic: row.try_get("topic")?,
            content_type: row.try_get("content_type")?,
            payload_length: row.try_get("payload_length")?,
            payload_sha256: row.try_get("payload_sha256")?,
            payload: row.try_get("payload")?,
        })
    }
}

/// The payloads after a position; `None` when there are no more.
pub(super) async fn next(
    connection: &mut PgConnection,
    scope: &Scope,
    after: (i32, i64),
    decoders: &DecoderMap,
    catalogue: &Catalogue,
) -> Result<Option<Part>, Error> {
    let mut rows: Vec<Row> = sqlx::query_as(NEXT)
        .bind(after.0)
        .bind(after.1)
        .bind(scope.from)
        .bind(scope.to)
        .bind(scope.device)
        .bind(RECORDS)
        .fetch_all(connection)
        .await
        .map_err(Error::during("read stored payloads"))?;
    let Some(epoch) = rows.first().map(|row| row.epoch) else {
        return Ok(None);
    };
    rows.retain(|row| row.epoch == epoch);
    let of_one_device = rows.iter().map(|row| row.device_id.is_some()).collect();
    let messages = rows
        .into_iter()
        .map(|row| decode(row, decoders, catalogue))
        .collect();
    Ok(Some(Part {
        epoch,
        messages,
        of_one_device,
    }))
}

/// How many payloads there are.
pub(super) async fn total(connection: &mut PgConnection, scope: &Scope) -> Result<i64, Error> {
    sqlx::query_scalar(TOTAL)
        .bind(scope.from)
        .bind(scope.to)
        .bind(scope.device)
        .fetch_one(connection)
        .await
        .map_err(Error::during("count stored payloads"))
}

/// A stored payload as today's decoders read it.
pub(super) fn decode(row: Row, decoders: &DecoderMap, catalogue: &Catalogue) -> PendingMessage {
    let full_length = row.payload_length.cast_unsigned();
    let sha256 = row.payload_sha256.and_then(|hash| hash.try_into().ok());
    let envelope = Envelope {
        topic: row.topic,
        source: Source::of(&row.source),
        received_at: row.received_at.timestamp_micros(),
        content_type: row.content_type,
        traceparent: None,
        truncated: sha256.map(|sha256| Truncated {
            full_length,
            sha256,
        }),
        wait: false,
    };
    let sequence = row.seq.cast_unsigned();
    let topic = Topic::parse(&envelope.topic);
    let decoded = decoders.decode(
        &row.payload,
        &DecodeContext {
            topic: &topic,
            received_at: envelope.received_at,
            content_type: envelope.content_type.as_deref(),
            truncated: envelope.truncated.is_some(),
            full_length,
            position: Position {
                epoch: row.epoch,
                seq: sequence,
            },
            catalogue,
            clock: ClockPolicy::default(),
        },
    );
    PendingMessage {
        sequence,
        maybe_known: true,
        envelope,
        payload: row.payload.into(),
        decoded,
        startups: Vec::new(),
    }
}
