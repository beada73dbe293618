//! `GET /v1/analytics/platform-height`.

use axum::Json;
use axum::extract::State;
use sens_storage::query::analytics;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Reader;
use crate::http::value;
use crate::problem::{AccessErrors, Problem};

/// Platform height of each device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlatformHeight {
    /// A row per device, by serial.
    items: Vec<PlatformHeightRow>,
}

/// One device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlatformHeightRow {
    /// The device.
    serial: String,
    /// Lowest height.
    #[serde(serialize_with = "value::number")]
    min_mm: f64,
    /// Greatest height.
    #[serde(serialize_with = "value::number")]
    max_mm: f64,
    /// Mean height.
    #[serde(serialize_with = "value::number")]
    avg_mm: f64,
    /// Newest height.
    #[serde(serialize_with = "value::number")]
    last_mm: f64,
}

impl From<analytics::PlatformHeight> for PlatformHeightRow {
    fn from(row: analytics::PlatformHeight) -> Self {
        Self {
            serial: row.serial,
            min_mm: row.min_mm,
            max_mm: row.max_mm,
            avg_mm: row.avg_mm,
            last_mm: row.last_mm,
        }
    }
}

/// Platform height of each device
#[utoipa::path(
    get,
    path = "/v1/analytics/platform-height",
    tag = "analytics",
    responses((status = 200, description = "a row per device", body = PlatformHeight), AccessErrors)
)]
pub(crate) async fn platform_height(
    Reader(scope): Reader,
    State(app): State<App>,
) -> Result<Json<PlatformHeight>, Problem> {
    let rows = analytics::platform_height(&app.pools.read, &scope).await?;
    Ok(Json(PlatformHeight {
        items: rows.into_iter().map(PlatformHeightRow::from).collect(),
    }))
}
