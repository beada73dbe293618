//! `GET /v1/devices/{serial}/presence`.

use axum::Json;
use axum::extract::{Path, State};
use sens_storage::presence::list_presence;
use sens_storage::query::devices::find_device;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Reader;
use crate::http::params::Params;
use crate::http::time::Timestamp;
use crate::problem::{AccessErrors, Code, NotFoundError, ParameterErrors, Problem};

/// Whether a device is heard of, and when that changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Presence {
    /// Serial of the device.
    serial: String,
    /// `online`, `offline` (it, or its last will, said so) or `silent` (nothing was heard of it for `offline_after`
    /// seconds); null for a device that was never heard of.
    state: Option<String>,
    /// Since when.
    since: Option<Timestamp>,
    /// Seconds after which a device that says nothing counts as silent.
    offline_after_seconds: u64,
    /// The changes, newest first; of the last 90 days.
    items: Vec<PresenceItem>,
}

/// A change of presence.
#[derive(Debug, Serialize, ToSchema)]
struct PresenceItem {
    /// What it came to.
    state: String,
    /// When.
    at: Timestamp,
}

/// Presence of a device
#[utoipa::path(
    get,
    path = "/v1/devices/{serial}/presence",
    tag = "devices",
    params(
        ("serial" = String, Path, description = "serial of the device"),
        ("limit" = Option<u32>, Query, description = "most changes to show, 1 to 1000, default 100")
    ),
    responses(
        (status = 200, description = "its presence", body = Presence),
        ParameterErrors,
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn get_presence(
    Reader(scope): Reader,
    State(app): State<App>,
    Path(serial): Path<String>,
    mut params: Params,
) -> Result<Json<Presence>, Problem> {
    let limit = params.limit(100, 1000);
    params.finish()?;
    let pool = &app.pools.read;
    if find_device(pool, &scope, &serial, app.offline_after())
        .await?
        .is_none()
    {
        let detail = format!("there is no device {serial}");
        return Err(Problem::new(Code::DeviceNotFound, detail));
    }
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let changes = list_presence(pool, &serial, limit).await?;
    let newest = changes.first();
    Ok(Json(Presence {
        serial,
        state: newest.map(|change| change.state.clone()),
        since: newest.map(|change| Timestamp(change.at)),
        offline_after_seconds: app.config.api.offline_after_seconds,
        items: changes
            .into_iter()
            .map(|change| PresenceItem {
                state: change.state,
                at: Timestamp(change.at),
            })
            .collect(),
    }))
}
