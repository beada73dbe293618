//! `POST /v1/replays`.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use sens_storage::query::Scope;
use sens_storage::query::family::find_family;
use sens_storage::replay::{ReplayRequest, request_replay};
use serde::Deserialize;
use utoipa::ToSchema;

use super::get::find;
use super::replay::ReplayDetail;
use crate::app::App;
use crate::auth::Operator;
use crate::http::body::JsonBody;
use crate::http::time;
use crate::problem::{AccessErrors, BodyErrors, Code, FieldError, Problem};

/// Which payloads to decode again. At least one of `device`, `from` and `to` is needed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReplayRequest)]
pub(crate) struct Wanted {
    /// Only payloads that speak of this device; of a payload that speaks of several, all readings.
    device: Option<String>,
    /// Payloads that arrived from then on; from the oldest when left out.
    #[schema(format = DateTime)]
    from: Option<String>,
    /// Payloads that arrived before; up to now when left out.
    #[schema(format = DateTime)]
    to: Option<String>,
    /// Only say what would change.
    #[serde(default)]
    dry_run: bool,
}

/// Decode stored payloads again
///
/// Today's decoders and catalogue read them. A reading that does not come out any more is superseded, a new one is added;
/// nothing is deleted, and reads with `as_of` give what they gave then. Rollups follow. A worker does it, and another one goes
/// on when it dies; doing it again changes nothing.
#[utoipa::path(
    post,
    path = "/v1/replays",
    tag = "replays",
    request_body = Wanted,
    responses(
        (status = 202, description = "the replay; its address is in `Location`", body = ReplayDetail),
        BodyErrors,
        AccessErrors
    )
)]
pub(crate) async fn create_replay(
    Operator(caller): Operator,
    State(app): State<App>,
    JsonBody(wanted): JsonBody<Wanted>,
) -> Result<Response, Problem> {
    let request = read(wanted)?;
    if let Some(serial) = &request.serial
        && find_family(&app.pools.primary, &Scope::EVERYTHING, serial)
            .await?
            .is_none()
    {
        return Err(invalid(vec![fault(
            "/device",
            format!("there is no device {serial}"),
        )]));
    }
    let id = request_replay(&app.pools.primary, &request, &caller.actor()).await?;
    tracing::info!(
        replay = id,
        dry_run = request.dry_run,
        actor = caller.name,
        "a replay was asked for"
    );
    let location = format!("/v1/replays/{id}");
    let replay = find(&app, &id.to_string()).await?;
    Ok((
        StatusCode::ACCEPTED,
        [(header::LOCATION, location)],
        Json(replay),
    )
        .into_response())
}

fn read(wanted: Wanted) -> Result<ReplayRequest, Problem> {
    let mut faults = Vec::new();
    let mut instant = |text: Option<&str>, pointer: &str| -> Option<DateTime<Utc>> {
        let instant = time::parse(text?);
        if instant.is_none() {
            let name = pointer.trim_start_matches('/');
            faults.push(fault(pointer, format!("{name} must be an RFC 3339 time")));
        }
        instant
    };
    let from = instant(wanted.from.as_deref(), "/from");
    let to = instant(wanted.to.as_deref(), "/to");
    if let (Some(from), Some(to)) = (from, to)
        && from >= to
    {
        faults.push(fault("/to", "to must be after from".to_owned()));
    }
    if wanted.device.is_none() && wanted.from.is_none() && wanted.to.is_none() {
        let detail = "give at least one of device, from and to".to_owned();
        faults.push(fault("", detail));
    }
    if faults.is_empty() {
        Ok(ReplayRequest {
            serial: wanted.device,
            from,
            to,
            dry_run: wanted.dry_run,
        })
    } else {
        Err(invalid(faults))
    }
}

fn fault(pointer: &str, detail: String) -> FieldError {
    FieldError {
        detail,
        pointer: Some(pointer.to_owned()),
        parameter: None,
    }
}

fn invalid(faults: Vec<FieldError>) -> Problem {
    Problem::with_errors(Code::InvalidBody, faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(json: serde_json::Value) -> Result<ReplayRequest, Problem> {
        read(serde_json::from_value(json).unwrap())
    }

    #[test]
    fn something_must_be_asked_for_and_times_make_sense() {
        assert!(wanted(serde_json::json!({})).is_err());
        assert!(wanted(serde_json::json!({"dry_run": true})).is_err());
        assert!(wanted(serde_json::json!({"from": "yesterday"})).is_err());
        let backwards =
            serde_json::json!({"from": "2026-11-20T10:00:00Z", "to": "2026-11-20T10:00:00Z"});
        assert!(wanted(backwards).is_err());
        let device = wanted(serde_json::json!({"device": "AI-1"})).unwrap();
        assert_eq!(device.serial.as_deref(), Some("AI-1"));
        assert!(!device.dry_run);
    }
}
