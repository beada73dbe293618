//! Deployments that are written down.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgPool, Row as _};

use super::{Deployment, DeploymentAction, NewDeployment};
use crate::Error;

/// What a deployment is read from.
pub(super) const DEPLOYMENTS: &str = "
    SELECT id, key, environment, action, number, at, recorded_at, decided_by, reason, before, after, evidence, flag, features,
           run_url, checks, passed
    FROM deployment";

/// Which deployments to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct DeploymentFilter<'a> {
    /// Of this environment.
    pub environment: Option<&'a str>,
    /// Of this action.
    pub action: Option<DeploymentAction>,
    /// Before this number of the log.
    pub before_id: Option<i64>,
}

impl FromRow<'_, PgRow> for Deployment {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let name: String = row.try_get("action")?;
        let action = DeploymentAction::parse(&name)
            .ok_or_else(|| sqlx::Error::Decode(format!("{name} is no action").into()))?;
        let at: DateTime<Utc> = row.try_get("at")?;
        Ok(Self {
            id: row.try_get("id")?,
            recorded_at: row.try_get("recorded_at")?,
            action,
            at,
            passed: row.try_get("passed")?,
            told: NewDeployment {
                key: row.try_get("key")?,
                environment: row.try_get("environment")?,
                action: Some(action),
                number: row.try_get("number")?,
                at: Some(at),
                by: row.try_get("decided_by")?,
                reason: row.try_get("reason")?,
                before: row
                    .try_get::<Option<Json<_>>, _>("before")?
                    .map(|before| before.0),
                after: row.try_get::<Json<_>, _>("after")?.0,
                evidence: row.try_get("evidence")?,
                flag: row
                    .try_get::<Option<Json<_>>, _>("flag")?
                    .map(|flag| flag.0),
                features: row
                    .try_get::<Option<Json<_>>, _>("features")?
                    .map(|features| features.0),
                run_url: row.try_get("run_url")?,
                checks: row.try_get::<Json<_>, _>("checks")?.0,
            },
        })
    }
}

/// The newest deployments first, at most `limit`.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn list_deployments(
    pool: &PgPool,
    filter: &DeploymentFilter<'_>,
    limit: i64,
) -> Result<Vec<Deployment>, Error> {
    let sql = format!(
        "{DEPLOYMENTS} WHERE ($1::text IS NULL OR environment = $1) AND ($2::text IS NULL OR action = $2) \
         AND ($3::bigint IS NULL OR id < $3) ORDER BY id DESC LIMIT $4"
    );
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(filter.environment)
        .bind(filter.action.map(DeploymentAction::as_str))
        .bind(filter.before_id)
        .bind(limit)
        .fetch_all(pool)
        .await
        .map_err(Error::during("list deployments"))
}
