//! `GET /v1/devices/{serial}/latest`.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use sens_storage::query::{Scope, latest};
use serde::Serialize;
use utoipa::ToSchema;

use super::device::not_found;
use crate::app::App;
use crate::auth::Reader;
use crate::cache::LatestAnswer;
use crate::http::conditional;
use crate::http::time::Timestamp;
use crate::http::value::{Value, ValueSchema};
use crate::problem::{AccessErrors, NotFoundError, Problem};

/// The newest value of each metric of a device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Latest {
    /// The device.
    serial: String,
    /// One entry per metric, by name.
    items: Vec<LatestItem>,
}

/// The newest value of a metric, by the time it was measured.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LatestItem {
    /// Name of the metric.
    metric: String,
    /// Unit of the value.
    unit: Option<String>,
    /// The value.
    #[schema(value_type = ValueSchema)]
    value: Value,
    /// When it was measured.
    recorded_at: Timestamp,
    /// When it arrived.
    received_at: Timestamp,
}

/// Newest value of each metric
#[utoipa::path(
    get,
    path = "/v1/devices/{serial}/latest",
    tag = "measurements",
    params(("serial" = String, Path, description = "serial of the device")),
    responses(
        (status = 200, description = "the newest values", body = Latest),
        (status = 304, description = "unchanged since the answer with this `ETag`"),
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn latest_values(
    Reader(scope): Reader,
    State(app): State<App>,
    Path(serial): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let answer = app
        .caches
        .latest(&serial, |kept| read(&app, &serial, kept))
        .await?;
    if !scope.takes(&answer.serial, &answer.labels) {
        return Err(not_found(&serial));
    }
    Ok(conditional::tagged(
        &headers,
        &answer.tag,
        "application/json",
        answer.body.clone(),
    ))
}

/// The answer to whoever may see the device. One that is kept is of the primary: an event may be faster than a replica.
async fn read(app: &App, serial: &str, kept: bool) -> Result<LatestAnswer, Problem> {
    let pool = if kept {
        &app.pools.primary
    } else {
        &app.pools.read
    };
    let found = latest::latest_values(pool, &Scope::EVERYTHING, serial).await?;
    let found = found.ok_or_else(|| not_found(serial))?;
    let latest = Latest {
        serial: serial.to_owned(),
        items: found.values.into_iter().map(LatestItem::from).collect(),
    };
    let body = serde_json::to_vec(&latest)
        .map_err(|error| Problem::internal("cannot write an answer", &error))?;
    Ok(LatestAnswer {
        serial: found.serial,
        labels: found.labels,
        tag: conditional::tag(&body),
        body: body.into(),
    })
}

impl From<latest::LatestValue> for LatestItem {
    fn from(latest: latest::LatestValue) -> Self {
        Self {
            metric: latest.metric,
            unit: latest.unit,
            value: Value(latest.value),
            recorded_at: Timestamp(latest.recorded_at),
            received_at: Timestamp(latest.received_at),
        }
    }
}
