//! `GET /v1/analytics/average-extension`.

use axum::Json;
use axum::extract::State;
use sens_storage::query::analytics;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Reader;
use crate::http::value;
use crate::problem::{AccessErrors, Problem};

/// Mean extension of each device in mm.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AverageExtension {
    /// A row per device, by serial.
    items: Vec<AverageExtensionRow>,
}

/// One device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AverageExtensionRow {
    /// The device.
    serial: String,
    /// Mean of its extensions, ticks converted.
    #[serde(serialize_with = "value::number")]
    avg_extension_mm: f64,
}

impl From<analytics::AverageExtension> for AverageExtensionRow {
    fn from(row: analytics::AverageExtension) -> Self {
        Self {
            serial: row.serial,
            avg_extension_mm: row.avg_extension_mm,
        }
    }
}

/// Mean extension of each device in mm
#[utoipa::path(
    get,
    path = "/v1/analytics/average-extension",
    tag = "analytics",
    responses((status = 200, description = "a row per device", body = AverageExtension), AccessErrors)
)]
pub(crate) async fn average_extension(
    Reader(scope): Reader,
    State(app): State<App>,
) -> Result<Json<AverageExtension>, Problem> {
    let rows = analytics::average_extension(&app.pools.read, &scope).await?;
    Ok(Json(AverageExtension {
        items: rows.into_iter().map(AverageExtensionRow::from).collect(),
    }))
}
