//! `GET` and `DELETE /v1/exports/{id}/content`.

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::stream;
use sens_storage::PgPool;
use sens_storage::export::{CHUNK, ExportRun, drop_export_content, export_chunk};
use utoipa::openapi::RefOr;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::{find, may_end};
use crate::app::App;
use crate::auth::Listener;
use crate::http::conditional;
use crate::http::range::{InParts, Part, part};
use crate::problem::{AccessErrors, Code, NotFoundError, Problem};
use crate::routes::measurements::FileKind;

/// The file, in whichever format it is.
pub(crate) struct Content;

impl utoipa::IntoResponses for Content {
    fn responses() -> std::collections::BTreeMap<String, RefOr<utoipa::openapi::response::Response>>
    {
        let of = |description: &str| {
            let mut response = ResponseBuilder::new().description(description);
            for media_type in FileKind::content_types() {
                let schema = ObjectBuilder::new().schema_type(Type::String).build();
                let content = ContentBuilder::new().schema(Some(schema)).build();
                response = response.content(media_type, content);
            }
            RefOr::T(response.build())
        };
        [
            ("200".to_owned(), of("the file")),
            ("206".to_owned(), of("the bytes that `Range` names")),
        ]
        .into()
    }
}

/// The file of an export
///
/// As it was written, with `Content-Length`, `ETag` (its SHA-256) and `Content-Disposition`; every replica has it. `Range` takes one
/// range of bytes, so that a download can go on where it broke off (`If-Range`, `curl -C -`).
#[utoipa::path(
    get,
    path = "/v1/exports/{id}/content",
    tag = "measurements",
    params(
        ("id" = String, Path, description = "number of the export"),
        ("Range" = Option<String>, Header, description = "`bytes=<first>-<last>`, `bytes=<first>-` or `bytes=-<count>`")
    ),
    responses(
        Content,
        (status = 304, description = "`If-None-Match` names the file"),
        (status = 409, description = "`export_not_ready`", content_type = "application/problem+json"),
        (status = 410, description = "`export_gone`", content_type = "application/problem+json"),
        (status = 416, description = "`range_not_satisfiable`", content_type = "application/problem+json"),
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn get_export_content(
    Listener(caller): Listener,
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let run = find(&app, &caller, &id).await?;
    let kind = ready(&run)?;
    let length = run.bytes.unsigned_abs();
    let tag = format!("\"{}\"", run.sha256.as_deref().unwrap_or_default());
    let (status, first, end) = match part(&headers, &tag, length) {
        Part::Whole => (StatusCode::OK, 0, length),
        Part::Some(first, last) => (StatusCode::PARTIAL_CONTENT, first, last + 1),
        Part::Nothing => {
            let detail = format!("the file has {length} bytes");
            let problem = Problem::new(Code::RangeNotSatisfiable, detail);
            return Err(match HeaderValue::try_from(format!("bytes */{length}")) {
                Ok(value) => problem.header(header::CONTENT_RANGE, value),
                Err(_) => problem,
            });
        }
    };
    let mut file = File {
        pool: app.pools.primary.clone(),
        id: run.id,
        place: first,
        end,
    };
    // Nothing is promised that is not there: a restored database knows of exports, and has no files.
    let begin = file.next().await?;
    let rest = stream::try_unfold(file, |mut file| async move {
        let piece = file.next().await.map_err(|problem| broken(&problem))?;
        Ok::<_, std::io::Error>(piece.map(|piece| (piece, file)))
    });
    let begin = stream::iter(begin.map(Ok));
    let body = Body::from_stream(futures_util::StreamExt::chain(begin, rest));
    let mut response = conditional::tagged(&headers, &tag, kind.content_type, body);
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
        describe(&mut response, &run, kind, (first, end, length));
    }
    response.extensions_mut().insert(InParts);
    Ok(response)
}

/// What is to be known of the bytes from `first` to before `end` of `length`.
fn describe(
    response: &mut Response,
    run: &ExportRun,
    kind: FileKind,
    (first, end, length): (u64, u64, u64),
) {
    let mut about = vec![
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::CONTENT_LENGTH, (end - first).to_string()),
        (
            header::CONTENT_DISPOSITION,
            format!(
                "attachment; filename=\"readings-{}.{}\"",
                run.id, kind.extension
            ),
        ),
    ];
    if response.status() == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {first}-{}/{length}", end.saturating_sub(1));
        about.push((header::CONTENT_RANGE, range));
    }
    for (name, value) in about {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(name, value);
        }
    }
}

/// The kind of the file that can be read.
fn ready(run: &ExportRun) -> Result<FileKind, Problem> {
    if run.available
        && let Some(kind) = FileKind::of(&run.format, &run.compression)
    {
        return Ok(kind);
    }
    let (id, state) = (run.id, run.state.as_str());
    Err(if run.sha256.is_some() {
        Problem::new(
            Code::ExportGone,
            format!("the file of export {id} is kept no more"),
        )
    } else {
        let detail = format!("export {id} is {state}: there is no file");
        Problem::new(Code::ExportNotReady, detail)
    })
}

/// What is still to be read of a file. Between pieces no connection is held.
struct File {
    pool: PgPool,
    id: i64,
    place: u64,
    end: u64,
}

impl File {
    async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        if self.place >= self.end {
            return Ok(None);
        }
        let length = CHUNK as u64;
        let (number, from) = (self.place / length, self.place % length);
        let chunk = match i32::try_from(number) {
            Ok(number) => export_chunk(&self.pool, self.id, number).await?,
            Err(_) => None,
        };
        let chunk = chunk.map(Bytes::from).ok_or_else(|| {
            let detail = format!("the file of export {} is kept no more", self.id);
            Problem::new(Code::ExportGone, detail)
        })?;
        let to = (self.end - number * length).min(chunk.len() as u64);
        let range = usize::try_from(from).ok().zip(usize::try_from(to).ok());
        let (from, to) = range
            .filter(|(from, to)| from < to)
            .ok_or_else(|| Problem::internal("an export is cut short", &self.id))?;
        self.place += (to - from) as u64;
        Ok(Some(chunk.slice(from..to)))
    }
}

fn broken(problem: &Problem) -> std::io::Error {
    tracing::warn!(?problem, "the download of an export was broken off");
    std::io::Error::other("the download was broken off")
}

/// Delete the file of an export
///
/// Before it expires, so that there is room for others. Whoever asked for the export may do it, and operators.
#[utoipa::path(
    delete,
    path = "/v1/exports/{id}/content",
    tag = "measurements",
    params(("id" = String, Path, description = "number of the export")),
    responses(
        (status = 204, description = "the file is gone"),
        (status = 409, description = "`export_not_ready`", content_type = "application/problem+json"),
        (status = 410, description = "`export_gone`", content_type = "application/problem+json"),
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn delete_export_content(
    Listener(caller): Listener,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let run = find(&app, &caller, &id).await?;
    may_end(&app, &caller, run.id).await?;
    ready(&run)?;
    drop_export_content(&app.pools.primary, run.id, &caller.actor()).await?;
    tracing::info!(
        export = run.id,
        actor = caller.name,
        "the file of an export was deleted"
    );
    Ok(StatusCode::NO_CONTENT)
}
