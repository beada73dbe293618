//! `GET /v1/ingest-errors`.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use sens_schema::Reason;
use sens_storage::query::ingest_errors::{self, IngestErrorFilter};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Reader;
use crate::http::cursor::{self, Fingerprint};
use crate::http::params::Params;
use crate::http::time::Timestamp;
use crate::problem::{AccessErrors, ParameterErrors, Problem};

/// A page of errors.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IngestErrorPage {
    /// The errors, newest arrival first.
    items: Vec<IngestError>,
    /// Continues after this page; `null` on the last one.
    next_cursor: Option<String>,
}

/// One bad reading, or one bad payload.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IngestError {
    /// Its number.
    id: i64,
    /// Stable reason.
    reason: String,
    /// Explanation for people.
    detail: String,
    /// JSON Pointer into the payload; empty for all of it.
    pointer: String,
    /// The device, where it is known.
    serial: Option<String>,
    /// Topic it came on; `http` for posted items, `null` when the raw record is gone.
    topic: Option<String>,
    /// When it arrived.
    received_at: Timestamp,
    /// The payload it was found in.
    raw_record_id: String,
}

impl From<ingest_errors::IngestError> for IngestError {
    fn from(error: ingest_errors::IngestError) -> Self {
        Self {
            id: error.id,
            reason: error.reason,
            detail: error.detail,
            pointer: error.pointer,
            serial: error.serial,
            topic: error.topic,
            received_at: Timestamp(error.received_at),
            raw_record_id: format!("{}-{}", error.epoch, error.seq),
        }
    }
}

/// What could not be read, newest first
#[utoipa::path(
    get,
    path = "/v1/ingest-errors",
    tag = "ingest",
    params(
        ("reason" = Option<String>, Query, description = "only this reason"),
        ("serial" = Option<String>, Query, description = "only this device"),
        ("limit" = Option<u32>, Query, description = "page size, 1 to 1000, default 100"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before")
    ),
    responses((status = 200, description = "a page of errors", body = IngestErrorPage), ParameterErrors, AccessErrors)
)]
pub(crate) async fn list_ingest_errors(
    Reader(scope): Reader,
    State(app): State<App>,
    mut params: Params,
) -> Result<Json<IngestErrorPage>, Problem> {
    let reasons: Vec<(&str, &str)> = Reason::ALL
        .iter()
        .map(|reason| (reason.as_str(), reason.as_str()))
        .collect();
    let reason = params.choice("reason", &reasons);
    let serial = params.text("serial");
    let limit = params.limit(100, 1000);
    let cursor = params.text("cursor");
    params.finish()?;
    let fingerprint = Fingerprint::of(&[
        "ingest-errors",
        reason.unwrap_or_default(),
        serial.as_deref().unwrap_or_default(),
    ]);
    let before = cursor::decode(fingerprint, cursor.as_deref(), read_place)?;

    let filter = IngestErrorFilter {
        reason,
        serial: serial.as_deref(),
        before,
    };
    let mut errors = ingest_errors::list_ingest_errors(
        &app.pools.read,
        &scope,
        &filter,
        cursor::one_more(limit),
    )
    .await?;
    let next_cursor = cursor::next(fingerprint, &mut errors, limit, |last| {
        write_place(last.received_at, last.id)
    });
    Ok(Json(IngestErrorPage {
        items: errors.into_iter().map(IngestError::from).collect(),
        next_cursor,
    }))
}

fn write_place(received_at: DateTime<Utc>, id: i64) -> String {
    format!("{}:{id}", received_at.timestamp_micros())
}

fn read_place(place: &str) -> Option<(DateTime<Utc>, i64)> {
    let (micros, id) = place.split_once(':')?;
    Some((
        DateTime::from_timestamp_micros(micros.parse().ok()?)?,
        id.parse().ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_back() {
        let at = DateTime::from_timestamp_micros(1_732_100_000_250_001).unwrap();
        assert_eq!(read_place(&write_place(at, 7)), Some((at, 7)));
        assert_eq!(read_place("7"), None);
    }
}
