//! Writing exports: each by one session of the database at a time, from its beginning. A session that ends leaves its export to
//! whoever comes next; what it had written goes.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sens_schema::LabelSelector;
use serde_json::Value as Json;
use sqlx::{Connection, PgConnection, PgPool};

use super::runs::KEPT;
use crate::Error;
use crate::query::Scope;
use crate::work::Turn;

/// How often an export may be begun: one that brings down whoever writes it is not tried for ever.
const ATTEMPTS: i32 = 10;

const OPEN: &str =
    "SELECT id FROM export_run WHERE state IN ('requested', 'running') ORDER BY id LIMIT 100";

const LOCK: &str = "SELECT pg_try_advisory_lock(hashtextextended('sens.export', $1))";

const START: &str = "
    UPDATE export_run SET state = 'running', started_at = coalesce(started_at, now()), attempts = attempts + 1, rows = 0, bytes = 0,
        share = 0, serials = NULL
    WHERE id = $1 AND state IN ('requested', 'running') RETURNING query, scope_labels, scope_serials, requested_at, attempts, detail";

const DEVICES: &str =
    "UPDATE export_run SET serials = $3 WHERE id = $1 AND state = 'running' AND attempts = $2";

const NOTE: &str = "
    UPDATE export_run SET rows = $3, share = greatest(share, $4), bytes = bytes + $5
    WHERE id = $1 AND state = 'running' AND attempts = $2 RETURNING bytes";

const FINISH: &str = "
    UPDATE export_run SET state = 'done', share = 1, detail = NULL, sha256 = $3, finished_at = now(), expires_at = now() + make_interval(secs => $4)
    WHERE id = $1 AND state = 'running' AND attempts = $2";

const FAIL: &str = "
    UPDATE export_run SET state = 'failed', kept = false, finished_at = now(), problem = $3, detail = $4
    WHERE id = $1 AND state = 'running' AND attempts = $2";

const PUT_BACK: &str = "
    UPDATE export_run SET state = 'requested', attempts = attempts - 1, rows = 0, bytes = 0, share = 0
    WHERE id = $1 AND state = 'running' AND attempts = $2";

const TROUBLE: &str =
    "UPDATE export_run SET detail = $3 WHERE id = $1 AND state = 'running' AND attempts = $2";

const CLEAR: &str = "DELETE FROM export_chunk WHERE run_id = $1";

/// How much may be kept.
#[derive(Debug, Clone, Copy)]
pub struct ExportLimits {
    /// Bytes of one file.
    pub one: u64,
    /// Bytes of all files together.
    pub all: u64,
}

/// What is to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportJob {
    /// Its number.
    pub id: i64,
    /// The body of the request.
    pub query: Json,
    /// Of which devices at most; `None` when that cannot be read, which must not widen it.
    pub scope: Option<Scope>,
    /// The moment that `last` goes back from.
    pub requested_at: DateTime<Utc>,
    /// How often it was begun, this time included.
    pub attempts: i32,
    /// What stood in the way the last time.
    pub trouble: Option<String>,
}

/// What became of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is kept.
    Yes,
    /// The export was cancelled, or is to be begun again: there is nothing more to write.
    NoMore,
    /// The file would be larger than one may be.
    TooLarge,
    /// All files together would be larger than they may be.
    Full,
}

/// The right to write one export. It ends with this value, whatever happens.
#[derive(Debug)]
pub struct Writing {
    connection: PgConnection,
    id: i64,
    attempt: i32,
    chunks: i32,
}

/// Takes up the oldest export that nobody writes, from its beginning; `None` when there is none.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn take_export(pool: &PgPool) -> Result<Option<(Writing, ExportJob)>, Error> {
    let failed = Error::during("take an export up");
    let open: Vec<i64> = sqlx::query_scalar(OPEN)
        .fetch_all(pool)
        .await
        .map_err(&failed)?;
    if open.is_empty() {
        return Ok(None);
    }
    // Not to be given back to the pool: the lock belongs to the session, and goes with it.
    let mut connection = pool
        .acquire()
        .await
        .map_err(Error::during("connect"))?
        .detach();
    for id in open {
        let taken: bool = sqlx::query_scalar(LOCK)
            .bind(id)
            .fetch_one(&mut connection)
            .await
            .map_err(&failed)?;
        if !taken {
            continue;
        }
        let Some(job) = start(&mut connection, id).await? else {
            continue;
        };
        let attempt = job.attempts;
        let mut writing = Writing {
            connection,
            id,
            attempt,
            chunks: 0,
        };
        if attempt > ATTEMPTS {
            let trouble = job
                .trouble
                .unwrap_or_else(|| "whoever wrote it ended".to_owned());
            let detail =
                format!("it was begun {ATTEMPTS} times without coming to its end: {trouble}");
            writing.fail("operation_failed", &detail).await?;
            connection = writing.connection;
            continue;
        }
        return Ok(Some((writing, job)));
    }
    Turn { connection }.end().await?;
    Ok(None)
}

async fn start(connection: &mut PgConnection, id: i64) -> Result<Option<ExportJob>, Error> {
    type Row = (
        Json,
        Option<String>,
        Option<Vec<String>>,
        DateTime<Utc>,
        i32,
        Option<String>,
    );
    let failed = Error::during("begin an export");
    let row: Option<Row> = sqlx::query_as(START)
        .bind(id)
        .fetch_optional(&mut *connection)
        .await
        .map_err(&failed)?;
    let Some((query, labels, serials, requested_at, attempts, trouble)) = row else {
        return Ok(None);
    };
    sqlx::query(CLEAR)
        .bind(id)
        .execute(&mut *connection)
        .await
        .map_err(&failed)?;
    let labels = labels.as_deref().map(LabelSelector::parse).transpose();
    Ok(Some(ExportJob {
        id,
        query,
        scope: labels.ok().map(|labels| Scope::limited(labels, serials)),
        requested_at,
        attempts,
        trouble,
    }))
}

impl Writing {
    /// Notes which devices the file tells of, before anything of them is read: with one that is erased goes the file.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn devices(&mut self, serials: &[String]) -> Result<(), Error> {
        sqlx::query(DEVICES)
            .bind(self.id)
            .bind(self.attempt)
            .bind(serials)
            .execute(&mut self.connection)
            .await
            .map(drop)
            .map_err(Error::during("note the devices of an export"))
    }

    /// Notes how far it is; `false` when there is nothing more to write.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn note(&mut self, rows: u64, share: f64) -> Result<bool, Error> {
        let noted: Option<i64> = sqlx::query_scalar(NOTE)
            .bind(self.id)
            .bind(self.attempt)
            .bind(rows.cast_signed())
            .bind(share)
            .bind(0_i64)
            .fetch_optional(&mut self.connection)
            .await
            .map_err(Error::during("note how far an export is"))?;
        Ok(noted.is_some())
    }

    /// Keeps the next piece, and how far it is with that. What is too large or too much is not kept.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn put(
        &mut self,
        body: &[u8],
        (rows, share): (u64, f64),
        limits: ExportLimits,
    ) -> Result<Kept, Error> {
        let failed = Error::during("keep a piece of an export");
        let mut transaction = self.connection.begin().await.map_err(&failed)?;
        // First what takes its time: whoever cancels it waits for the row.
        sqlx::query("INSERT INTO export_chunk (run_id, chunk, body) VALUES ($1, $2, $3)")
            .bind(self.id)
            .bind(self.chunks)
            .bind(body)
            .execute(&mut *transaction)
            .await
            .map_err(&failed)?;
        let noted: Option<i64> = sqlx::query_scalar(NOTE)
            .bind(self.id)
            .bind(self.attempt)
            .bind(rows.cast_signed())
            .bind(share)
            .bind(i64::try_from(body.len()).unwrap_or(i64::MAX))
            .fetch_optional(&mut *transaction)
            .await
            .map_err(&failed)?;
        let Some(bytes) = noted else {
            return Ok(Kept::NoMore);
        };
        let all: i64 = sqlx::query_scalar(KEPT)
            .fetch_one(&mut *transaction)
            .await
            .map_err(&failed)?;
        if bytes.unsigned_abs() > limits.one {
            return Ok(Kept::TooLarge);
        }
        if all.unsigned_abs() > limits.all {
            return Ok(Kept::Full);
        }
        transaction.commit().await.map_err(&failed)?;
        self.chunks += 1;
        Ok(Kept::Yes)
    }

    /// Ends it: the file is whole, and is kept for so long. `false` when it was cancelled meanwhile, or is to be begun again.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn finish(&mut self, sha256: [u8; 32], kept: Duration) -> Result<bool, Error> {
        let ended = sqlx::query(FINISH)
            .bind(self.id)
            .bind(self.attempt)
            .bind(&sha256[..])
            .bind(kept.as_secs_f64())
            .execute(&mut self.connection)
            .await
            .map_err(Error::during("end an export"))?;
        Ok(ended.rows_affected() > 0)
    }

    /// Gives it up for good, with the code of a problem and the reason; what was written goes.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn fail(&mut self, problem: &str, detail: &str) -> Result<(), Error> {
        let failed = Error::during("give an export up");
        sqlx::query(FAIL)
            .bind(self.id)
            .bind(self.attempt)
            .bind(problem)
            .bind(detail)
            .execute(&mut self.connection)
            .await
            .map_err(&failed)?;
        self.clear().await
    }

    /// Notes what stands in the way: it is to be begun again.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn trouble(&mut self, detail: &str) -> Result<(), Error> {
        sqlx::query(TROUBLE)
            .bind(self.id)
            .bind(self.attempt)
            .bind(detail)
            .execute(&mut self.connection)
            .await
            .map(drop)
            .map_err(Error::during("note what stands in the way of an export"))
    }

    /// Leaves it to whoever comes next, as if it had not been begun.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn put_back(&mut self) -> Result<(), Error> {
        sqlx::query(PUT_BACK)
            .bind(self.id)
            .bind(self.attempt)
            .execute(&mut self.connection)
            .await
            .map_err(Error::during("put an export back"))?;
        self.clear().await
    }

    /// Only while the turn is ours: nobody else writes pieces.
    async fn clear(&mut self) -> Result<(), Error> {
        sqlx::query(CLEAR)
            .bind(self.id)
            .execute(&mut self.connection)
            .await
            .map(drop)
            .map_err(Error::during("delete what was exported"))
    }

    /// Gives the turn back.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn end(self) -> Result<(), Error> {
        let connection = self.connection;
        Turn { connection }.end().await
    }
}
