//! `POST /v1/exports`.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use sens_storage::export::{NewExport, Refusal, request_export};
use sens_storage::operation::OperationKind;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Listener;
use crate::http::body::JsonBody;
use crate::http::params::Params;
use crate::problem::{AccessErrors, BodyErrors, Code, NotFoundError, Problem, QueryErrors};
use crate::routes::measurements::{DeviceParams, FileQuery, MeasurementParams};
use crate::routes::operations::{Operation, address, find_by_id};

/// A query for readings as for `POST /v1/measurements:query`, and what its file is to be.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "only describes the body in the OpenAPI document")]
pub(crate) struct ExportRequest {
    /// `csv` (default), `ndjson`, `parquet` or `arrow`.
    #[schema(example = "parquet")]
    format: Option<String>,
    /// `none` (default), `gzip` or `zstd`; a Parquet file is compressed by itself.
    compression: Option<String>,
    #[serde(flatten)]
    devices: DeviceParams,
    #[serde(flatten)]
    query: MeasurementParams,
}

/// Export readings into a file
///
/// For answers that take longer than a request may, or that are to be fetched later, by somebody else, or in parts. The query is
/// checked at once; a replica of platform-api writes the file in the background, and another one begins it again when that one
/// dies. `progress.done` are rows, `result.query` is what was asked for, `result.share` is the part of the interval that was read.
/// `links.content` is the file when it is done; it is kept for a day (`SENS_API__EXPORT_KEPT_SECONDS`). `last` goes back from the time
/// of the request. A key that is limited to some devices exports those, and sees its own exports.
#[utoipa::path(
    post,
    path = "/v1/exports",
    tag = "measurements",
    request_body = ExportRequest,
    responses(
        (status = 202, description = "the operation; its address is in `Location`", body = Operation),
        BodyErrors,
        NotFoundError,
        QueryErrors,
        AccessErrors
    )
)]
pub(crate) async fn create_export(
    Listener(caller): Listener,
    State(app): State<App>,
    JsonBody(object): JsonBody<Map<String, Value>>,
) -> Result<Response, Problem> {
    let query = FileQuery::read(Params::of_object(object.clone()), Utc::now())?;
    let Some(kind) = query.kind() else {
        return Err(Problem::of(Code::InternalError));
    };
    query.plan(&app, &caller.scope).await?;
    let new = NewExport {
        query: &Value::Object(object),
        format: kind.format,
        compression: kind.compression,
        scope: &caller.scope,
    };
    let (pool, most) = (&app.pools.primary, app.config.api.export_total_bytes);
    let id = request_export(pool, &new, most, &caller.actor())
        .await
        .map_err(|refusal| match refusal {
            Refusal::Database(error) => error.into(),
            refused => Problem::new(Code::ExportsBusy, refused.to_string()),
        })?;
    tracing::info!(
        export = id,
        format = kind.format,
        actor = caller.name,
        "an export was asked for"
    );
    app.exports.notify_one();
    let location = address(OperationKind::Export, id);
    let operation = find_by_id(&app, &caller, OperationKind::Export, id).await?;
    Ok((
        StatusCode::ACCEPTED,
        [(header::LOCATION, location)],
        Json(operation),
    )
        .into_response())
}
