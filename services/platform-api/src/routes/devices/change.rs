//! `PUT` and `PATCH /v1/devices/{serial}`.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use sens_schema::Serial;
use sens_storage::query::devices::{DeviceFields, Refusal, change_device};
use serde_json::Value;

use super::create::changed;
use super::device::{Device, not_found};
use super::fields::{FieldsBody, members, merged, refused, whole};
use crate::app::App;
use crate::auth::{Caller, Operator};
use crate::http::body::JsonBody;
use crate::http::conditional::{Precondition, precondition};
use crate::problem::{
    AccessErrors, BodyErrors, Code, FieldError, NotFoundError, PreconditionErrors, Problem,
};

/// Replace what people say about a device
///
/// Members that are not said are emptied: a label, a name, the link to a legacy number. `If-Match` is needed.
#[utoipa::path(
    put,
    path = "/v1/devices/{serial}",
    tag = "devices",
    params(
        ("serial" = String, Path, description = "serial of the device"),
        ("If-Match" = Option<String>, Header, description = "the `ETag` of the last answer, or `*`")
    ),
    request_body = FieldsBody,
    responses(
        (status = 200, description = "the device as it is now", body = Device),
        (status = 409, description = "`legacy_id_taken`", content_type = "application/problem+json"),
        NotFoundError,
        PreconditionErrors,
        BodyErrors,
        AccessErrors
    )
)]
pub(crate) async fn replace_device(
    Operator(caller): Operator,
    State(app): State<App>,
    Path(serial): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Value>,
) -> Result<Response, Problem> {
    let condition = precondition(&headers)?;
    let (named, members) = members(body)?;
    same(&serial, named.as_deref())?;
    let new = whole(members)?;
    apply(&app, &caller, &serial, condition, "replace", |_| Ok(new)).await
}

/// Change what people say about a device
///
/// A merge patch (RFC 7396): what is not said stays, null empties. `{"legacy_id": 7}` links the device to the legacy number 7,
/// `{"legacy_id": null}` unlinks it; no stored row is changed by either. `If-Match` is needed.
#[utoipa::path(
    patch,
    path = "/v1/devices/{serial}",
    tag = "devices",
    params(
        ("serial" = String, Path, description = "serial of the device"),
        ("If-Match" = Option<String>, Header, description = "the `ETag` of the last answer, or `*`")
    ),
    request_body(content = FieldsBody, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "the device as it is now", body = Device),
        (status = 409, description = "`legacy_id_taken`", content_type = "application/problem+json"),
        NotFoundError,
        PreconditionErrors,
        BodyErrors,
        AccessErrors
    )
)]
pub(crate) async fn patch_device(
    Operator(caller): Operator,
    State(app): State<App>,
    Path(serial): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Value>,
) -> Result<Response, Problem> {
    let condition = precondition(&headers)?;
    let (named, patch) = members(body)?;
    same(&serial, named.as_deref())?;
    apply(&app, &caller, &serial, condition, "change", |old| {
        merged(&old, patch)
    })
    .await
}

async fn apply(
    app: &App,
    caller: &Caller,
    serial: &str,
    condition: Precondition,
    action: &'static str,
    change: impl FnOnce(DeviceFields) -> Result<DeviceFields, Problem> + Send,
) -> Result<Response, Problem> {
    let parsed = Serial::parse(serial).map_err(|_| not_found(serial))?;
    condition.insists_on_something()?;
    let mut wrong = None;
    let done = change_device(
        &app.pools.primary,
        &parsed,
        condition.version(),
        &caller.actor(),
        action,
        |old| {
            change(old).map_err(|problem| {
                wrong = Some(problem);
                Refusal::Invalid(Vec::new())
            })
        },
    )
    .await?;
    if let Some(problem) = wrong {
        return Err(problem);
    }
    let version = done.map_err(|refusal| refused(serial, refusal))?;
    tracing::info!(
        device = serial,
        actor = caller.name,
        version,
        "a device was changed"
    );
    changed(app, serial).await
}

/// A body that names a device names the one of the path.
fn same(serial: &str, named: Option<&str>) -> Result<(), Problem> {
    if named.is_none_or(|named| named == serial) {
        return Ok(());
    }
    let detail = format!("a serial cannot be changed; the path names {serial}");
    let fault = FieldError::at("/serial", detail);
    Err(Problem::with_errors(Code::InvalidBody, vec![fault]))
}
