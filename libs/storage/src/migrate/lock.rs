//! Advisory locks of a session, taken by asking again and again: whoever waits inside a statement holds a snapshot, and an
//! index build that leaves writers alone waits for all older snapshots.

use std::time::{Duration, Instant};

use sqlx::PgConnection;

use super::MigrationOptions;
use crate::Error;

/// One migration of a database at a time.
pub(super) const MIGRATION: &str = "sens.migration";
/// What drops or moves partitions: retention and the move to `TimescaleDB`.
pub(super) const MAINTENANCE: &str = crate::maintenance::LOCK;

const ASK_EVERY: Duration = Duration::from_millis(250);

const TAKE: &str = "SELECT pg_try_advisory_lock(hashtext($1))";

const HOLDER: &str = "
    SELECT format('process %s (%s), connected since %s', a.pid, a.application_name, a.backend_start)
    FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND l.objid = hashtext($1)::bigint::bit(32)::bigint::oid
    LIMIT 1";

/// Takes the lock; it goes with the session.
pub(super) async fn take(
    connection: &mut PgConnection,
    name: &'static str,
    options: &MigrationOptions,
) -> Result<(), Error> {
    let started = Instant::now();
    let mut told = false;
    loop {
        let taken: bool = sqlx::query_scalar(TAKE)
            .bind(name)
            .fetch_one(&mut *connection)
            .await
            .map_err(Error::during("take the lock of the migration"))?;
        if taken {
            return Ok(());
        }
        let expired = started.elapsed() >= options.patience;
        if expired || !told {
            let holder: Option<String> = sqlx::query_scalar(HOLDER)
                .bind(name)
                .fetch_optional(&mut *connection)
                .await
                .map_err(Error::during("ask who holds the lock"))?;
            let holder = holder.unwrap_or_else(|| "another session".to_owned());
            if expired {
                return Err(Error::Migration(format!(
                    "{holder} has held the lock {name} for {} s: wait for it, or end that session",
                    options.patience.as_secs()
                )));
            }
            (options.progress)(&format!(
                "waiting for the lock {name}, which {holder} holds"
            ));
            told = true;
        }
        tokio::time::sleep(ASK_EVERY).await;
    }
}
