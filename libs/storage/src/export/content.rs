//! The files of exports: read piece by piece, and gone when their time is over.

use sqlx::PgPool;

use crate::Error;
use crate::audit::{self, Actor, Entry};

/// One file at a time: a large one takes a while.
const EXPIRE: &str = "
    WITH gone AS (
        UPDATE export_run SET kept = false WHERE id = (
            SELECT id FROM export_run WHERE kept AND expires_at < now() ORDER BY expires_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id
    ), deleted AS (
        DELETE FROM export_chunk WHERE run_id IN (SELECT id FROM gone)
    )
    SELECT id FROM gone";

/// What the audit log has is kept longer than what a list shows.
const FORGET: &str = "DELETE FROM export_run WHERE finished_at < now() - interval '400 days'";

const DROP: &str = "
    UPDATE export_run SET kept = false WHERE id = $1 AND state = 'done' AND kept AND expires_at > now()";

/// A piece of a file, by its number from 0; `None` when it is not there any more.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn export_chunk(pool: &PgPool, id: i64, chunk: i32) -> Result<Option<Vec<u8>>, Error> {
    sqlx::query_scalar("SELECT body FROM export_chunk WHERE run_id = $1 AND chunk = $2")
        .bind(id)
        .bind(chunk)
        .fetch_optional(pool)
        .await
        .map_err(Error::during("read a piece of an export"))
}

/// Deletes a file before it expires; the export stays. `false` when there is none any more.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn drop_export_content(pool: &PgPool, id: i64, actor: &Actor) -> Result<bool, Error> {
    let failed = Error::during("delete the file of an export");
    let mut transaction = pool.begin().await.map_err(&failed)?;
    let dropped = sqlx::query(DROP)
        .bind(id)
        .execute(&mut *transaction)
        .await
        .map_err(&failed)?;
    if dropped.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("DELETE FROM export_chunk WHERE run_id = $1")
        .bind(id)
        .execute(&mut *transaction)
        .await
        .map_err(&failed)?;
    let entry = Entry {
        action: "delete",
        kind: "export",
        id: &id.to_string(),
        before: Some(serde_json::json!({ "kept": true })),
        after: None,
    };
    audit::record(&mut transaction, actor, entry).await?;
    transaction.commit().await.map_err(&failed)?;
    Ok(true)
}

/// Deletes every file whose time is over, and with them what is known of exports that ended more than 400 days ago. Gives how many
/// files went.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn expire_exports(pool: &PgPool) -> Result<u64, Error> {
    let failed = Error::during("delete the files of exports");
    let mut files = 0;
    while let Some(id) = sqlx::query_scalar::<_, i64>(EXPIRE)
        .fetch_optional(pool)
        .await
        .map_err(&failed)?
    {
        tracing::debug!(export = id, "the file of an export has expired");
        files += 1;
    }
    if files > 0 {
        sqlx::query(FORGET).execute(pool).await.map_err(&failed)?;
    }
    Ok(files)
}
