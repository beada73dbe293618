//! Writing exports that were asked for: one at a time in each replica, with what queries for readings are answered with.

use std::time::Duration;

use sens_storage::export::{ExportJob, ExportLimits, Kept, Writing, expire_exports, take_export};
use tokio::time::Instant;

use super::packer::Packer;
use crate::app::App;
use crate::http::params::Params;
use crate::problem::{Code, Problem};
use crate::routes::measurements::{FileQuery, Pieces};

/// How soon an export that was asked for elsewhere begins, and a file goes whose time is over.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How often it is noted how far an export is, and looked whether it is still wanted.
const NOTE_EVERY: Duration = Duration::from_secs(1);

/// How writing ended.
enum End {
    /// The file is whole.
    Done,
    /// Somebody else ended it, or wants it to begin again.
    NoMore,
    /// The service drains.
    Stopped,
}

/// Why a file is not written.
enum Failure {
    /// It cannot be, with the code and the reason.
    Final(&'static str, String),
    /// It may be another time.
    Passing(String),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        if problem.is_retryable() {
            return Self::Passing(problem.detail().to_owned());
        }
        let name = problem.name();
        let body = problem.into_body("", "");
        let faults: Vec<String> = body.errors.into_iter().map(|fault| fault.detail).collect();
        let detail = if faults.is_empty() {
            body.detail
        } else {
            faults.join("; ")
        };
        Self::Final(name, detail)
    }
}

impl From<sens_storage::Error> for Failure {
    fn from(error: sens_storage::Error) -> Self {
        Self::Passing(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Final("internal_error", error.to_string())
    }
}

/// Does what is asked for until the service drains.
pub(crate) async fn follow(app: App) {
    let mut failing = false;
    while !app.shutdown.is_cancelled() {
        match look(&app).await {
            Ok(true) => {
                failing = false;
                continue;
            }
            Ok(false) => failing = false,
            Err(error) => {
                if !failing {
                    tracing::warn!(%error, "exports cannot be looked for, trying again");
                }
                failing = true;
            }
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = app.exports.notified() => {}
            () = app.shutdown.cancelled() => {}
        }
    }
}

/// Whether there may be more to do at once.
async fn look(app: &App) -> Result<bool, sens_storage::Error> {
    let pool = &app.pools.primary;
    expire_exports(pool).await?;
    let Some((mut writing, job)) = take_export(pool).await? else {
        return Ok(false);
    };
    // What a replica gave up is read from the primary.
    let reading = if job.attempts > 1 {
        app.on_primary()
    } else {
        app.clone()
    };
    let goes_on = match write(&reading, &mut writing, &job).await {
        Ok(End::Done) => {
            tracing::info!(export = job.id, "an export is done");
            true
        }
        Ok(End::NoMore) => {
            tracing::info!(export = job.id, "an export is not wanted any more");
            true
        }
        Ok(End::Stopped) => {
            writing.put_back().await?;
            tracing::info!(export = job.id, "an export is left to another replica");
            false
        }
        Err(Failure::Final(problem, detail)) => {
            writing.fail(problem, &detail).await?;
            tracing::warn!(export = job.id, problem, detail, "an export has failed");
            true
        }
        Err(Failure::Passing(detail)) => {
            tracing::warn!(export = job.id, detail, "an export is begun again");
            writing.trouble(&detail).await?;
            false
        }
    };
    writing.end().await?;
    Ok(goes_on)
}

async fn write(app: &App, writing: &mut Writing, job: &ExportJob) -> Result<End, Failure> {
    let (Some(object), Some(scope)) = (job.query.as_object(), &job.scope) else {
        let detail = "the request cannot be read by this version".to_owned();
        return Err(Failure::Final("internal_error", detail));
    };
    let query = FileQuery::read(Params::of_object(object.clone()), job.requested_at)?;
    let packer = Packer::new(query.compression)?;
    let unread = query.plan(app, scope).await?;
    writing.devices(&unread.serials()).await?;
    pieces(app, writing, unread.pieces().await?, packer).await
}

async fn pieces(
    app: &App,
    writing: &mut Writing,
    mut pieces: Pieces,
    mut packer: Packer,
) -> Result<End, Failure> {
    let mut noted = Instant::now();
    while let Some(piece) = pieces.next().await? {
        if app.shutdown.is_cancelled() {
            return Ok(End::Stopped);
        }
        packer.push(&piece)?;
        let far = (pieces.rows(), pieces.share());
        while let Some(piece) = packer.piece() {
            if !keep(app, writing, &piece, far).await? {
                return Ok(End::NoMore);
            }
            noted = Instant::now();
        }
        if noted.elapsed() >= NOTE_EVERY {
            noted = Instant::now();
            if !writing.note(far.0, far.1).await? {
                return Ok(End::NoMore);
            }
        }
    }
    let far = (pieces.rows(), 1.0);
    let (last, sha256) = packer.end()?;
    for piece in last {
        if !keep(app, writing, &piece, far).await? {
            return Ok(End::NoMore);
        }
    }
    let kept = Duration::from_secs(app.config.api.export_kept_seconds);
    let is_ours = writing.note(far.0, far.1).await? && writing.finish(sha256, kept).await?;
    Ok(if is_ours { End::Done } else { End::NoMore })
}

/// Keeps a piece; `false` when nothing more is wanted.
async fn keep(
    app: &App,
    writing: &mut Writing,
    piece: &[u8],
    far: (u64, f64),
) -> Result<bool, Failure> {
    let limits = ExportLimits {
        one: app.config.api.export_max_bytes,
        all: app.config.api.export_total_bytes,
    };
    match writing.put(piece, far, limits).await? {
        Kept::Yes => Ok(true),
        Kept::NoMore => Ok(false),
        Kept::TooLarge => Err(Failure::Final(
            "export_too_large",
            format!(
                "the file would be larger than {} bytes (SENS_API__EXPORT_MAX_BYTES): ask for a shorter interval, fewer series or \
                 wider buckets, or for parquet, gzip or zstd",
                limits.one
            ),
        )),
        Kept::Full => Err(Failure::Final(
            Code::ExportsBusy.entry().name,
            format!(
                "the files of all exports would take more than {} bytes (SENS_API__EXPORT_TOTAL_BYTES): delete one with DELETE \
                 /v1/exports/{{id}}/content, or ask again when one has expired",
                limits.all
            ),
        )),
    }
}
