//! `GET /v1/raw-records/{id}`.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sens_schema::{Serial, Topic};
use sens_storage::query::{ingest_errors, raw_records};
use serde::Serialize;
use utoipa::ToSchema;

use super::readings::{self, RawReading};
use crate::app::App;
use crate::auth::Reader;
use crate::http::conditional;
use crate::http::position::read_id;
use crate::http::time::Timestamp;
use crate::problem::{AccessErrors, Code, NotFoundError, Problem};

/// One received payload and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RawRecord {
    /// Its position in the stream, `<epoch>-<sequence>`.
    id: String,
    /// Topic it came on; `http` for posted items.
    topic: String,
    /// `mqtt`, `http` or `import`.
    source: String,
    /// When it arrived.
    received_at: Timestamp,
    /// When it was committed.
    committed_at: Timestamp,
    /// Content type the sender gave.
    content_type: Option<String>,
    /// Decoder and version that read it.
    decoder: Option<String>,
    /// `parsed`, `failed`, `control` or `dead`.
    outcome: String,
    /// Whether every reading in it is stored; a duplicate counts.
    parse_ok: bool,
    /// Readings in it.
    decoded_count: i32,
    /// Errors in it.
    error_count: i32,
    /// Length as it arrived; of an oversized payload only the beginning is kept.
    payload_length: i64,
    /// The payload, where it is text.
    payload_text: Option<String>,
    /// The payload.
    payload_base64: String,
    /// Trace it belongs to.
    traceparent: Option<String>,
    /// What is wrong with it.
    errors: Vec<RawError>,
    /// Those of its readings that are stored.
    readings: Vec<RawReading>,
}

/// An error in a payload.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RawError {
    /// Number of the error.
    id: i64,
    /// Stable reason.
    reason: String,
    /// Explanation for people.
    detail: String,
    /// JSON Pointer into the payload; empty for all of it.
    pointer: String,
    /// The device, where it is known.
    serial: Option<String>,
}

/// What arrived, verbatim, and what became of it
#[utoipa::path(
    get,
    path = "/v1/raw-records/{id}",
    tag = "ingest",
    params(("id" = String, Path, description = "`<epoch>-<sequence>`")),
    responses(
        (status = 200, description = "the raw record", body = RawRecord),
        (status = 304, description = "unchanged since the answer with this `ETag`"),
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn get_raw_record(
    Reader(scope): Reader,
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let not_found = || {
        Problem::new(
            Code::RawRecordNotFound,
            format!("there is no raw record {id}"),
        )
    };
    let position = read_id(&id).ok_or_else(not_found)?;
    let (epoch, seq) = (position.epoch, position.seq.cast_signed());
    let pool = &app.pools.read;
    let record = raw_records::find_raw_record(pool, epoch, seq)
        .await?
        .ok_or_else(not_found)?;
    let errors = ingest_errors::ingest_errors_of(pool, epoch, seq).await?;
    let readings = readings::stored(&app, epoch, seq, &record).await?;
    let errors: Vec<RawError> = errors.into_iter().map(RawError::from).collect();
    let topic = Topic::parse(&record.topic);
    let serials = readings.iter().map(RawReading::serial);
    let serials = serials.chain(
        errors
            .iter()
            .map(|error| error.serial.as_deref().unwrap_or("")),
    );
    let serials = serials.chain(topic.serial().map(Serial::as_str));
    if !app.registrar.is_within(&scope, serials).await? {
        return Err(not_found());
    }
    let body = RawRecord {
        id: format!("{epoch}-{seq}"),
        parse_ok: record.error_count == 0 && record.outcome != "dead",
        payload_base64: BASE64_STANDARD.encode(&record.payload),
        payload_text: String::from_utf8(record.payload).ok(),
        topic: record.topic,
        source: record.source,
        received_at: Timestamp(record.received_at),
        committed_at: Timestamp(record.committed_at),
        content_type: record.content_type,
        decoder: record.decoder,
        outcome: record.outcome,
        decoded_count: record.decoded_count,
        error_count: record.error_count,
        payload_length: record.payload_length,
        traceparent: record.traceparent,
        errors,
        readings,
    };
    conditional::json(&headers, &body)
}

impl From<ingest_errors::IngestError> for RawError {
    fn from(error: ingest_errors::IngestError) -> Self {
        Self {
            id: error.id,
            reason: error.reason,
            detail: error.detail,
            pointer: error.pointer,
            serial: error.serial,
        }
    }
}
