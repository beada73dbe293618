//! `GET /v1/messages/{id}`.

use axum::Json;
use axum::extract::{Path, State};
use sens_messaging::StoredDeadLetter;
use sens_schema::envelope::Envelope;
use sens_schema::explain::Verdict;
use sens_schema::{Position, Serial, Topic, Value as Measured, locate};
use sens_storage::query::fate::{Fate, ReadingFate};
use sens_storage::query::ingest_errors::IngestError;
use sens_storage::query::{Scope, StoredValue};
use sens_storage::write::load_catalogue;
use serde::Serialize;
use utoipa::ToSchema;

use super::life::Life;
use super::payload::Payload;
use crate::app::App;
use crate::auth::Reader;
use crate::http::position::read_id;
use crate::http::time::Timestamp;
use crate::http::value::{Value, ValueSchema};
use crate::problem::{AccessErrors, Code, NotFoundError, Problem};
use crate::routes::dead_letters::{DeadLetter, Decision};

/// The life of a message: what arrived, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Message {
    /// Its position in the stream, `<epoch>-<sequence>`.
    id: String,
    /// Sequence in the stream.
    sequence: u64,
    /// Where it stands.
    verdict: Finding,
    /// Topic it came on; `http` for posted items. `null` when nothing of the message is left.
    topic: Option<String>,
    /// `mqtt`, `http` or `import`.
    source: Option<String>,
    /// When it arrived.
    received_at: Option<Timestamp>,
    /// The minute of its arrival by the ledger, also when the raw record is gone.
    arrived_in_minute: Option<Timestamp>,
    /// Of a lost message: when the last known message before it arrived.
    arrived_after: Option<Timestamp>,
    /// Of a lost message: when the first known message after it arrived.
    arrived_before: Option<Timestamp>,
    /// When it was committed.
    committed_at: Option<Timestamp>,
    /// Content type the sender gave.
    content_type: Option<String>,
    /// Trace it belongs to.
    traceparent: Option<String>,
    /// The bytes.
    payload: Option<Payload>,
    /// Decoder and version that read it.
    decoder: Option<String>,
    /// `parsed`, `failed` or `control` once it is in the store.
    outcome: Option<String>,
    /// How often it was delivered to a worker until it was committed or given up; more than once when a worker died with it.
    deliveries: Option<i32>,
    /// Rows that are in the store because of it.
    rows_written: RowsWritten,
    /// What is wrong with it.
    errors: Vec<MessageError>,
    /// Its good readings, in their order.
    readings: Vec<MessageReading>,
    /// Its dead letter, while that waits for a decision.
    dead_letter: Option<DeadLetter>,
    /// Decisions about its dead letter, oldest first.
    decisions: Vec<Decision>,
}

/// A stable code and a sentence for people.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Finding {
    /// What it is, by a name that never changes.
    pub(crate) code: &'static str,
    /// What happened.
    pub(crate) text: String,
}

/// Rows that a message has in the store.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowsWritten {
    /// 1 when the payload is kept.
    raw_record: usize,
    /// Readings.
    readings: usize,
    /// Errors.
    errors: usize,
}

/// An error in a message, with its place.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageError {
    /// Stable reason.
    reason: String,
    /// Explanation for people.
    detail: String,
    /// JSON Pointer into the payload; empty for all of it.
    pointer: String,
    /// Bytes of the payload before the place; `null` where it has none.
    byte: Option<usize>,
    /// Line of the place, from 1.
    line: Option<usize>,
    /// Column of the place in characters, from 1.
    column: Option<usize>,
    /// The device, where it is known.
    serial: Option<String>,
}

/// A good reading of a message and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageReading {
    /// `stored`, `corrected` (it is stored, and a person has set another value or taken it out), `duplicate` (another message
    /// had stored it before), `expired` (retention has let it go) or `missing` (it was committed and is not there).
    fate: &'static str,
    /// Number of the correction, see `/v1/corrections/{id}`.
    correction: Option<i64>,
    /// The message that stored it, where another one did.
    duplicate_of: Option<String>,
    /// The device.
    serial: String,
    /// Name of the metric.
    metric: String,
    /// The value.
    #[schema(value_type = ValueSchema)]
    value: Value,
    /// Its time in the store.
    recorded_at: Timestamp,
    /// How far its time is to be trusted.
    quality: String,
    /// What the device claimed, where that was not believed.
    device_time: Option<Timestamp>,
}

/// The life of a message
///
/// Topic, bytes, arrival, decoder, errors with their place, what its readings are duplicates of, rows written and
/// deliveries, for a message that is stored, waits, was given up, has expired or was lost; `verdict` says which.
#[utoipa::path(
    get,
    path = "/v1/messages/{id}",
    tag = "ingest",
    params(("id" = String, Path, description = "`<epoch>-<sequence>`, as for raw records")),
    responses(
        (status = 200, description = "the message", body = Message),
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn get_message(
    Reader(scope): Reader,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<Message>, Problem> {
    let not_found = || {
        Problem::new(
            Code::MessageNotFound,
            format!("there never was a message {id}"),
        )
    };
    let position = read_id(&id).ok_or_else(not_found)?;
    let catalogue = load_catalogue(&app.pools.primary).await?;
    let life = Life::of(&app, &catalogue, position)
        .await?
        .ok_or_else(not_found)?;
    let message = Message::of(position, &life);
    if !message.is_within(&app, &scope).await? {
        return Err(not_found());
    }
    Ok(Json(message))
}

impl Message {
    /// Whether everything that it tells is of devices of the scope.
    async fn is_within(&self, app: &App, scope: &Scope) -> Result<bool, Problem> {
        let topic = self.topic.as_deref().map(Topic::parse);
        let serials = self.readings.iter().map(|reading| reading.serial.as_str());
        let errors = self.errors.iter();
        let serials = serials.chain(errors.map(|error| error.serial.as_deref().unwrap_or("")));
        let serials = serials.chain(topic.iter().filter_map(Topic::serial).map(Serial::as_str));
        app.registrar.is_within(scope, serials).await
    }

    fn of(position: Position, life: &Life) -> Self {
        let kept = Kept::of(life);
        let payload = kept.as_ref().map(|kept| kept.payload).unwrap_or_default();
        let errors: Vec<MessageError> = life
            .errors
            .iter()
            .map(|error| MessageError::of(payload, error))
            .collect();
        let readings: Vec<MessageReading> =
            life.readings.iter().map(MessageReading::from).collect();
        let stored = |reading: &&MessageReading| matches!(reading.fate, "stored" | "corrected");
        let record = life.record.as_ref();
        Self {
            sequence: position.seq,
            verdict: Finding::from(life.verdict.clone()),
            rows_written: RowsWritten {
                raw_record: usize::from(record.is_some()),
                readings: readings.iter().filter(stored).count(),
                errors: errors.len(),
            },
            topic: kept.as_ref().map(|kept| kept.topic.to_owned()),
            source: kept.as_ref().map(|kept| kept.source.to_owned()),
            received_at: kept.as_ref().map(|kept| kept.received_at),
            content_type: kept.as_ref().and_then(|kept| kept.content_type.clone()),
            traceparent: kept.as_ref().and_then(|kept| kept.traceparent.clone()),
            payload: kept
                .as_ref()
                .map(|kept| Payload::of(kept.payload, kept.length)),
            arrived_in_minute: life.ledger.map(|entry| Timestamp(entry.minute)),
            arrived_after: life.neighbours.before.map(Timestamp),
            arrived_before: life.neighbours.after.map(Timestamp),
            committed_at: record.map(|record| Timestamp(record.committed_at)),
            decoder: record.and_then(|record| record.decoder.clone()),
            outcome: record.map(|record| record.outcome.clone()),
            deliveries: life.deliveries,
            errors,
            readings,
            dead_letter: life.letter.as_ref().map(DeadLetter::from),
            decisions: life
                .decisions
                .iter()
                .map(|trace| Decision::of(position, trace.clone()))
                .collect(),
            id: life.id.clone(),
        }
    }
}

/// The message where it is kept: in the store, among the dead letters or in the stream.
struct Kept<'a> {
    topic: &'a str,
    source: &'a str,
    received_at: Timestamp,
    content_type: Option<String>,
    traceparent: Option<String>,
    payload: &'a [u8],
    length: u64,
}

impl<'a> Kept<'a> {
    fn of(life: &'a Life) -> Option<Self> {
        if let Some(record) = &life.record {
            return Some(Self {
                topic: &record.topic,
                source: &record.source,
                received_at: Timestamp(record.received_at),
                content_type: record.content_type.clone(),
                traceparent: record.traceparent.clone(),
                payload: &record.payload,
                length: record.payload_length.cast_unsigned(),
            });
        }
        if let Some(StoredDeadLetter { letter, .. }) = &life.letter {
            return Some(Self::enveloped(&letter.envelope, &letter.payload));
        }
        let waiting = life.waiting.as_ref()?;
        Some(Self::enveloped(&waiting.envelope, &waiting.payload))
    }

    fn enveloped(envelope: &'a Envelope, payload: &'a [u8]) -> Self {
        Self {
            topic: &envelope.topic,
            source: envelope.source.as_str(),
            received_at: Timestamp::from_micros(envelope.received_at),
            content_type: envelope.content_type.clone(),
            traceparent: envelope.traceparent.clone(),
            payload,
            length: envelope
                .truncated
                .as_ref()
                .map_or(payload.len() as u64, |whole| whole.full_length),
        }
    }
}

impl From<Verdict> for Finding {
    fn from(verdict: Verdict) -> Self {
        Self {
            code: verdict.code,
            text: verdict.text,
        }
    }
}

impl MessageError {
    fn of(payload: &[u8], error: &IngestError) -> Self {
        let spot = locate(payload, &error.pointer).filter(|_| !payload.is_empty());
        Self {
            byte: spot.map(|spot| spot.offset),
            line: spot.map(|spot| spot.line),
            column: spot.map(|spot| spot.column),
            reason: error.reason.clone(),
            detail: error.detail.clone(),
            pointer: error.pointer.clone(),
            serial: error.serial.clone(),
        }
    }
}

impl From<&ReadingFate> for MessageReading {
    fn from(found: &ReadingFate) -> Self {
        let reading = &found.reading;
        let duplicate_of = found
            .stored
            .as_ref()
            .filter(|_| found.fate == Fate::Duplicate)
            .map(|stored| format!("{}-{}", stored.epoch, stored.seq));
        let value = match (&reading.value, reading.boolean) {
            (Measured::Number(number), true) => StoredValue::Boolean(*number != 0.0),
            (Measured::Number(number), false) => StoredValue::Number(*number),
            (Measured::Text(text), _) => StoredValue::Text(text.clone()),
        };
        Self {
            fate: found.fate.as_str(),
            correction: found.correction,
            duplicate_of,
            serial: reading.device.serial().to_string(),
            metric: reading.metric.to_string(),
            value: Value(value),
            recorded_at: Timestamp::from_micros(reading.recorded_at),
            quality: reading.quality.as_str().to_owned(),
            device_time: reading.device_time.map(Timestamp::from_micros),
        }
    }
}
