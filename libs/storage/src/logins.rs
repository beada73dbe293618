//! Logins of the services: members of a group role that holds exactly the rights they use.

use sens_config::{Database, Secret};
use sqlx::Executor;

use crate::{Error, pool};

/// A group role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginRole {
    /// What telemetry-worker needs.
    Ingest,
    /// What platform-api needs.
    Api,
    /// Reading for dashboards and analysts.
    Readonly,
}

impl LoginRole {
    /// Name of the role in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "sens_ingest",
            Self::Api => "sens_api",
            Self::Readonly => "sens_readonly",
        }
    }
}

/// Makes the login, or gives it a new password, and makes it a member of the role. Safe to run again.
///
/// # Errors
/// [`Error::Unavailable`], or [`Error::Query`] when the connected role may not create roles.
pub async fn set_login(
    config: &Database,
    name: &str,
    role: LoginRole,
    password: &Secret,
) -> Result<(), Error> {
    let mut connection = pool::connect_owner(config).await?;
    // Role statements take no parameters: the server itself quotes name and password.
    let statements: Vec<String> = sqlx::query_scalar(
        "SELECT unnest(ARRAY[
            format(CASE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = $1)
                   THEN 'ALTER ROLE %I LOGIN PASSWORD %L' ELSE 'CREATE ROLE %I LOGIN PASSWORD %L' END, $1, $2),
            format('GRANT %I TO %I', $3, $1)])",
    )
    .bind(name)
    .bind(password.expose())
    .bind(role.as_str())
    .fetch_all(&mut connection)
    .await
    .map_err(Error::during("prepare the login"))?;
    for statement in statements {
        connection
            .execute(sqlx::AssertSqlSafe(statement))
            .await
            .map_err(Error::during("set the login"))?;
    }
    Ok(())
}
