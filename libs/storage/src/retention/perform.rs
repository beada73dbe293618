//! Doing a run: by one session at a time, span by span.

use sqlx::PgPool;

use super::assess::{self, Due, Proof};
use super::runs::{Action, Outcome, RunState};
use super::{Class, request_run};
use crate::work::Turn;
use crate::{Error, maintenance};

const INTERRUPTED: &str = "
    UPDATE retention_run SET state = 'failed', finished_at = now(), detail = 'interrupted; the next run goes on'
    WHERE state = 'running' RETURNING id";

const REQUESTED: &str = "SELECT id FROM retention_run WHERE state = 'requested' ORDER BY id";

const ANYTHING_DUE: &str = "
    SELECT EXISTS (SELECT FROM unnest($1::text[]) AS class, retention_due(class))";

const START: &str = "
    UPDATE retention_run SET state = 'running', started_at = now() WHERE id = $1 AND state = 'requested' RETURNING dry_run";

const FINISH: &str =
    "UPDATE retention_run SET state = $2, finished_at = now(), detail = $3 WHERE id = $1";

const ITEM: &str = "
    INSERT INTO retention_item (run_id, position, class, lower_bound, upper_bound, action, metrics, rows, bytes, devices, lost,
        outcome, reason)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

const DROP: &str = "SELECT retention_drop($1, $2, $3, $4)";

/// Runs are kept this long.
const FORGET: &str = "
    DELETE FROM retention_run WHERE requested_at < now() - interval '400 days'";

/// The right to drop partitions, held by one session of the database at a time. It ends with this value.
#[derive(Debug)]
pub struct Maintenance {
    turn: Turn,
    interrupted: Vec<i64>,
}

/// Takes the right to drop partitions; `None` while another session has it. Runs that ended without saying so are marked.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn take_maintenance(pool: &PgPool) -> Result<Option<Maintenance>, Error> {
    let Some(mut turn) = Turn::take(pool, maintenance::LOCK).await? else {
        return Ok(None);
    };
    let interrupted = sqlx::query_scalar(INTERRUPTED)
        .fetch_all(&mut turn.connection)
        .await
        .map_err(Error::during("look for interrupted runs of retention"))?;
    Ok(Some(Maintenance { turn, interrupted }))
}

impl Maintenance {
    /// Runs that were begun by a session that is gone; they are marked as failed now.
    pub fn interrupted(&self) -> &[i64] {
        &self.interrupted
    }

    /// Runs that were asked for, oldest first.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn requested(&mut self) -> Result<Vec<i64>, Error> {
        sqlx::query_scalar(REQUESTED)
            .fetch_all(&mut self.turn.connection)
            .await
            .map_err(Error::during("look for runs of retention"))
    }

    /// Asks for the regular run when something is due and the clock has not jumped within a day.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn schedule(&mut self) -> Result<Option<i64>, Error> {
        let steady: bool = sqlx::query_scalar("SELECT maintenance_tick()")
            .fetch_one(&mut self.turn.connection)
            .await
            .map_err(Error::during("look at the clock"))?;
        sqlx::query(FORGET)
            .execute(&mut self.turn.connection)
            .await
            .map_err(Error::during("forget old runs of retention"))?;
        if !steady {
            return Ok(None);
        }
        let classes: Vec<&str> = Class::ALL.iter().map(|class| class.as_str()).collect();
        let due: bool = sqlx::query_scalar(ANYTHING_DUE)
            .bind(classes)
            .fetch_one(&mut self.turn.connection)
            .await
            .map_err(Error::during("look for what retention lets go"))?;
        if !due {
            return Ok(None);
        }
        request_run(&mut self.turn.connection, false, "schedule")
            .await
            .map(Some)
    }

    /// Does a run that was asked for. What can be dropped is dropped; what must stay makes the run [`RunState::Refused`],
    /// an error makes it [`RunState::Failed`]. Gives the state it ended in.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`] when not even that can be noted: the run is marked by the next session.
    pub async fn perform(&mut self, run: i64) -> Result<RunState, Error> {
        let dry_run: Option<bool> = sqlx::query_scalar(START)
            .bind(run)
            .fetch_optional(&mut self.turn.connection)
            .await
            .map_err(Error::during("start a run of retention"))?;
        let Some(dry_run) = dry_run else {
            // Another session did it between the question and now.
            return Ok(RunState::Done);
        };
        let mut position = 0;
        let mut refusal: Option<String> = None;
        for class in Class::ALL {
            match self.class(run, class, dry_run, &mut position).await {
                Ok(None) => {}
                Ok(Some(reason)) => {
                    refusal.get_or_insert(reason);
                }
                Err(error) if error.is_unavailable() => return Err(error),
                Err(error) => {
                    let detail = format!("{}: {error}", class.as_str());
                    self.finish(run, RunState::Failed, Some(&detail)).await?;
                    return Ok(RunState::Failed);
                }
            }
        }
        let state = if refusal.is_some() {
            RunState::Refused
        } else {
            RunState::Done
        };
        self.finish(run, state, refusal.as_deref()).await?;
        Ok(state)
    }

    /// Ends the session.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`]; the lock is gone all the same.
    pub async fn end(self) -> Result<(), Error> {
        self.turn.end().await
    }

    /// The spans of a class. Gives the first refusal; in classes with rollups the spans after it wait for it.
    async fn class(
        &mut self,
        run: i64,
        class: Class,
        dry_run: bool,
        position: &mut i32,
    ) -> Result<Option<String>, Error> {
        let mut refusal: Option<String> = None;
        for due in assess::due(&mut self.turn.connection, class).await? {
            let action = Action::parse(&due.action)?;
            let weight = assess::weigh(&mut self.turn.connection, class, &due, action).await?;
            let waits = refusal.is_some() && class.has_metrics();
            let reason = if waits {
                Some("the span before it comes first".to_owned())
            } else {
                self.span(class, &due, dry_run).await?
            };
            let outcome = match (&reason, dry_run) {
                (Some(_), _) => Outcome::Refused,
                (None, true) => Outcome::Planned,
                (None, false) => Outcome::Dropped,
            };
            *position += 1;
            sqlx::query(ITEM)
                .bind(run)
                .bind(*position)
                .bind(class.as_str())
                .bind(due.lower_bound)
                .bind(due.upper_bound)
                .bind(action.as_str())
                .bind(&due.names)
                .bind(weight.rows)
                .bind(assess::share(due.bytes, &weight))
                .bind(weight.devices)
                .bind(assess::lost(class, &weight))
                .bind(outcome.as_str())
                .bind(&reason)
                .execute(&mut self.turn.connection)
                .await
                .map_err(Error::during("note what retention did"))?;
            if let Some(reason) = reason {
                refusal.get_or_insert_with(|| {
                    format!(
                        "{} from {} to {}: {reason}",
                        class.as_str(),
                        due.lower_bound.format("%Y-%m-%d"),
                        due.upper_bound.format("%Y-%m-%d")
                    )
                });
            }
        }
        Ok(refusal)
    }

    /// Proves and drops a span. Gives why it had to stay.
    async fn span(
        &mut self,
        class: Class,
        due: &Due,
        dry_run: bool,
    ) -> Result<Option<String>, Error> {
        let verified = if class == Class::Readings {
            match assess::prove(&mut self.turn.connection, due).await? {
                Proof::Verified(rows) => rows,
                Proof::Refused(reason) => return Ok(Some(reason)),
            }
        } else {
            0
        };
        if dry_run {
            return Ok(None);
        }
        let dropped = sqlx::query_scalar(DROP)
            .bind(class.as_str())
            .bind(due.lower_bound)
            .bind(due.upper_bound)
            .bind(verified)
            .fetch_one(&mut self.turn.connection)
            .await
            .map_err(Error::during("drop a partition"));
        match dropped {
            Err(error) if error.is_lock_conflict() => Ok(Some(
                "it is in use by another session; the next run tries again".to_owned(),
            )),
            dropped => dropped,
        }
    }

    async fn finish(
        &mut self,
        run: i64,
        state: RunState,
        detail: Option<&str>,
    ) -> Result<(), Error> {
        sqlx::query(FINISH)
            .bind(run)
            .bind(state.as_str())
            .bind(detail)
            .execute(&mut self.turn.connection)
            .await
            .map(drop)
            .map_err(Error::during("note the end of a run of retention"))
    }
}
