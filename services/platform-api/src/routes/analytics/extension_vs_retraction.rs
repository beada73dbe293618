//! `GET /v1/analytics/extension-vs-retraction`.

use axum::Json;
use axum::extract::State;
use sens_storage::query::analytics;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Reader;
use crate::problem::{AccessErrors, Problem};

/// Extensions and retractions of each device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExtensionVsRetraction {
    /// A row per device, by serial.
    items: Vec<ExtensionVsRetractionRow>,
}

/// One device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExtensionVsRetractionRow {
    /// The device.
    serial: String,
    /// Readings above the one before.
    extensions: i64,
    /// Readings below the one before.
    retractions: i64,
}

impl From<analytics::ExtensionVsRetraction> for ExtensionVsRetractionRow {
    fn from(row: analytics::ExtensionVsRetraction) -> Self {
        Self {
            serial: row.serial,
            extensions: row.extensions,
            retractions: row.retractions,
        }
    }
}

/// Extensions and retractions of each device
#[utoipa::path(
    get,
    path = "/v1/analytics/extension-vs-retraction",
    tag = "analytics",
    responses((status = 200, description = "a row per device", body = ExtensionVsRetraction), AccessErrors)
)]
pub(crate) async fn extension_vs_retraction(
    Reader(scope): Reader,
    State(app): State<App>,
) -> Result<Json<ExtensionVsRetraction>, Problem> {
    let rows = analytics::extension_vs_retraction(&app.pools.read, &scope).await?;
    Ok(Json(ExtensionVsRetraction {
        items: rows
            .into_iter()
            .map(ExtensionVsRetractionRow::from)
            .collect(),
    }))
}
