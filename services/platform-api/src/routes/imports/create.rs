//! `POST /v1/imports`.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use sens_storage::import::{Intake, Refusal};
use sens_storage::operation::OperationKind;

use crate::app::App;
use crate::auth::Operator;
use crate::http::body;
use crate::http::params::Params;
use crate::problem::{AccessErrors, BodyErrors, Code, ParameterErrors, Problem};
use crate::routes::operations::{Operation, address, find_by_id};

/// Import past readings
///
/// CSV with a header, or NDJSON: `serial`, `metric`, `recorded_at` (RFC 3339), `value` and, where it is another one than the
/// catalogue's, `unit`; a reading per line, at most 1 GiB. The file is kept, and a worker puts its lines into the raw stream:
/// decoded, stored, rolled up and accounted for like everything that devices send, with the source `import`. A reading that is
/// there already is left out, so that the same file again changes nothing. Lines that are wrong are refused with their number
/// and the reason, the first of them named in the result. With `dry_run=true` nothing is stored.
#[utoipa::path(
    post,
    path = "/v1/imports",
    tag = "ingest",
    params(("dry_run" = Option<bool>, Query, description = "given bare or as `true`: only say what would become of the lines")),
    request_body(content((String = "text/csv"), (String = "application/x-ndjson")), description = "a reading per line"),
    responses(
        (status = 202, description = "the operation; its address is in `Location`", body = Operation),
        ParameterErrors,
        BodyErrors,
        AccessErrors
    )
)]
pub(crate) async fn create_import(
    Operator(caller): Operator,
    State(app): State<App>,
    mut params: Params,
    request: Request,
) -> Result<Response, Problem> {
    let dry_run = params.flag("dry_run");
    params.finish()?;
    let csv = match body::media_type(request.headers()).as_deref() {
        Some("text/csv") => true,
        Some("application/x-ndjson") => false,
        _ => {
            let detail = "an import is text/csv or application/x-ndjson";
            return Err(Problem::new(Code::UnsupportedMediaType, detail));
        }
    };
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        let detail = "an import is not compressed";
        return Err(Problem::new(Code::UnsupportedMediaType, detail));
    }
    let actor = caller.actor();
    let pool = &app.pools.primary;
    let mut intake = Intake::begin(pool, csv, dry_run, &actor)
        .await
        .map_err(refused)?;
    let mut pieces = request.into_body().into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece
            .map_err(|_| Problem::new(Code::BadRequest, "the body ended before it was complete"))?;
        intake.push(&piece).await.map_err(refused)?;
    }
    let id = intake.finish(&actor).await.map_err(refused)?;
    tracing::info!(
        import = id,
        dry_run,
        actor = caller.name,
        "an import was asked for"
    );
    let location = address(OperationKind::Import, id);
    let operation = find_by_id(&app, &caller, OperationKind::Import, id).await?;
    Ok((
        StatusCode::ACCEPTED,
        [(header::LOCATION, location)],
        Json(operation),
    )
        .into_response())
}

fn refused(refusal: Refusal) -> Problem {
    let detail = refusal.to_string();
    match refusal {
        Refusal::Invalid(_) => Problem::new(Code::InvalidBody, detail),
        Refusal::TooLarge => Problem::new(Code::PayloadTooLarge, detail),
        Refusal::TooMany => Problem::new(Code::ImportsBusy, detail),
        Refusal::Database(error) => error.into(),
    }
}
