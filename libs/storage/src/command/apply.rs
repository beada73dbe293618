//! Steps of commands, as workers report them and devices answer.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, Utc};
use sens_schema::command::{CommandState, is_command_id};
use sens_schema::{Control, Micros};
use sqlx::{Acquire as _, PgConnection, PgPool};

use crate::Error;
use crate::instant::timestamp;
use crate::write::PendingMessage;

/// A state is left only for one that comes after it. What a device says counts even after its time was over: it knows.
/// News of one that stays queued only says why.
const APPLY: &str = "
    WITH said AS (
        SELECT said.* FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[])
            AS said (id, serial, state, at, detail, result)
        JOIN device_command c ON c.id = said.id::uuid AND (said.serial IS NULL OR said.serial = c.serial)
        ORDER BY c.id
        FOR UPDATE OF c
    ), moved AS (
        UPDATE device_command c SET
            state = said.state,
            detail = CASE WHEN said.state IN ('sent', 'delivered', 'acknowledged') THEN said.detail ELSE coalesce(said.detail, c.detail) END,
            result = coalesce(said.result::json, c.result),
            finished_at = CASE WHEN said.state IN ('queued', 'sent', 'delivered') THEN NULL ELSE said.at END
        FROM said
        WHERE c.id = said.id::uuid AND c.state = ANY (CASE said.state
            WHEN 'queued' THEN ARRAY['queued']
            WHEN 'sent' THEN ARRAY['queued']
            WHEN 'cancelled' THEN ARRAY['queued']
            WHEN 'delivered' THEN ARRAY['queued', 'sent']
            WHEN 'expired' THEN ARRAY['queued', 'sent', 'delivered']
            WHEN 'acknowledged' THEN ARRAY['queued', 'sent', 'delivered', 'expired']
            WHEN 'failed' THEN ARRAY['queued', 'sent', 'delivered', 'expired']
            ELSE '{}' END)
    )
    INSERT INTO device_command_step (command_id, at, state, detail)
    SELECT id::uuid, at, state, detail FROM said WHERE state <> 'queued'
    ON CONFLICT DO NOTHING";

/// A statement of its own: one row is not updated twice by one statement.
const STAMP: &str = "
    UPDATE device_command c SET
        sent_at = CASE WHEN said.state = 'sent' THEN least(c.sent_at, said.at) ELSE c.sent_at END,
        delivered_at = CASE WHEN said.state IN ('delivered', 'acknowledged') THEN least(c.delivered_at, said.at) ELSE c.delivered_at END
    FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) AS said (id, serial, state, at)
    WHERE c.id = said.id::uuid AND (said.serial IS NULL OR said.serial = c.serial)
      AND said.state IN ('sent', 'delivered', 'acknowledged')";

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandNews {
    /// Its id.
    pub id: String,
    /// The state it came to.
    pub state: CommandState,
    /// When.
    pub at: DateTime<Utc>,
    /// Words for people.
    pub detail: Option<String>,
}

/// One thing said about a command.
struct Said<'a> {
    id: &'a str,
    /// The device that says it; none for ourselves.
    serial: Option<&'a str>,
    state: CommandState,
    at: DateTime<Utc>,
    detail: Option<&'a str>,
    result: Option<&'a str>,
}

/// Writes down what became of commands. Of commands that are not there nothing is written.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn apply_reports(pool: &PgPool, news: &[CommandNews]) -> Result<(), Error> {
    let mut connection = crate::pool::acquire(pool).await?;
    let mut transaction = connection
        .begin()
        .await
        .map_err(Error::during("begin a transaction"))?;
    apply_news(&mut transaction, news).await?;
    transaction.commit().await.map_err(Error::during("commit"))
}

/// The same in a transaction.
pub(super) async fn apply_news(
    connection: &mut PgConnection,
    news: &[CommandNews],
) -> Result<(), Error> {
    let said = news
        .iter()
        .filter(|news| is_command_id(&news.id))
        .map(|news| Said {
            id: &news.id,
            serial: None,
            state: news.state,
            at: news.at,
            detail: news.detail.as_deref(),
            result: None,
        })
        .collect();
    apply(connection, said).await
}

/// Writes down what devices answered.
pub(crate) async fn apply_answers<'a>(
    connection: &mut PgConnection,
    messages: impl Iterator<Item = &'a PendingMessage>,
) -> Result<(), Error> {
    let mut said = Vec::new();
    for message in messages {
        if let Some(Control::CommandAck {
            serial,
            answer: Some(answer),
        }) = &message.decoded.control
            && is_command_id(&answer.id)
        {
            said.push(Said {
                id: &answer.id,
                serial: Some(serial.as_str()),
                state: answer.verdict.state(),
                at: at(message.envelope.received_at),
                detail: answer.detail.as_deref(),
                result: answer.result.as_deref(),
            });
        }
    }
    apply(connection, said).await
}

fn at(received_at: Micros) -> DateTime<Utc> {
    timestamp(received_at)
}

/// In rounds: what is said of one command is applied one after the other.
async fn apply(connection: &mut PgConnection, said: Vec<Said<'_>>) -> Result<(), Error> {
    let mut waiting: HashMap<&str, VecDeque<Said<'_>>> = HashMap::new();
    for said in said {
        waiting.entry(said.id).or_default().push_back(said);
    }
    while !waiting.is_empty() {
        let round: Vec<Said<'_>> = waiting
            .values_mut()
            .filter_map(VecDeque::pop_front)
            .collect();
        waiting.retain(|_, left| !left.is_empty());
        let ids: Vec<&str> = round.iter().map(|said| said.id).collect();
        let serials: Vec<Option<&str>> = round.iter().map(|said| said.serial).collect();
        let states: Vec<&str> = round.iter().map(|said| said.state.as_str()).collect();
        let times: Vec<DateTime<Utc>> = round.iter().map(|said| said.at).collect();
        let details: Vec<Option<&str>> = round.iter().map(|said| said.detail).collect();
        let results: Vec<Option<&str>> = round.iter().map(|said| said.result).collect();
        sqlx::query(APPLY)
            .bind(&ids)
            .bind(&serials)
            .bind(&states)
            .bind(&times)
            .bind(details)
            .bind(results)
            .execute(&mut *connection)
            .await
            .map_err(Error::during("note the steps of commands"))?;
        sqlx::query(STAMP)
            .bind(ids)
            .bind(serials)
            .bind(states)
            .bind(times)
            .execute(&mut *connection)
            .await
            .map_err(Error::during("note the times of commands"))?;
    }
    Ok(())
}
