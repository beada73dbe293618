//! Doing replays: by one session of the database at a time, part by part.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sens_schema::{Catalogue, DecoderMap};
use sqlx::{Connection, PgConnection, PgPool};

use super::apply;
use super::compare::{Comparison, Key, compare};
use super::records::{self, Part, Scope};
use super::runs::{Change, ChangeKind, Progress, QUEUE};
use crate::work::{Turn, WorkState};
use crate::write::{load_catalogue, lookup};
use crate::{Error, Verdict};

const TURN: &str = "sens.replay";

const START: &str = "
    UPDATE replay_run SET state = 'running', started_at = coalesce(started_at, now())
    WHERE id = $1 AND state IN ('requested', 'running')
    RETURNING dry_run, serial, from_at, to_at, after_epoch, after_seq, total IS NOT NULL, jsonb_array_length(changes)";

const TOTAL: &str = "UPDATE replay_run SET total = $2 WHERE id = $1";

const PROGRESS: &str = "
    UPDATE replay_run SET after_epoch = $2, after_seq = $3, records = records + $4, unchanged = unchanged + $5, added = added + $6,
        superseded = superseded + $7, restored = restored + $8, skipped = skipped + $9, errors = errors + $10,
        resolved = resolved + $11, changes = changes || $12
    WHERE id = $1 AND state = 'running'";

const FINISH: &str = "
    UPDATE replay_run SET state = $2, detail = $3, finished_at = now() WHERE id = $1 AND state = 'running'";

const NAMES: &str = "
    SELECT k.place, d.serial, m.name FROM unnest($1::bigint[], $2::int[]) WITH ORDINALITY AS k (device_id, metric_id, place)
    JOIN device d ON d.id = k.device_id JOIN metric m ON m.id = k.metric_id";

/// Changed readings that a replay names.
const CHANGES: usize = 50;

type StartRow = (
    bool,
    Option<String>,
    Option<DateTime<Utc>>,
    DateTime<Utc>,
    i32,
    i64,
    bool,
    i32,
);

/// The right to do replays, held by one session of the database at a time. It ends with this value, whatever happens.
#[derive(Debug)]
pub struct Replays {
    turn: Turn,
    pool: PgPool,
    decoders: DecoderMap,
}

/// A replay under way.
struct Run {
    id: i64,
    dry: bool,
    scope: Scope,
    after: (i32, i64),
    named: usize,
    catalogue: Catalogue,
}

/// Takes the right to do replays; `None` while another session has it.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn take_replays(pool: &PgPool, decoders: DecoderMap) -> Result<Option<Replays>, Error> {
    let turn = Turn::take(pool, TURN).await?;
    Ok(turn.map(|turn| Replays {
        turn,
        pool: pool.clone(),
        decoders,
    }))
}

impl Replays {
    /// The oldest replay that was asked for or that somebody left midway.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn next(&mut self) -> Result<Option<i64>, Error> {
        QUEUE.oldest(&mut self.turn.connection).await
    }

    /// Does a replay from where it is to its end. It ends as [`WorkState::Failed`] when the database refuses what the
    /// decoders give; gives `None` when it is over already.
    ///
    /// # Errors
    /// [`Error`] when the database is away or busy: the replay stays where it is, for whoever goes on.
    pub async fn perform(&mut self, id: i64) -> Result<Option<WorkState>, Error> {
        let Some(mut run) = self.start(id).await? else {
            return Ok(None);
        };
        loop {
            match self.part(&mut run).await {
                Ok(None) => {}
                Ok(Some(state)) => return Ok(Some(state)),
                // Retention may have dropped a partition between making it and using it.
                Err(error) if error.is_missing_partition() => {}
                Err(error) => {
                    let Verdict::Permanent { .. } = error.verdict() else {
                        return Err(error);
                    };
                    self.finish(id, WorkState::Failed, Some(&error.to_string()))
                        .await?;
                    return Ok(Some(WorkState::Failed));
                }
            }
        }
    }

    async fn start(&mut self, id: i64) -> Result<Option<Run>, Error> {
        let catalogue = load_catalogue(&self.pool).await?;
        let row: Option<StartRow> = sqlx::query_as(START)
            .bind(id)
            .fetch_optional(&mut self.turn.connection)
            .await
            .map_err(Error::during("start a replay"))?;
        let Some((dry_run, serial, from, to, epoch, seq, has_total, named)) = row else {
            return Ok(None);
        };
        let device = match &serial {
            None => None,
            Some(serial) => self.device(serial).await?,
        };
        if let Some(serial) = serial
            && device.is_none()
        {
            let detail = format!("there is no device {serial}");
            self.finish(id, WorkState::Failed, Some(&detail)).await?;
            return Ok(None);
        }
        let scope = Scope { device, from, to };
        if !has_total {
            let total = records::total(&mut self.turn.connection, &scope).await?;
            sqlx::query(TOTAL)
                .bind(id)
                .bind(total)
                .execute(&mut self.turn.connection)
                .await
                .map_err(Error::during("start a replay"))?;
        }
        Ok(Some(Run {
            id,
            dry: dry_run,
            scope,
            after: (epoch, seq),
            named: usize::try_from(named).unwrap_or_default(),
            catalogue,
        }))
    }

    async fn device(&mut self, serial: &str) -> Result<Option<i64>, Error> {
        sqlx::query_scalar("SELECT id FROM device WHERE serial = $1")
            .bind(serial)
            .fetch_optional(&mut self.turn.connection)
            .await
            .map_err(Error::during("find the device of a replay"))
    }

    /// Does the next part. Gives the state when the replay is over.
    async fn part(&mut self, run: &mut Run) -> Result<Option<WorkState>, Error> {
        let connection = &mut self.turn.connection;
        let part = records::next(
            connection,
            &run.scope,
            run.after,
            &self.decoders,
            &run.catalogue,
        )
        .await?;
        let Some(part) = part else {
            return self.finish(run.id, WorkState::Done, None).await.map(Some);
        };
        if !run.dry {
            lookup::ensure_partitions(connection, &part.messages).await?;
        }
        let done = do_part(connection, run, &part, &self.decoders).await?;
        if !done {
            return Ok(Some(WorkState::Cancelled));
        }
        run.after = part.end();
        Ok(None)
    }

    /// Ends a replay; somebody may have cancelled it first.
    async fn finish(
        &mut self,
        id: i64,
        state: WorkState,
        detail: Option<&str>,
    ) -> Result<WorkState, Error> {
        let done = sqlx::query(FINISH)
            .bind(id)
            .bind(state.as_str())
            .bind(detail)
            .execute(&mut self.turn.connection)
            .await
            .map_err(Error::during("end a replay"))?;
        Ok(if done.rows_affected() > 0 {
            state
        } else {
            WorkState::Cancelled
        })
    }

    /// Gives the right back.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn end(self) -> Result<(), Error> {
        self.turn.end().await
    }
}

/// Compares and writes a part and notes how far the replay is, in one transaction. `false` when it was cancelled.
async fn do_part(
    connection: &mut PgConnection,
    run: &mut Run,
    part: &Part,
    decoders: &DecoderMap,
) -> Result<bool, Error> {
    let failed = Error::during("write a part of a replay");
    let mut transaction = connection.begin().await.map_err(&failed)?;
    let at = apply::instant(&mut transaction).await?;
    let today = (decoders, &run.catalogue);
    let comparison = compare(&mut transaction, part, run.scope.device, today).await?;
    let changes = changes(
        &mut transaction,
        &comparison,
        part.epoch,
        CHANGES.saturating_sub(run.named),
    )
    .await?;
    let named = changes.len();
    let actor = format!("replay {}", run.id);
    let resolved = if run.dry {
        let resolved = apply::resolve(&mut transaction, &comparison, part.epoch, at).await?;
        transaction.rollback().await.map_err(&failed)?;
        transaction = connection.begin().await.map_err(&failed)?;
        resolved
    } else {
        apply::apply(&mut transaction, &comparison, part.epoch, at, &actor).await?
    };
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let progress = Progress {
        added: count(comparison.added.len()),
        superseded: count(comparison.superseded.len()),
        restored: count(comparison.restored.len()),
        resolved,
        ..comparison.counts
    };
    let noted = note(&mut transaction, run.id, part.end(), &progress, changes).await?;
    if !noted {
        transaction.rollback().await.map_err(&failed)?;
        return Ok(false);
    }
    transaction.commit().await.map_err(&failed)?;
    run.named += named;
    Ok(true)
}

async fn note(
    connection: &mut PgConnection,
    id: i64,
    (epoch, seq): (i32, i64),
    progress: &Progress,
    changes: Vec<Change>,
) -> Result<bool, Error> {
    sqlx::query(PROGRESS)
        .bind(id)
        .bind(epoch)
        .bind(seq)
        .bind(progress.records)
        .bind(progress.unchanged)
        .bind(progress.added)
        .bind(progress.superseded)
        .bind(progress.restored)
        .bind(progress.skipped)
        .bind(progress.errors)
        .bind(progress.resolved)
        .bind(sqlx::types::Json(changes))
        .execute(connection)
        .await
        .map(|done| done.rows_affected() > 0)
        .map_err(Error::during("note how far a replay is"))
}

/// The first `limit` changed readings, with their names.
async fn changes(
    connection: &mut PgConnection,
    comparison: &Comparison<'_>,
    epoch: i32,
    limit: usize,
) -> Result<Vec<Change>, Error> {
    let claimed = |kind, claims: &BTreeMap<Key, super::compare::Claim<'_>>| {
        let named = claims.iter().take(limit);
        named
            .map(|(key, claim)| {
                (
                    kind,
                    *key,
                    claim.message.sequence.cast_signed(),
                    claim.json(),
                )
            })
            .collect::<Vec<_>>()
    };
    let mut first: Vec<(ChangeKind, Key, i64, serde_json::Value)> = comparison
        .superseded
        .iter()
        .take(limit)
        .map(|(key, stored)| (ChangeKind::Superseded, *key, stored.raw_seq, stored.json()))
        .collect();
    first.extend(claimed(ChangeKind::Added, &comparison.added));
    first.extend(claimed(ChangeKind::Restored, &comparison.restored));
    first.sort_by_key(|change| change.2);
    first.truncate(limit);
    if first.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<(i64, String, String)> = sqlx::query_as(NAMES)
        .bind(first.iter().map(|change| change.1.0).collect::<Vec<_>>())
        .bind(first.iter().map(|change| change.1.1).collect::<Vec<_>>())
        .fetch_all(connection)
        .await
        .map_err(Error::during("name changed readings"))?;
    let found = names.into_iter().filter_map(|(place, serial, metric)| {
        let change = first.get(usize::try_from(place - 1).ok()?)?;
        Some(Change {
            kind: change.0,
            serial,
            metric,
            recorded_at: change.1.2,
            value: change.3.clone(),
            epoch,
            seq: change.2,
        })
    });
    Ok(found.collect())
}
