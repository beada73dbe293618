//! `GET /v1/devices/{serial}/series`.

use axum::Json;
use axum::extract::{Path, State};
use sens_storage::query::series::{SeriesFacts, device_series};
use serde::Serialize;
use utoipa::ToSchema;

use super::device::not_found;
use crate::app::App;
use crate::auth::Reader;
use crate::http::time::Timestamp;
use crate::problem::{AccessErrors, NotFoundError, Problem};

/// What there is of a device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeriesList {
    /// Serial of the device.
    serial: String,
    /// Whether every committed reading is counted. New ones are within seconds.
    complete: bool,
    /// One for each metric that has readings, by name.
    items: Vec<Series>,
}

/// The readings of one metric of a device.
#[derive(Debug, Serialize, ToSchema)]
struct Series {
    /// Name of the metric.
    metric: String,
    /// `number`, `boolean` or `text`.
    kind: String,
    /// Unit of stored values.
    unit: Option<String>,
    /// Unit for people, to which `unit=display` converts.
    display_unit: Option<String>,
    /// Whether the metric is described in the catalogue.
    listed: bool,
    /// Time of the first reading.
    first_at: Timestamp,
    /// Time of the last reading.
    last_at: Timestamp,
    /// Number of readings, also of those that only rollups still tell of.
    count: i64,
}

impl From<SeriesFacts> for Series {
    fn from(facts: SeriesFacts) -> Self {
        Self {
            metric: facts.metric,
            kind: facts.kind,
            unit: facts.unit,
            display_unit: facts.display_unit,
            listed: facts.listed,
            first_at: Timestamp(facts.first_at),
            last_at: Timestamp(facts.last_at),
            count: facts.count,
        }
    }
}

/// Which metrics a device has, since when, and how many readings
///
/// Kept up to date as readings come and go, so that the answer costs the same for one reading as for a billion.
#[utoipa::path(
    get,
    path = "/v1/devices/{serial}/series",
    tag = "measurements",
    params(("serial" = String, Path, description = "serial of the device")),
    responses(
        (status = 200, description = "the metrics of the device", body = SeriesList),
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn list_series(
    Reader(scope): Reader,
    State(app): State<App>,
    Path(serial): Path<String>,
) -> Result<Json<SeriesList>, Problem> {
    let found = device_series(&app.pools.read, &scope, &serial).await?;
    let found = found.ok_or_else(|| not_found(&serial))?;
    Ok(Json(SeriesList {
        serial,
        complete: found.complete,
        items: found.series.into_iter().map(Series::from).collect(),
    }))
}
