//! `POST /v1/devices/{serial}/commands`.

use axum::Json;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng as _;
use sens_schema::command::CommandOrder;
use sens_schema::trace::{new_traceparent, parse_traceparent};
use sens_storage::command::{NewCommand, mark_dispatched, request_command};
use sens_storage::query::family::find_family;
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::command::CommandDetail;
use super::get::find;
use crate::app::App;
use crate::auth::{Caller, Operator};
use crate::http::body::JsonBody;
use crate::http::idempotency::RequestName;
use crate::http::time;
use crate::problem::{AccessErrors, BodyErrors, Code, FieldError, NotFoundError, Problem};
use crate::routes::devices::not_found;

/// How long a command lives when nothing is said.
const DEFAULT_TTL: i64 = 3600;
/// How long a command may live.
const MAX_TTL: i64 = 7 * 24 * 3600;
/// Longest name.
const MAX_NAME: usize = 64;
/// Largest payload, as JSON.
const MAX_PAYLOAD: usize = 32 * 1024;

/// A command to a device.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommandRequest {
    /// What to do: 1 to 64 of `A-Z a-z 0-9 . _ : -`.
    name: String,
    /// With what: any JSON of at most 32 KiB.
    #[serde(default)]
    payload: serde_json::Value,
    /// When it is not to be sent any more, at most 7 days from now. Not together with `ttl_seconds`.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// The same in seconds from now; 3600 when neither is given.
    ttl_seconds: Option<i64>,
}

/// Send a command to a device
///
/// It goes to `sens/v1/{serial}/command` as soon as somebody listens there, at least once and never after its time is
/// over; the device answers on `…/command/ack` and tells repetitions by the id. 202 means that it is stored. With an
/// `Idempotency-Key` the same request makes one command.
#[utoipa::path(
    post,
    path = "/v1/devices/{serial}/commands",
    tag = "commands",
    params(("serial" = String, Path, description = "serial of the device")),
    request_body = CommandRequest,
    responses(
        (status = 202, description = "the command; its address is in `Location`", body = CommandDetail),
        NotFoundError,
        BodyErrors,
        AccessErrors
    )
)]
pub(crate) async fn create_command(
    Operator(caller): Operator,
    State(app): State<App>,
    Path(serial): Path<String>,
    request_name: Option<Extension<RequestName>>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<CommandRequest>,
) -> Result<Response, Problem> {
    let id = request_name.map_or_else(Uuid::now_v7, |Extension(RequestName(bytes))| {
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    });
    let mut command = read(request, id, serial, &caller, &headers)?;
    // For a legacy number the device that is linked to it: nobody listens under the number.
    let family = find_family(&app.pools.primary, &caller.scope, &command.serial).await?;
    command.serial = family.ok_or_else(|| not_found(&command.serial))?.serial;
    if request_command(&app.pools.primary, &command, &caller.actor()).await? {
        tracing::info!(
            command.id = command.id,
            command.name = command.name,
            device.serial = command.serial,
            actor = caller.name,
            "a command was asked for"
        );
        dispatch(&app, &command).await;
    }
    let detail = find(&app, &command.serial, &command.id)
        .await
        .map_err(|problem| {
            if problem.is(Code::CommandNotFound) {
                let detail = format!("there is no device {}", command.serial);
                return Problem::new(Code::DeviceNotFound, detail);
            }
            problem
        })?;
    let location = format!("/v1/devices/{}/commands/{}", command.serial, command.id);
    Ok((
        StatusCode::ACCEPTED,
        [(header::LOCATION, location)],
        Json::<CommandDetail>(detail),
    )
        .into_response())
}

/// Puts it into the stream at once. When that fails, a worker does it: the command is stored.
async fn dispatch(app: &App, command: &NewCommand) {
    let attempt = async {
        let payload = RawValue::from_string(command.payload.clone())
            .map_err(|error| Problem::internal("a payload is no JSON", &error))?;
        let order = CommandOrder {
            id: command.id.clone(),
            serial: command.serial.clone(),
            name: command.name.clone(),
            payload,
            expires_at: command.expires_at.timestamp_micros(),
            traceparent: command.traceparent.clone(),
        };
        app.link.get()?.dispatch_command(&order).await?;
        mark_dispatched(&app.pools.primary, &[&command.id]).await?;
        Ok::<_, Problem>(())
    };
    if attempt.await.is_err() {
        tracing::warn!(
            command.id = command.id,
            "a command waits in the database until a worker puts it into the stream"
        );
    }
}

fn read(
    request: CommandRequest,
    id: Uuid,
    serial: String,
    caller: &Caller,
    headers: &HeaderMap,
) -> Result<NewCommand, Problem> {
    let mut faults = Vec::new();
    let mut fault = |pointer: &str, detail: String| {
        faults.push(FieldError {
            detail,
            pointer: Some(pointer.to_owned()),
            parameter: None,
        });
    };
    let is_name = |character: char| character.is_ascii_alphanumeric() || "._:-".contains(character);
    if !(1..=MAX_NAME).contains(&request.name.len()) || !request.name.chars().all(is_name) {
        let detail = format!("name must be 1 to {MAX_NAME} of A-Z a-z 0-9 . _ : -");
        fault("/name", detail);
    }
    let payload = request.payload.to_string();
    if payload.len() > MAX_PAYLOAD {
        let detail = format!("payload must be at most {MAX_PAYLOAD} bytes of JSON");
        fault("/payload", detail);
    }
    let now = Utc::now();
    let expires_at = expiry(now, &request).unwrap_or_else(|(pointer, detail)| {
        fault(pointer, detail);
        now
    });
    if !faults.is_empty() {
        return Err(Problem::with_errors(Code::InvalidBody, faults));
    }
    let given = headers
        .get("traceparent")
        .and_then(|value| value.to_str().ok())
        .filter(|value| parse_traceparent(value).is_some());
    let traceparent = given.map_or_else(|| new_traceparent(rand::rng().random()), str::to_owned);
    Ok(NewCommand {
        id: id.to_string(),
        serial,
        name: request.name,
        payload,
        expires_at,
        requested_by: caller.name.clone(),
        traceparent: Some(traceparent),
    })
}

fn expiry(
    now: DateTime<Utc>,
    request: &CommandRequest,
) -> Result<DateTime<Utc>, (&'static str, String)> {
    match (&request.expires_at, request.ttl_seconds) {
        (Some(_), Some(_)) => Err((
            "/ttl_seconds",
            "give expires_at or ttl_seconds, not both".to_owned(),
        )),
        (Some(text), None) => {
            let instant = time::parse(text).ok_or_else(|| {
                let detail = "expires_at must be an RFC 3339 time with offset".to_owned();
                ("/expires_at", detail)
            })?;
            if instant <= now || instant > now + TimeDelta::seconds(MAX_TTL) {
                let detail = "expires_at must be in the future, at most 7 days from now";
                return Err(("/expires_at", detail.to_owned()));
            }
            Ok(instant)
        }
        (None, ttl) => {
            let ttl = ttl.unwrap_or(DEFAULT_TTL);
            if !(1..=MAX_TTL).contains(&ttl) {
                let detail = format!("ttl_seconds must be 1 to {MAX_TTL}");
                return Err(("/ttl_seconds", detail));
            }
            Ok(now + TimeDelta::seconds(ttl))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Role;

    fn pointers(json: serde_json::Value) -> Vec<String> {
        let caller = Caller {
            key_id: None,
            scope: sens_storage::query::Scope::EVERYTHING,
            expires_at: None,
            last_used_at: None,
            request_id: String::new(),
            name: "a".to_owned(),
            role: Role::Operator,
        };
        let request = serde_json::from_value(json).unwrap();
        let read = read(
            request,
            Uuid::nil(),
            "A".to_owned(),
            &caller,
            &HeaderMap::new(),
        );
        let Err(problem) = read else {
            return Vec::new();
        };
        let errors = problem.into_body("", "").errors;
        errors
            .into_iter()
            .filter_map(|error| error.pointer)
            .collect()
    }

    #[test]
    fn faults_are_pointed_at() {
        let json = |text: &str| serde_json::from_str(text).unwrap();
        let none: [&str; 0] = [];
        assert_eq!(pointers(json(r#"{"name":"reboot"}"#)), none);
        assert_eq!(
            pointers(json(r#"{"name":"a b","ttl_seconds":0}"#)),
            ["/name", "/ttl_seconds"]
        );
        assert_eq!(
            pointers(json(r#"{"name":"a","expires_at":"2001-01-01T00:00:00Z"}"#)),
            ["/expires_at"]
        );
        assert_eq!(
            pointers(json(
                r#"{"name":"a","expires_at":"2999-01-01T00:00:00Z","ttl_seconds":5}"#
            )),
            ["/ttl_seconds"]
        );
        let large = serde_json::json!({"name": "a", "payload": "x".repeat(40_000)});
        assert_eq!(pointers(large), ["/payload"]);
    }
}
