//! What has to be done for commands again and again, by whoever looks first.

use chrono::{DateTime, Utc};
use sens_schema::command::{CommandEvent, CommandOrder, CommandState};
use serde_json::value::RawValue;
use sqlx::PgPool;

use crate::Error;
use crate::instant::{micros, timestamp};

/// Commands whose stream may have forgotten them are put there again: the stream knows those that it has.
const UNDISPATCHED: &str = "
    SELECT id::text, serial, name, payload::text, expires_at, traceparent FROM device_command
    WHERE state = 'queued' AND expires_at > now()
      AND (dispatched_at IS NULL OR dispatched_at < now() - interval '5 minutes')
    ORDER BY dispatched_at NULLS FIRST LIMIT $1";

const DISPATCHED: &str =
    "UPDATE device_command SET dispatched_at = now() WHERE id = ANY ($1::uuid[])";

/// The one that was being sent when its time was over may still be told as sent: the worker's report comes by itself.
const EXPIRE: &str = "
    WITH over AS (
        UPDATE device_command SET state = 'expired', finished_at = now(),
            detail = CASE state WHEN 'queued' THEN 'it could not be sent in time' ELSE 'the device did not answer in time' END
        WHERE id IN (SELECT id FROM device_command WHERE state IN ('queued', 'sent', 'delivered')
                     AND expires_at <= now() - interval '1 second' ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED)
        RETURNING id, finished_at, state, detail)
    INSERT INTO device_command_step (command_id, at, state, detail) SELECT id, finished_at, state, detail FROM over
    ON CONFLICT DO NOTHING";

/// Kept as long as changes of presence. One whose steps are not told yet stays.
const FORGET: &str = "
    DELETE FROM device_command WHERE id IN (
        SELECT c.id FROM device_command c
        WHERE c.finished_at < now() - interval '90 days' AND c.state NOT IN ('queued', 'sent', 'delivered')
          AND NOT EXISTS (SELECT FROM device_command_step s WHERE s.command_id = c.id AND NOT s.told)
        ORDER BY c.finished_at LIMIT 500 FOR UPDATE SKIP LOCKED)";

const UNTOLD: &str = "
    SELECT s.command_id::text, c.serial, c.name, s.state, s.at, s.detail
    FROM device_command_step s JOIN device_command c ON c.id = s.command_id
    WHERE NOT s.told ORDER BY s.at LIMIT 500";

const TOLD: &str = "
    UPDATE device_command_step s SET told = true
    FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS told (id, state, at)
    WHERE s.command_id = told.id::uuid AND s.state = told.state AND s.at = told.at";

/// Commands that wait and may not be in the stream.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn undispatched(pool: &PgPool, limit: i64) -> Result<Vec<CommandOrder>, Error> {
    type Row = (
        String,
        String,
        String,
        String,
        DateTime<Utc>,
        Option<String>,
    );
    let rows: Vec<Row> = sqlx::query_as(UNDISPATCHED)
        .bind(limit)
        .fetch_all(pool)
        .await
        .map_err(Error::during("look for commands"))?;
    rows.into_iter()
        .map(|(id, serial, name, payload, expires_at, traceparent)| {
            let payload = RawValue::from_string(payload).map_err(|error| {
                Error::during("read a command")(sqlx::Error::Decode(Box::new(error)))
            })?;
            Ok(CommandOrder {
                id,
                serial,
                name,
                payload,
                expires_at: micros(expires_at),
                traceparent,
            })
        })
        .collect()
}

/// Notes that the stream has these commands.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn mark_dispatched(pool: &PgPool, ids: &[&str]) -> Result<(), Error> {
    sqlx::query(DISPATCHED)
        .bind(ids)
        .execute(pool)
        .await
        .map(drop)
        .map_err(Error::during("note commands as dispatched"))
}

/// Ends commands whose time is over. Gives how many.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn expire_overdue(pool: &PgPool) -> Result<u64, Error> {
    sqlx::query(EXPIRE)
        .execute(pool)
        .await
        .map(|done| done.rows_affected())
        .map_err(Error::during("end overdue commands"))
}

/// Removes commands that came to their end long ago, some at a time. Gives how many.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn forget_finished(pool: &PgPool) -> Result<u64, Error> {
    sqlx::query(FORGET)
        .execute(pool)
        .await
        .map(|done| done.rows_affected())
        .map_err(Error::during("remove old commands"))
}

/// Steps that nobody has told yet, the oldest first.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn untold_steps(pool: &PgPool) -> Result<Vec<CommandEvent>, Error> {
    type Row = (
        String,
        String,
        String,
        String,
        DateTime<Utc>,
        Option<String>,
    );
    let rows: Vec<Row> = sqlx::query_as(UNTOLD)
        .fetch_all(pool)
        .await
        .map_err(Error::during("look for untold steps"))?;
    let known = rows
        .into_iter()
        .filter_map(|(id, serial, name, state, at, detail)| {
            Some(CommandEvent {
                serial,
                id,
                name,
                state: CommandState::parse(&state)?,
                at: micros(at),
                detail,
            })
        });
    Ok(known.collect())
}

/// Notes that these steps are told. Those of which another worker has noted it already count as well.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn mark_told(pool: &PgPool, steps: &[CommandEvent]) -> Result<(), Error> {
    let ids: Vec<&str> = steps.iter().map(|step| step.id.as_str()).collect();
    let states: Vec<&str> = steps.iter().map(|step| step.state.as_str()).collect();
    let times: Vec<DateTime<Utc>> = steps.iter().map(|step| timestamp(step.at)).collect();
    sqlx::query(TOLD)
        .bind(ids)
        .bind(states)
        .bind(times)
        .execute(pool)
        .await
        .map(drop)
        .map_err(Error::during("note steps as told"))
}
