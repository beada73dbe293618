//! What counted at which moment: readings that are superseded, and instants up to which nothing changes any more.

use chrono::{DateTime, Utc};
use sqlx::{PgPool, Postgres, QueryBuilder};

use crate::Error;
use crate::query::measurements::Selection;

/// On the primary, when no transaction that writes is under way, that is now. Otherwise, and on a replica, it is the last
/// tick whose predecessors are all over.
const SETTLED: &str = "
    SELECT CASE WHEN NOT pg_is_in_recovery() AND pg_snapshot_xmin(current) = pg_snapshot_xmax(current)
                THEN statement_timestamp()
                ELSE (SELECT max(at) FROM commit_clock WHERE xid < pg_snapshot_xmin(current)) END
    FROM pg_current_snapshot() AS current";

/// The newest instant up to which every reading and every correction is committed: an answer as of it, or of any instant
/// before, stays the same for ever. `None` when the platform has never noted one.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn settled(pool: &PgPool) -> Result<Option<DateTime<Utc>>, Error> {
    sqlx::query_scalar(SETTLED)
        .fetch_one(pool)
        .await
        .map_err(Error::during("ask what is settled"))
}

/// Appends the condition that the reading `r` counts: now, or as of the selection's moment.
pub(super) fn push_valid(query: &mut QueryBuilder<Postgres>, selection: &Selection) {
    const OF_READING: &str = "SELECT FROM reading_superseded x WHERE x.device_id = r.device_id \
        AND x.metric_id = r.metric_id AND x.recorded_at = r.recorded_at AND x.dedup = r.dedup AND ";
    if let Some(as_of) = selection.as_of {
        query
            .push(" AND coalesce(r.committed_at, r.received_at) <= ")
            .push_bind(as_of);
    }
    if !selection.corrected {
        return;
    }
    query.push(" AND NOT EXISTS (").push(OF_READING);
    match selection.as_of {
        None => query.push("x.restored_at IS NULL"),
        Some(as_of) => query
            .push("x.superseded_at <= ")
            .push_bind(as_of)
            .push(" AND (x.restored_at IS NULL OR x.restored_at > ")
            .push_bind(as_of)
            .push(")"),
    };
    // Looked up by its whole key: a join would go by the series where statistics are behind, and look at every superseded
    // reading of it for each reading.
    query.push(" OFFSET 0)");
}
