//! Whether the database answers.

use sqlx::PgPool;

use crate::Error;

/// Asks the database for nothing in particular.
///
/// # Errors
/// [`Error`] when no connection is to be had or the schema is missing.
pub async fn ping(pool: &PgPool) -> Result<(), Error> {
    sqlx::query("SELECT 1 FROM metric LIMIT 1")
        .execute(pool)
        .await
        .map_err(Error::during("be asked"))?;
    Ok(())
}
