//! `GET /v1/analytics/battery-summary`.

use axum::Json;
use axum::extract::State;
use sens_storage::query::analytics;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Reader;
use crate::http::time::Timestamp;
use crate::http::value;
use crate::problem::{AccessErrors, Problem};

/// Battery charge of each device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BatterySummary {
    /// A row per device, by serial.
    items: Vec<BatterySummaryRow>,
}

/// One device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BatterySummaryRow {
    /// The device.
    serial: String,
    /// Lowest charge.
    #[serde(serialize_with = "value::number")]
    min_pct: f64,
    /// Highest charge.
    #[serde(serialize_with = "value::number")]
    max_pct: f64,
    /// Mean charge.
    #[serde(serialize_with = "value::number")]
    avg_pct: f64,
    /// Newest charge.
    #[serde(serialize_with = "value::number")]
    last_pct: f64,
    /// When the newest was measured.
    last_seen: Timestamp,
}

impl From<analytics::BatterySummary> for BatterySummaryRow {
    fn from(row: analytics::BatterySummary) -> Self {
        Self {
            serial: row.serial,
            min_pct: row.min_pct,
            max_pct: row.max_pct,
            avg_pct: row.avg_pct,
            last_pct: row.last_pct,
            last_seen: Timestamp(row.last_seen),
        }
    }
}

/// Battery charge of each device
#[utoipa::path(
    get,
    path = "/v1/analytics/battery-summary",
    tag = "analytics",
    responses((status = 200, description = "a row per device", body = BatterySummary), AccessErrors)
)]
pub(crate) async fn battery_summary(
    Reader(scope): Reader,
    State(app): State<App>,
) -> Result<Json<BatterySummary>, Problem> {
    let rows = analytics::battery_summary(&app.pools.read, &scope).await?;
    Ok(Json(BatterySummary {
        items: rows.into_iter().map(BatterySummaryRow::from).collect(),
    }))
}
