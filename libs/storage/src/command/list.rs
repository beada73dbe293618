//! Reading commands.

use chrono::{DateTime, Utc};
use sens_schema::command::{CommandState, is_command_id};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool, Postgres, QueryBuilder, Row as _};

use crate::Error;

const COLUMNS: &str = "SELECT id::text, serial, name, payload::text, state, requested_by, requested_at, expires_at, \
    sent_at, delivered_at, finished_at, detail, result::text FROM device_command WHERE serial = ";

const STEPS: &str = "
    SELECT state, at, detail FROM device_command_step WHERE command_id = $1::uuid 
    ORDER BY state NOT IN ('queued', 'sent', 'delivered'), array_position(ARRAY['queued', 'sent', 'delivered'], state), at";

/// A command.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// Its id.
    pub id: String,
    /// The device.
    pub serial: String,
    /// What to do.
    pub name: String,
    /// With what.
    pub payload: serde_json::Value,
    /// How far it is.
    pub state: CommandState,
    /// Who asked.
    pub requested_by: String,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// It is not sent from then on.
    pub expires_at: DateTime<Utc>,
    /// When the broker first took it.
    pub sent_at: Option<DateTime<Utc>>,
    /// When the device first said that it has it.
    pub delivered_at: Option<DateTime<Utc>>,
    /// When it came to its end.
    pub finished_at: Option<DateTime<Utc>>,
    /// Words for people.
    pub detail: Option<String>,
    /// What the device gave back.
    pub result: Option<serde_json::Value>,
}

/// A step that a command has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandStepTaken {
    /// The state it came to.
    pub state: CommandState,
    /// When.
    pub at: DateTime<Utc>,
    /// Words for people.
    pub detail: Option<String>,
}

/// The place of a command in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandPlace {
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// Its id.
    pub id: String,
}

/// Which commands of a device to list.
#[derive(Debug, Clone, Default)]
pub struct CommandFilter<'a> {
    /// The device.
    pub serial: &'a str,
    /// Only those in this state.
    pub state: Option<CommandState>,
    /// Only older ones.
    pub before: Option<CommandPlace>,
}

impl FromRow<'_, PgRow> for Command {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let payload: String = row.try_get("payload")?;
        let result: Option<String> = row.try_get("result")?;
        Ok(Self {
            id: row.try_get("id")?,
            serial: row.try_get("serial")?,
            name: row.try_get("name")?,
            payload: json(&payload)?,
            state: state(&row.try_get::<String, _>("state")?)?,
            requested_by: row.try_get("requested_by")?,
            requested_at: row.try_get("requested_at")?,
            expires_at: row.try_get("expires_at")?,
            sent_at: row.try_get("sent_at")?,
            delivered_at: row.try_get("delivered_at")?,
            finished_at: row.try_get("finished_at")?,
            detail: row.try_get("detail")?,
            result: result.as_deref().map(json).transpose()?,
        })
    }
}

/// A number that no double holds is shown as it was sent, as a text.
fn json(text: &str) -> Result<serde_json::Value, sqlx::Error> {
    match serde_json::from_str(text) {
        Ok(value) => Ok(value),
        Err(error) if error.is_data() || error.is_syntax() => {
            Ok(serde_json::Value::String(text.to_owned()))
        }
        Err(error) => Err(sqlx::Error::Decode(Box::new(error))),
    }
}

fn state(name: &str) -> Result<CommandState, sqlx::Error> {
    CommandState::parse(name).ok_or_else(|| {
        sqlx::Error::Decode(format!("the state {name} is not known to this version").into())
    })
}

/// A command of a device.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn find_command(pool: &PgPool, serial: &str, id: &str) -> Result<Option<Command>, Error> {
    if !is_command_id(id) {
        return Ok(None);
    }
    let mut query: QueryBuilder<Postgres> = QueryBuilder::new(COLUMNS);
    query.push_bind(serial.to_owned());
    query.push(" AND id = ").push_bind(id.to_owned());
    query.push("::uuid");
    query
        .build_query_as()
        .fetch_optional(pool)
        .await
        .map_err(Error::during("find a command"))
}

/// Lists at most `limit` commands of a device, the newest first.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn list_commands(
    pool: &PgPool,
    filter: &CommandFilter<'_>,
    limit: i64,
) -> Result<Vec<Command>, Error> {
    let mut query: QueryBuilder<Postgres> = QueryBuilder::new(COLUMNS);
    query.push_bind(filter.serial.to_owned());
    query.push(" AND device_id = (SELECT id FROM device WHERE serial = ");
    query.push_bind(filter.serial.to_owned()).push(")");
    if let Some(state) = filter.state {
        query.push(" AND state = ").push_bind(state.as_str());
    }
    if let Some(before) = &filter.before {
        query
            .push(" AND (requested_at, id) < (")
            .push_bind(before.requested_at)
            .push(", ")
            .push_bind(before.id.clone())
            .push("::uuid)");
    }
    query
        .push(" ORDER BY requested_at DESC, id DESC LIMIT ")
        .push_bind(limit);
    query
        .build_query_as()
        .fetch_all(pool)
        .await
        .map_err(Error::during("list commands"))
}

/// The steps of a command, the first first.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn list_steps(pool: &PgPool, id: &str) -> Result<Vec<CommandStepTaken>, Error> {
    let rows: Vec<(String, DateTime<Utc>, Option<String>)> = sqlx::query_as(STEPS)
        .bind(id)
        .fetch_all(pool)
        .await
        .map_err(Error::during("list the steps of a command"))?;
    rows.into_iter()
        .map(|(name, at, detail)| {
            let state = state(&name).map_err(Error::during("list the steps of a command"))?;
            Ok(CommandStepTaken { state, at, detail })
        })
        .collect()
}
