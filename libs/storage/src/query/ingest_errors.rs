//! What could not be read.

use chrono::{DateTime, Utc};
use sqlx::{PgPool, QueryBuilder};

use crate::Error;
use crate::query::Scope;

/// One bad reading or one bad payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IngestError {
    /// Its number.
    pub id: i64,
    /// Stable reason.
    pub reason: String,
    /// Explanation for people.
    pub detail: String,
    /// JSON Pointer to what is wrong; empty for the whole payload.
    pub pointer: String,
    /// The device, where it is known.
    pub serial: Option<String>,
    /// The topic, where the raw record is still there.
    pub topic: Option<String>,
    /// Arrival of the payload.
    pub received_at: DateTime<Utc>,
    /// Epoch of the raw record.
    pub epoch: i32,
    /// Sequence of the raw record.
    pub seq: i64,
}

/// Which errors to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct IngestErrorFilter<'a> {
    /// Only this reason.
    pub reason: Option<&'a str>,
    /// Only this device.
    pub serial: Option<&'a str>,
    /// Only errors older than this place (arrival, id).
    pub before: Option<(DateTime<Utc>, i64)>,
}

type IngestErrorRow = (
    i64,
    String,
    String,
    String,
    Option<String>,
    Option<String>,
    DateTime<Utc>,
    i32,
    i64,
);

/// Lists at most `limit` errors, newest arrival first.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn list_ingest_errors(
    pool: &PgPool,
    scope: &Scope,
    filter: &IngestErrorFilter<'_>,
    limit: i64,
) -> Result<Vec<IngestError>, Error> {
    // The page is cut before the join, so that topics are looked up for its rows only.
    let mut query = QueryBuilder::new(
        "SELECT e.id, e.reason, e.detail, e.pointer, e.serial, r.topic, e.received_at, e.epoch, e.seq FROM \
         (SELECT id, reason, detail, pointer, serial, received_at, epoch, seq FROM ingest_error WHERE true",
    );
    if let Some(reason) = filter.reason {
        query.push(" AND reason = ").push_bind(reason.to_owned());
    }
    if let Some(serial) = filter.serial {
        query.push(" AND serial = ").push_bind(serial.to_owned());
    }
    scope.push_names(&mut query, "serial");
    if let Some((received_at, id)) = filter.before {
        query
            .push(" AND (received_at, id) < (")
            .push_bind(received_at)
            .push(", ")
            .push_bind(id)
            .push(")");
    }
    query
        .push(" ORDER BY received_at DESC, id DESC LIMIT ")
        .push_bind(limit);
    query.push(
        ") e LEFT JOIN raw_record r ON r.epoch = e.epoch AND r.seq = e.seq AND r.received_at = e.received_at \
         ORDER BY e.received_at DESC, e.id DESC",
    );
    let rows: Vec<IngestErrorRow> = query
        .build_query_as()
        .fetch_all(pool)
        .await
        .map_err(Error::during("list ingest errors"))?;
    Ok(rows.into_iter().map(ingest_error).collect())
}

fn ingest_error(
    (id, reason, detail, pointer, serial, topic, received_at, epoch, seq): IngestErrorRow,
) -> IngestError {
    IngestError {
        id,
        reason,
        detail,
        pointer,
        serial,
        topic,
        received_at,
        epoch,
        seq,
    }
}

/// The errors of one raw record, in the order of its items.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn ingest_errors_of(
    pool: &PgPool,
    epoch: i32,
    seq: i64,
) -> Result<Vec<IngestError>, Error> {
    let rows: Vec<IngestErrorRow> = sqlx::query_as(
        "SELECT id, reason, detail, pointer, serial, NULL::text, received_at, epoch, seq FROM ingest_error \
         WHERE epoch = $1 AND seq = $2 AND resolved_at IS NULL ORDER BY item, id",
    )
    .bind(epoch)
    .bind(seq)
    .fetch_all(pool)
    .await.map_err(Error::during("read the errors of a raw record"))?;
    Ok(rows.into_iter().map(ingest_error).collect())
}
