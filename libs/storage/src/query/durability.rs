//! The settings of the server on which "committed" depends.

use sens_schema::durability::DatabaseSetting;
use sqlx::PgPool;

use crate::Error;

const SETTINGS: &str = "
    SELECT name, setting, NULL::text AS scope FROM pg_settings
    WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes')
    UNION ALL
    SELECT split_part(entry, '=', 1), split_part(entry, '=', 2),
           concat_ws(' in ', 'role ' || r.rolname, 'database ' || d.datname)
    FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole LEFT JOIN pg_database d ON d.oid = s.setdatabase,
         unnest(s.setconfig) AS entry
    WHERE entry LIKE 'synchronous_commit=%' AND (s.setdatabase = 0 OR d.datname = current_database())
    ORDER BY name, scope NULLS FIRST";

/// Reads `fsync`, `synchronous_commit` and `full_page_writes`, and where a login or the database has a
/// `synchronous_commit` of its own.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn durability_settings(pool: &PgPool) -> Result<Vec<DatabaseSetting>, Error> {
    let rows: Vec<(String, String, Option<String>)> = sqlx::query_as(SETTINGS)
        .fetch_all(pool)
        .await
        .map_err(Error::during("read the server's settings"))?;
    Ok(rows
        .into_iter()
        .map(|(name, value, scope)| DatabaseSetting { name, value, scope })
        .collect())
}
