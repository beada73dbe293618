//! Who changed what: written in the transaction of the change itself, and never changed afterwards.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder};

use crate::Error;

/// Who makes a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Public part of the API key; `None` for the bootstrap key and for people at the server.
    pub key_id: Option<String>,
    /// Name of the key, `bootstrap`, or the person at the server.
    pub name: String,
    /// Names the request in the service's log.
    pub request_id: Option<String>,
}

impl Actor {
    /// Somebody who works at the server and not through the API.
    pub fn local(name: impl Into<String>) -> Self {
        Self {
            key_id: None,
            name: name.into(),
            request_id: None,
        }
    }
}

/// One change. Put nothing secret into it: it is kept and shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<'a> {
    /// What was done, such as `create`.
    pub action: &'a str,
    /// What kind of thing it was done to, such as `device`.
    pub kind: &'a str,
    /// Which one.
    pub id: &'a str,
    /// What it was; `None` when it is new.
    pub before: Option<Json>,
    /// What it became; `None` when it is gone.
    pub after: Option<Json>,
}

/// Keeps a change, in the transaction that makes it.
///
/// # Errors
/// [`Error`] when the database cannot answer; the transaction is lost then.
pub async fn record(
    connection: &mut PgConnection,
    actor: &Actor,
    entry: Entry<'_>,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO audit_event (key_id, actor, action, object_kind, object_id, before, after, request_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&actor.key_id)
    .bind(&actor.name)
    .bind(entry.action)
    .bind(entry.kind)
    .bind(entry.id)
    .bind(entry.before)
    .bind(entry.after)
    .bind(&actor.request_id)
    .execute(connection)
    .await
    .map(drop)
    .map_err(Error::during("keep who changed what"))
}

/// A change as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEvent {
    /// Its number; rises with time.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: Actor,
    /// What was done.
    pub action: String,
    /// To what kind of thing.
    pub object_kind: String,
    /// To which one.
    pub object_id: String,
    /// What it was.
    pub before: Option<Json>,
    /// What it became.
    pub after: Option<Json>,
}

/// Which changes to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct AuditFilter<'a> {
    /// By whom: name or id of a key.
    pub actor: Option<&'a str>,
    /// What was done.
    pub action: Option<&'a str>,
    /// To what kind of thing.
    pub object_kind: Option<&'a str>,
    /// To which one.
    pub object_id: Option<&'a str>,
    /// In which request.
    pub request_id: Option<&'a str>,
    /// From then on.
    pub from: Option<DateTime<Utc>>,
    /// Before then.
    pub to: Option<DateTime<Utc>>,
    /// Only those before this number.
    pub before_id: Option<i64>,
}

/// The newest changes first, at most `limit`.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn list_audit_events(
    pool: &PgPool,
    filter: &AuditFilter<'_>,
    limit: i64,
) -> Result<Vec<AuditEvent>, Error> {
    type Row = (
        i64,
        DateTime<Utc>,
        Option<String>,
        String,
        String,
        String,
        String,
        Option<Json>,
        Option<Json>,
        Option<String>,
    );
    let rows: Vec<Row> = listing(filter, limit)
        .build_query_as()
        .fetch_all(pool)
        .await
        .map_err(Error::during("list changes"))?;
    let event = |row: Row| AuditEvent {
        id: row.0,
        at: row.1,
        actor: Actor {
            key_id: row.2,
            name: row.3,
            request_id: row.9,
        },
        action: row.4,
        object_kind: row.5,
        object_id: row.6,
        before: row.7,
        after: row.8,
    };
    Ok(rows.into_iter().map(event).collect())
}

fn listing(filter: &AuditFilter<'_>, limit: i64) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new(
        "SELECT id, at, key_id, actor, action, object_kind, object_id, before, after, request_id FROM audit_event WHERE true",
    );
    if let Some(actor) = filter.actor {
        query.push(" AND (actor = ").push_bind(actor.to_owned());
        query
            .push(" OR key_id = ")
            .push_bind(actor.to_owned())
            .push(")");
    }
    for (column, wanted) in [
        (" AND action = ", filter.action),
        (" AND object_kind = ", filter.object_kind),
        (" AND object_id = ", filter.object_id),
        (" AND request_id = ", filter.request_id),
    ] {
        if let Some(wanted) = wanted {
            query.push(column).push_bind(wanted.to_owned());
        }
    }
    if let Some(from) = filter.from {
        query.push(" AND at >= ").push_bind(from);
    }
    if let Some(to) = filter.to {
        query.push(" AND at < ").push_bind(to);
    }
    if let Some(id) = filter.before_id {
        query.push(" AND id < ").push_bind(id);
    }
    query.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
    query
}
