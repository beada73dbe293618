//! `/v1/overview`: the fleet at a glance.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use sens_storage::query::overview as stored;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Viewer;
use crate::http::value;
use crate::problem::{AccessErrors, Problem};

/// The fleet at a glance, at most a few seconds old.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Overview {
    /// Devices by status.
    devices: DeviceCounts,
    /// What was ever committed, and what waits.
    ingest: IngestCounts,
    /// Mean of the last 60 seconds.
    rate: Rate,
    /// Errors of the last 24 hours.
    errors_by_reason: Vec<ReasonCount>,
    /// Firmware versions in the fleet.
    firmware: Vec<FirmwareCount>,
}

/// Devices by status.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceCounts {
    /// All devices.
    total: i64,
    /// Heard of lately and not reported offline.
    online: i64,
    /// Heard of before.
    silent: i64,
    /// Never heard of.
    never_seen: i64,
    /// Known by telemetry only.
    placeholder: i64,
    /// With something refused within the last 24 hours, whatever their status.
    erring: i64,
}

/// What was ever committed, and what waits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IngestCounts {
    /// Messages committed.
    messages: i64,
    /// Readings stored.
    processed: i64,
    /// Readings that were there already.
    duplicate: i64,
    /// Bad readings and payloads.
    errors: i64,
    /// Messages that wait in the stream; `null` while NATS cannot be reached.
    pending: Option<u64>,
    /// Messages that the database refused for good.
    dead_letters: i64,
}

/// Mean of the last 60 seconds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rate {
    /// Messages committed per second.
    #[serde(serialize_with = "value::number")]
    messages_per_second: f64,
    /// Readings stored per second.
    #[serde(serialize_with = "value::number")]
    readings_per_second: f64,
}

/// How often a reason occurred.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReasonCount {
    /// The reason.
    reason: String,
    /// How often.
    count: i64,
}

/// How many devices have a firmware version.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FirmwareCount {
    /// The version; `null` for devices that never told theirs.
    firmware: Option<String>,
    /// How many.
    count: i64,
}

/// The fleet at a glance
#[utoipa::path(
    get,
    path = "/v1/overview",
    tag = "operation",
    responses((status = 200, description = "the overview", body = Overview), AccessErrors)
)]
pub(crate) async fn overview(
    _: Viewer,
    State(app): State<App>,
) -> Result<Json<Arc<Overview>>, Problem> {
    app.overview
        .try_get_with((), async { read(&app).await.map(Arc::new) })
        .await
        .map(Json)
        .map_err(|problem| (*problem).clone())
}

async fn read(app: &App) -> Result<Overview, Problem> {
    let pool = &app.pools.read;
    let (devices, totals, reasons, firmware) = tokio::try_join!(
        stored::device_counts(pool, app.offline_after()),
        stored::ingest_totals(pool),
        stored::error_reasons(pool),
        stored::firmware_versions(pool),
    )?;
    Ok(Overview {
        devices: DeviceCounts {
            total: devices.total,
            online: devices.online,
            silent: devices.silent,
            never_seen: devices.never_seen,
            placeholder: devices.placeholder,
            erring: devices.erring,
        },
        ingest: IngestCounts {
            messages: totals.messages,
            processed: totals.processed,
            duplicate: totals.duplicate,
            errors: totals.error,
            pending: pending(app).await,
            dead_letters: totals.dead,
        },
        rate: Rate {
            messages_per_second: totals.messages_per_second,
            readings_per_second: totals.readings_per_second,
        },
        errors_by_reason: reasons
            .into_iter()
            .map(|reason| ReasonCount {
                reason: reason.name.unwrap_or_default(),
                count: reason.count,
            })
            .collect(),
        firmware: firmware
            .into_iter()
            .map(|version| FirmwareCount {
                firmware: version.name,
                count: version.count,
            })
            .collect(),
    })
}

/// Messages not acknowledged yet. The overview does without it while NATS is away.
async fn pending(app: &App) -> Option<u64> {
    let status = app.link.get().ok()?.raw_status().await.ok()?;
    Some(status.pending + status.ack_pending)
}
