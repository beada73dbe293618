//! Asking for a command, and taking it back.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::apply::{CommandNews, apply_news};
use crate::Error;
use crate::audit::{self, Actor, Entry};
use sens_schema::command::CommandState;

const REQUEST: &str = "
    WITH made AS (
        INSERT INTO device_command (id, device_id, serial, name, payload, requested_by, expires_at, traceparent)
        SELECT $1::uuid, device.id, device.serial, $3, $4::json, $5, $6, $7
        FROM device WHERE device.serial = $2 AND device.deleted_at IS NULL
        ON CONFLICT (id) DO NOTHING
        RETURNING id, requested_at, state)
    INSERT INTO device_command_step (command_id, at, state) SELECT id, requested_at, state FROM made";

/// A command that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCommand {
    /// Its id, a UUID; the same id again is the same command.
    pub id: String,
    /// The device.
    pub serial: String,
    /// What to do.
    pub name: String,
    /// With what: valid JSON.
    pub payload: String,
    /// It is not sent from then on.
    pub expires_at: DateTime<Utc>,
    /// Who asks.
    pub requested_by: String,
    /// Trace of the request.
    pub traceparent: Option<String>,
}

/// Stores a command. Of an unknown device, and of an id that is there already, nothing is stored.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn request_command(
    pool: &PgPool,
    command: &NewCommand,
    actor: &Actor,
) -> Result<bool, Error> {
    let failed = Error::during("ask for a command");
    let mut transaction = pool.begin().await.map_err(&failed)?;
    let done = sqlx::query(REQUEST)
        .bind(&command.id)
        .bind(&command.serial)
        .bind(&command.name)
        .bind(&command.payload)
        .bind(&command.requested_by)
        .bind(command.expires_at)
        .bind(&command.traceparent)
        .execute(&mut *transaction)
        .await
        .map_err(&failed)?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    let entry = Entry {
        action: "request",
        kind: "command",
        id: &command.id,
        before: None,
        after: Some(serde_json::json!({
            "device": command.serial, "name": command.name, "expires_at": command.expires_at,
        })),
    };
    audit::record(&mut transaction, actor, entry).await?;
    transaction.commit().await.map_err(&failed)?;
    Ok(true)
}

/// Takes a command back that no worker has begun to send; `SENS_COMMANDS` must have said so before.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn cancel_command(
    pool: &PgPool,
    id: &str,
    at: DateTime<Utc>,
    detail: &str,
    actor: &Actor,
) -> Result<(), Error> {
    let news = CommandNews {
        id: id.to_owned(),
        state: CommandState::Cancelled,
        at,
        detail: Some(detail.to_owned()),
    };
    let mut transaction = pool
        .begin()
        .await
        .map_err(Error::during("begin a transaction"))?;
    apply_news(&mut transaction, &[news]).await?;
    let entry = Entry {
        action: "cancel",
        kind: "command",
        id,
        before: None,
        after: Some(serde_json::json!({ "state": CommandState::Cancelled.as_str() })),
    };
    audit::record(&mut transaction, actor, entry).await?;
    transaction.commit().await.map_err(Error::during("commit"))
}
