//! Presence: whether a device is heard of. What it, or its last will, says comes first; one that says nothing is silent when it
//! was not heard of for long enough. Changes are found by looking at all devices, by one worker at a time.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sens_schema::event::PresenceEvent;
use sqlx::PgPool;

use crate::Error;
use crate::instant::micros;

/// The lock is held to the end of the transaction, which is this statement.
const WATCH: &str = "
    WITH mine AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(hashtext('sens.presence')) AS have),
    held AS (
        SELECT d.id,
            CASE WHEN d.online = false THEN 'offline'
                 WHEN d.last_seen_at > now() - make_interval(secs => $1) THEN 'online' ELSE 'silent' END AS state,
            CASE WHEN d.online = false THEN coalesce(d.status_at, now())
                 WHEN d.last_seen_at > now() - make_interval(secs => $1) THEN now()
                 ELSE d.last_seen_at + make_interval(secs => $1) END AS at
        FROM device d, mine WHERE mine.have AND d.last_seen_at IS NOT NULL AND d.deleted_at IS NULL
    ), news AS (
        SELECT held.id, held.state, held.at, p.state AS before
        FROM held LEFT JOIN device_presence p ON p.device_id = held.id
        WHERE p.state IS DISTINCT FROM held.state
    ), kept AS (
        INSERT INTO device_presence (device_id, state, since) SELECT id, state, at FROM news
        ON CONFLICT (device_id) DO UPDATE SET state = excluded.state, since = excluded.since
    )
    INSERT INTO presence_change (device_id, state, before, at) SELECT id, state, before, at FROM news ORDER BY at";

const UNTOLD: &str = "
    SELECT c.id, d.serial, c.state, c.before, c.at FROM presence_change c JOIN device d ON d.id = c.device_id
    WHERE NOT c.told ORDER BY c.id LIMIT 1000";

const TOLD: &str = "UPDATE presence_change SET told = true WHERE id = ANY ($1)";

/// Changes are kept as long as errors of ingest are by default.
const FORGET: &str = "
    DELETE FROM presence_change WHERE id IN (
        SELECT id FROM presence_change WHERE told AND at < now() - interval '90 days' ORDER BY id LIMIT 1000)";

const CHANGES: &str = "
    SELECT c.state, c.at FROM presence_change c JOIN device d ON d.id = c.device_id
    WHERE d.serial = $1 ORDER BY c.id DESC LIMIT $2";

/// A change that waits to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UntoldPresence {
    /// Its number.
    pub id: i64,
    /// What is told.
    pub event: PresenceEvent,
}

/// A change of a device's presence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresenceChange {
    /// `online`, `offline` or `silent`.
    pub state: String,
    /// Since when.
    pub at: DateTime<Utc>,
}

/// Looks at all devices and notes what has changed. Gives how many changes there are.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn watch_presence(pool: &PgPool, offline_after: Duration) -> Result<u64, Error> {
    sqlx::query(WATCH)
        .bind(offline_after.as_secs_f64())
        .execute(pool)
        .await
        .map(|done| done.rows_affected())
        .map_err(Error::during("watch presence"))
}

/// Changes that nobody has told yet, the oldest first.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn untold_presence(pool: &PgPool) -> Result<Vec<UntoldPresence>, Error> {
    type Row = (i64, String, String, Option<String>, DateTime<Utc>);
    let rows: Vec<Row> = sqlx::query_as(UNTOLD)
        .fetch_all(pool)
        .await
        .map_err(Error::during("look for untold presence"))?;
    let changes = rows
        .into_iter()
        .map(|(id, serial, state, before, at)| UntoldPresence {
            id,
            event: PresenceEvent {
                serial,
                state,
                before,
                at: micros(at),
            },
        });
    Ok(changes.collect())
}

/// Notes that these changes are told, and forgets very old ones.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn mark_presence_told(pool: &PgPool, ids: &[i64]) -> Result<(), Error> {
    sqlx::query(TOLD)
        .bind(ids)
        .execute(pool)
        .await
        .map_err(Error::during("note presence as told"))?;
    sqlx::query(FORGET)
        .execute(pool)
        .await
        .map(drop)
        .map_err(Error::during("forget old presence"))
}

/// The newest changes of a device, the newest first: the first one is how it is held now.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn list_presence(
    pool: &PgPool,
    serial: &str,
    limit: i64,
) -> Result<Vec<PresenceChange>, Error> {
    let rows: Vec<(String, DateTime<Utc>)> = sqlx::query_as(CHANGES)
        .bind(serial)
        .bind(limit)
        .fetch_all(pool)
        .await
        .map_err(Error::during("list changes of presence"))?;
    let changes = rows
        .into_iter()
        .map(|(state, at)| PresenceChange { state, at });
    Ok(changes.collect())
}
