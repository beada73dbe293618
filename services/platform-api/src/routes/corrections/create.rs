//! `POST /v1/corrections`.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use sens_storage::correction::{CorrectionRequest, Refusal, correct, plan_correction};
use sens_storage::query::StoredValue;
use sens_storage::query::family::find_family;
use serde::Deserialize;
use utoipa::ToSchema;

use super::correction::CorrectionDetail;
use super::get::find;
use super::refuse::{fault, invalid, reason};
use crate::app::App;
use crate::auth::Operator;
use crate::http::body::JsonBody;
use crate::http::time;
use crate::http::value::ValueSchema;
use crate::problem::{AccessErrors, BodyErrors, FieldError, Problem};

/// Which readings to correct, and how: give `at`, or `from` and `to`; and `value`, or `withdraw`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CorrectionRequest)]
pub(crate) struct Wanted {
    /// The device.
    device: String,
    /// Name of the metric.
    metric: String,
    /// Readings measured at this very instant.
    #[schema(format = DateTime)]
    at: Option<String>,
    /// Readings measured from then on.
    #[schema(format = DateTime)]
    from: Option<String>,
    /// Readings measured before.
    #[schema(format = DateTime)]
    to: Option<String>,
    /// The value they shall have, of the kind and in the unit of the metric in the catalogue.
    #[schema(value_type = Option<ValueSchema>)]
    value: Option<serde_json::Value>,
    /// Take them out.
    #[serde(default)]
    withdraw: bool,
    /// Why.
    reason: String,
    /// Only say what would change.
    #[serde(default)]
    dry_run: bool,
}

/// Correct readings
///
/// Sets the value of readings, or takes readings out: at most 10,000 that count. Nothing is overwritten: the earlier readings
/// are superseded, and reads with `as_of` give what they gave then. Newest values follow at once, rollups within seconds;
/// replays leave corrected readings alone.
#[utoipa::path(
    post,
    path = "/v1/corrections",
    tag = "corrections",
    request_body = Wanted,
    responses(
        (status = 200, description = "what would change; nothing was changed (`dry_run`)", body = CorrectionDetail),
        (status = 201, description = "the correction; its address is in `Location`", body = CorrectionDetail),
        (status = 422, description = "`nothing_to_correct`, `correction_too_large` or `idempotency_key_reused`", content_type = "application/problem+json"),
        BodyErrors,
        AccessErrors
    )
)]
pub(crate) async fn create_correction(
    Operator(caller): Operator,
    State(app): State<App>,
    JsonBody(wanted): JsonBody<Wanted>,
) -> Result<Response, Problem> {
    let dry = wanted.dry_run;
    let request = read(wanted)?;
    let pool = &app.pools.primary;
    if find_family(pool, &caller.scope, &request.serial)
        .await?
        .is_none()
    {
        return Err(Refusal::UnknownDevice(request.serial).into());
    }
    if dry {
        let (count, changes) = plan_correction(pool, &request).await?;
        let plan = CorrectionDetail::planned(request, &caller.name, count, changes);
        return Ok(Json(plan).into_response());
    }
    let id = correct(pool, &request, &caller.actor()).await?;
    tracing::info!(
        correction = id,
        device = request.serial,
        metric = request.metric,
        actor = caller.name,
        "readings were corrected"
    );
    let location = format!("/v1/corrections/{id}");
    let made = find(&app, &id.to_string()).await?;
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, location)],
        Json(made),
    )
        .into_response())
}

fn read(wanted: Wanted) -> Result<CorrectionRequest, Problem> {
    let mut faults = Vec::new();
    let (from, to) = interval(&wanted, &mut faults);
    let value = value(&wanted, &mut faults);
    let reason = reason(&wanted.reason, &mut faults);
    if !faults.is_empty() {
        return Err(invalid(faults));
    }
    Ok(CorrectionRequest {
        serial: wanted.device,
        metric: wanted.metric,
        from,
        to,
        value,
        reason,
    })
}

fn interval(wanted: &Wanted, faults: &mut Vec<FieldError>) -> (DateTime<Utc>, DateTime<Utc>) {
    let mut instant = |text: Option<&str>, pointer: &str| -> Option<DateTime<Utc>> {
        let instant = time::parse(text?);
        if instant.is_none() {
            let name = pointer.trim_start_matches('/');
            faults.push(fault(pointer, format!("{name} must be an RFC 3339 time")));
        }
        instant
    };
    let at = instant(wanted.at.as_deref(), "/at");
    let from = instant(wanted.from.as_deref(), "/from");
    let to = instant(wanted.to.as_deref(), "/to");
    match (at, from, to) {
        (Some(at), None, None) => return (at, at + TimeDelta::microseconds(1)),
        (None, Some(from), Some(to)) if from < to => return (from, to),
        (None, Some(_), Some(_)) => faults.push(fault("/to", "to must be after from".to_owned())),
        _ if faults.is_empty() => {
            faults.push(fault("", "give at, or from and to".to_owned()));
        }
        _ => {}
    }
    Default::default()
}

fn value(wanted: &Wanted, faults: &mut Vec<FieldError>) -> Option<StoredValue> {
    let value = match (&wanted.value, wanted.withdraw) {
        (None, true) => return None,
        (Some(serde_json::Value::Bool(value)), false) => Some(StoredValue::Boolean(*value)),
        (Some(serde_json::Value::String(text)), false) => Some(StoredValue::Text(text.clone())),
        (Some(serde_json::Value::Number(number)), false) => {
            number.as_f64().map(StoredValue::Number)
        }
        (None, false) | (Some(_), true) => {
            let detail = "give a value, or \"withdraw\": true".to_owned();
            faults.push(fault("", detail));
            return None;
        }
        (Some(_), false) => None,
    };
    if value.is_none() {
        let detail = "value must be a number, a boolean or a text".to_owned();
        faults.push(fault("/value", detail));
    }
    value
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wanted(change: &serde_json::Value) -> Result<CorrectionRequest, Problem> {
        let mut body =
            json!({"device": "AI-1", "metric": "battery_charge", "reason": " a loose wire "});
        if let (Some(body), Some(change)) = (body.as_object_mut(), change.as_object()) {
            body.extend(change.clone());
        }
        read(serde_json::from_value(body).unwrap())
    }

    #[test]
    fn one_instant_or_an_interval_and_a_value_or_nothing() {
        let at = "2026-11-20T10:00:00Z";
        let one = wanted(&json!({"at": at, "value": 71.5})).unwrap();
        assert_eq!(one.to - one.from, TimeDelta::microseconds(1));
        assert_eq!(one.value, Some(StoredValue::Number(71.5)));
        assert_eq!(one.reason, "a loose wire");
        let range = json!({"from": at, "to": "2026-11-20T11:00:00Z", "withdraw": true});
        assert_eq!(wanted(&range).unwrap().value, None);
        for bad in [
            json!({"at": at}),
            json!({"at": at, "value": 1, "withdraw": true}),
            json!({"at": at, "value": [1]}),
            json!({"value": 1}),
            json!({"from": at, "value": 1}),
            json!({"at": at, "from": at, "to": at, "value": 1}),
            json!({"from": at, "to": at, "value": 1}),
            json!({"at": "noon", "value": 1}),
            json!({"at": at, "value": 1, "reason": "  "}),
        ] {
            assert!(wanted(&bad).is_err(), "{bad}");
        }
    }
}
