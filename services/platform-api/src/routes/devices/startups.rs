//! `GET /v1/devices/{serial}/startups`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use chrono::DateTime;
use sens_storage::query::devices::{Startup, StartupPlace, device_startups};
use serde::Serialize;
use utoipa::ToSchema;

use super::device::not_found;
use crate::app::App;
use crate::auth::Reader;
use crate::http::cursor::{self, Fingerprint};
use crate::http::params::Params;
use crate::http::time::Timestamp;
use crate::problem::{AccessErrors, NotFoundError, ParameterErrors, Problem};

/// Starts of a device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StartupPage {
    /// The device.
    serial: String,
    /// The starts, the newest first.
    items: Vec<StartupItem>,
    /// Continues after this page; `null` on the last one.
    next_cursor: Option<String>,
}

/// A start of a device that proved who it is.
#[derive(Debug, Serialize, ToSchema)]
struct StartupItem {
    /// By its own clock where that is plausible.
    started_at: Timestamp,
    /// When the message arrived.
    received_at: Timestamp,
    /// Its firmware, where it said so.
    firmware: Option<String>,
    /// The message: `/v1/messages/{id}` tells its life.
    message_id: String,
}

impl From<Startup> for StartupItem {
    fn from(startup: Startup) -> Self {
        Self {
            started_at: Timestamp(startup.started_at),
            received_at: Timestamp(startup.received_at),
            firmware: startup.firmware,
            message_id: format!("{}-{}", startup.epoch, startup.seq),
        }
    }
}

/// When a device started
#[utoipa::path(
    get,
    path = "/v1/devices/{serial}/startups",
    tag = "devices",
    params(
        ("serial" = String, Path, description = "serial of the device"),
        ("limit" = Option<u32>, Query, description = "page size, 1 to 1000, default 100"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before")
    ),
    responses(
        (status = 200, description = "its starts, the newest first", body = StartupPage),
        ParameterErrors,
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn list_startups(
    Reader(scope): Reader,
    State(app): State<App>,
    Path(serial): Path<String>,
    uri: Uri,
    mut params: Params,
) -> Result<Response, Problem> {
    let limit = params.limit(100, 1000);
    let cursor = params.text("cursor");
    params.finish()?;
    let fingerprint = Fingerprint::of(&["startups", &serial]);
    let after = cursor::decode(fingerprint, cursor.as_deref(), |place| {
        let (micros, seq) = place.split_once(' ')?;
        Some(StartupPlace {
            started_at: DateTime::from_timestamp_micros(micros.parse().ok()?)?,
            seq: seq.parse().ok()?,
        })
    })?;
    let limit_and_one = cursor::one_more(limit);
    let found = device_startups(&app.pools.read, &scope, &serial, after, limit_and_one).await?;
    let mut startups = found.ok_or_else(|| not_found(&serial))?;
    let next_cursor = cursor::next(fingerprint, &mut startups, limit, |last| {
        format!("{} {}", last.started_at.timestamp_micros(), last.seq)
    });
    let link = next_cursor.as_deref().map(|next| cursor::link(&uri, next));
    let page = StartupPage {
        serial,
        items: startups.into_iter().map(StartupItem::from).collect(),
        next_cursor,
    };
    Ok((link, Json(page)).into_response())
}
