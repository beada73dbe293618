//! `DELETE /v1/devices/{serial}`.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use sens_schema::Serial;
use sens_storage::query::devices::delete_device;

use super::device::not_found;
use super::fields::refused;
use crate::app::App;
use crate::auth::Operator;
use crate::http::conditional::precondition;
use crate::problem::{AccessErrors, NotFoundError, PreconditionErrors, Problem};

/// Delete a device
///
/// It is shown no more, and its legacy number is free again. Its data is kept until it is purged, and what it sends is stored
/// all the same, so that a deletion by mistake costs nothing: entering the serial again restores the device with all of it.
/// `If-Match` is needed.
#[utoipa::path(
    delete,
    path = "/v1/devices/{serial}",
    tag = "devices",
    params(
        ("serial" = String, Path, description = "serial of the device"),
        ("If-Match" = Option<String>, Header, description = "the `ETag` of the last answer, or `*`")
    ),
    responses(
        (status = 204, description = "deleted"),
        NotFoundError,
        PreconditionErrors,
        AccessErrors
    )
)]
pub(crate) async fn delete_device_route(
    Operator(caller): Operator,
    State(app): State<App>,
    Path(serial): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let condition = precondition(&headers)?;
    condition.insists_on_something()?;
    let parsed = Serial::parse(&serial).map_err(|_| not_found(&serial))?;
    let done = delete_device(
        &app.pools.primary,
        &parsed,
        condition.version(),
        &caller.actor(),
    )
    .await?;
    done.map_err(|refusal| refused(&serial, refusal))?;
    tracing::info!(device = serial, actor = caller.name, "a device was deleted");
    Ok(StatusCode::NO_CONTENT)
}
