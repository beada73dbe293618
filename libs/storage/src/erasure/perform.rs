//! Performing erasures: by one session of the database at a time, and never beside a replay, which would bring readings back.

use chrono::{DateTime, Utc};
use sens_schema::Position;
use serde_json::Value as Json;
use sqlx::{Connection as _, PgPool};

use super::runs::QUEUE;
use crate::Error;
use crate::work::{Turn, WorkState};

/// The turn of replays: both wait for each other.
const TURN: &str = "sens.replay";

const SCOPE: &str = "
    SELECT serials, stream_epoch, stream_seq FROM erasure_run WHERE id = $1 AND state = 'running' AND serials IS NOT NULL";

const SPANS: &str = "SELECT name, lower_bound, upper_bound FROM erasure_spans($1)";

const TOTAL: &str =
    "UPDATE erasure_run SET total = $2, done = 0 WHERE id = $1 AND state = 'running'";

/// What is known of errors of the devices by those that came since.
const ERRORS_SINCE: &str = "
    UPDATE device d SET last_error_at = (SELECT max(e.received_at) FROM ingest_error e
        WHERE e.device_id = d.id AND e.received_at >= now() - interval '24 hours')
    FROM erasure_run r WHERE r.id = $1 AND d.id = ANY (r.device_ids) AND d.last_error_at IS NOT NULL";

const FAIL: &str = "
    UPDATE erasure_run SET state = 'failed', detail = $2, finished_at = now() WHERE id = $1 AND state = 'running'";

/// The right to erase, held by one session of the database at a time. It ends with this value, whatever happens.
#[derive(Debug)]
pub struct Erasures {
    turn: Turn,
}

/// What an erasure that is under way looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureScope {
    /// The serials of the device.
    pub serials: Vec<String>,
    /// Everything up to this position has to be committed before it can end.
    pub until: Position,
}

/// Takes the right to erase; `None` while another session has it, or replays.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn take_erasures(pool: &PgPool) -> Result<Option<Erasures>, Error> {
    let turn = Turn::take(pool, TURN).await?;
    Ok(turn.map(|turn| Erasures { turn }))
}

impl Erasures {
    /// The oldest erasure that was asked for or that somebody left midway.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn next(&mut self) -> Result<Option<i64>, Error> {
        QUEUE.oldest(&mut self.turn.connection).await
    }

    /// Takes an erasure up. `last` is the newest position of the stream: what is there goes too. `None` when nothing is to be
    /// done any more: it was a dry run, or is over.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn begin(&mut self, id: i64, last: Position) -> Result<Option<ErasureScope>, Error> {
        let failed = Error::during("begin an erasure");
        let state: Option<String> = sqlx::query_scalar("SELECT erasure_begin($1, $2, $3)")
            .bind(id)
            .bind(last.epoch)
            .bind(last.seq.cast_signed())
            .fetch_one(&mut self.turn.connection)
            .await
            .map_err(&failed)?;
        if state.as_deref() != Some(WorkState::Running.as_str()) {
            return Ok(None);
        }
        let row: Option<(Vec<String>, i32, i64)> = sqlx::query_as(SCOPE)
            .bind(id)
            .fetch_optional(&mut self.turn.connection)
            .await
            .map_err(&failed)?;
        Ok(row.map(|(serials, epoch, seq)| ErasureScope {
            serials,
            until: Position {
                epoch,
                seq: seq.cast_unsigned(),
            },
        }))
    }

    /// Goes through every span once. Gives how many rows went. May be given up at any point.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn sweep(&mut self, id: i64) -> Result<i64, Error> {
        let failed = Error::during("erase the rows of a device");
        let spans: Vec<(String, DateTime<Utc>, DateTime<Utc>)> = sqlx::query_as(SPANS)
            .bind(id)
            .fetch_all(&mut self.turn.connection)
            .await
            .map_err(&failed)?;
        sqlx::query(TOTAL)
            .bind(id)
            .bind(i64::try_from(spans.len()).unwrap_or(i64::MAX))
            .execute(&mut self.turn.connection)
            .await
            .map_err(&failed)?;
        let mut gone = 0;
        for (name, lower, upper) in spans {
            let rows: i64 = sqlx::query_scalar("SELECT erasure_sweep($1, $2, $3, $4)")
                .bind(id)
                .bind(name)
                .bind(lower)
                .bind(upper)
                .fetch_one(&mut self.turn.connection)
                .await
                .map_err(&failed)?;
            gone += rows;
        }
        Ok(gone)
    }

    /// Keeps that a dead letter goes with the erasure; before it goes.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn drop_letter(&mut self, id: i64, origin: Position) -> Result<(), Error> {
        sqlx::query("SELECT erasure_drop_letter($1, $2, $3)")
            .bind(id)
            .bind(origin.epoch)
            .bind(origin.seq.cast_signed())
            .execute(&mut self.turn.connection)
            .await
            .map(drop)
            .map_err(Error::during("keep that a dead letter was erased"))
    }

    /// Ends the erasure with its proof when nothing is left that was received before it; `false` when it has to be swept again.
    /// `also` is kept with it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn finish(&mut self, id: i64, also: &Json) -> Result<bool, Error> {
        let failed = Error::during("end an erasure");
        let mut transaction = self.turn.connection.begin().await.map_err(&failed)?;
        let over = sqlx::query_scalar("SELECT erasure_finish($1, $2)")
            .bind(id)
            .bind(also)
            .fetch_one(&mut *transaction)
            .await
            .map_err(&failed)?;
        if over {
            sqlx::query(ERRORS_SINCE)
                .bind(id)
                .execute(&mut *transaction)
                .await
                .map_err(&failed)?;
        }
        transaction.commit().await.map_err(&failed)?;
        Ok(over)
    }

    /// Gives an erasure up for good.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn fail(&mut self, id: i64, detail: &str) -> Result<(), Error> {
        sqlx::query(FAIL)
            .bind(id)
            .bind(detail)
            .execute(&mut self.turn.connection)
            .await
            .map(drop)
            .map_err(Error::during("give an erasure up"))
    }

    /// Gives the right back.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn end(self) -> Result<(), Error> {
        self.turn.end().await
    }
}
