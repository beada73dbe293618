//! The settings of the server on which "committed" depends.

use sqlx::PgPool;

use crate::Error;

/// A server setting as it is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerSetting {
    /// Name of the setting.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// Reads `fsync`, `synchronous_commit` and `full_page_writes`.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn durability_settings(pool: &PgPool) -> Result<Vec<ServerSetting>, Error> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes')",
    )
    .fetch_all(pool)
    .await
    .map_err(Error::during("read the server's settings"))?;
    Ok(rows
        .into_iter()
        .map(|(name, value)| ServerSetting { name, value })
        .collect())
}
