//! `POST /v1/devices/{serial}/erasure`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sens_storage::erasure::{ErasureRequest, is_known, request_erasure};
use sens_storage::operation::OperationKind;
use serde::Deserialize;
use utoipa::ToSchema;

use super::device::not_found;
use crate::app::App;
use crate::auth::Admin;
use crate::http::body::JsonBody;
use crate::problem::{AccessErrors, BodyErrors, Code, FieldError, NotFoundError, Problem};
use crate::routes::operations::{Operation, address, find_by_id};

/// Longest reason.
const REASON: usize = 1000;

/// Why a device is erased.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ErasureRequest)]
pub(crate) struct Wanted {
    /// Why; kept with the proof, so name nobody here.
    reason: String,
    /// Only count what would go.
    #[serde(default)]
    dry_run: bool,
}

/// Erase a device
///
/// Purges everything that was received of it before the work begins: payloads, readings, rollups, errors, corrections, commands,
/// presence and dead letters; of its entry in the registry the serial stays, and nothing else. What it sends from then on is
/// stored as that of a new device. A linked legacy number goes with it. It cannot be undone. A worker does it, and another one
/// goes on when it dies; the operation and the audit log keep the counts by table, before and after.
#[utoipa::path(
    post,
    path = "/v1/devices/{serial}/erasure",
    tag = "devices",
    params(("serial" = String, Path, description = "serial of the device; also of one that was deleted")),
    request_body = Wanted,
    responses(
        (status = 202, description = "the operation; its address is in `Location`", body = Operation),
        NotFoundError,
        BodyErrors,
        AccessErrors
    )
)]
pub(crate) async fn erase_device(
    Admin(caller): Admin,
    State(app): State<App>,
    Path(serial): Path<String>,
    JsonBody(wanted): JsonBody<Wanted>,
) -> Result<Response, Problem> {
    let reason = wanted.reason.trim();
    if reason.is_empty() || reason.len() > REASON {
        let detail = format!("reason must have 1 to {REASON} bytes");
        let fault = FieldError::at("/reason", detail);
        return Err(Problem::with_errors(Code::InvalidBody, vec![fault]));
    }
    let pool = &app.pools.primary;
    if !is_known(pool, &serial).await? {
        return Err(not_found(&serial));
    }
    let request = ErasureRequest {
        serial,
        reason: reason.to_owned(),
        dry_run: wanted.dry_run,
    };
    let id = request_erasure(pool, &request, &caller.actor()).await?;
    tracing::info!(
        erasure = id,
        device = request.serial,
        dry_run = request.dry_run,
        actor = caller.name,
        "an erasure was asked for"
    );
    let location = address(OperationKind::Erasure, id);
    let operation = find_by_id(&app, &caller, OperationKind::Erasure, id).await?;
    Ok((
        StatusCode::ACCEPTED,
        [(header::LOCATION, location)],
        Json(operation),
    )
        .into_response())
}
