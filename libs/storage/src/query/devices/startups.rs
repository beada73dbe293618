//! When a device started.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::Error;
use crate::query::scope::{self, Scope};

/// A start of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Startup {
    /// By its own clock where that is plausible.
    pub started_at: DateTime<Utc>,
    /// When the message arrived.
    pub received_at: DateTime<Utc>,
    /// Its firmware, where it said so.
    pub firmware: Option<String>,
    /// Epoch of the message.
    pub epoch: i32,
    /// Sequence of the message.
    pub seq: i64,
}

/// The place of a start in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartupPlace {
    /// When it was.
    pub started_at: DateTime<Utc>,
    /// Sequence of its message.
    pub seq: i64,
}

/// Starts of a device, the newest first, at most `limit` after a place. `None` when there is no such device in the scope.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn device_startups(
    pool: &PgPool,
    scope: &Scope,
    serial: &str,
    after: Option<StartupPlace>,
    limit: i64,
) -> Result<Option<Vec<Startup>>, Error> {
    type Row = (
        Option<DateTime<Utc>>,
        Option<DateTime<Utc>>,
        Option<String>,
        Option<i32>,
        Option<i64>,
    );
    let mut query = scope::family(scope, serial);
    query.push(
        "SELECT s.started_at, s.received_at, s.firmware, s.epoch, s.seq FROM main \
         LEFT JOIN (family JOIN device_startup s ON s.device_id = family.id) ON true",
    );
    if let Some(after) = after {
        query
            .push(" AND (s.started_at, s.seq) < (")
            .push_bind(after.started_at);
        query.push(", ").push_bind(after.seq).push(")");
    }
    query
        .push(" ORDER BY s.started_at DESC, s.seq DESC LIMIT ")
        .push_bind(limit);
    let rows: Vec<Row> = query
        .build_query_as()
        .fetch_all(pool)
        .await
        .map_err(Error::during("list the starts of a device"))?;
    if rows.is_empty() {
        return Ok(None);
    }
    // A device without starts gives one row of NULLs.
    let startup = |(started_at, received_at, firmware, epoch, seq): Row| {
        Some(Startup {
            started_at: started_at?,
            received_at: received_at?,
            firmware,
            epoch: epoch?,
            seq: seq?,
        })
    };
    Ok(Some(rows.into_iter().filter_map(startup).collect()))
}
