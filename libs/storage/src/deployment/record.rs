//! Writing a deployment down: once, with what the log knows filled in, and with every flag that changed.

use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};

use super::list::DEPLOYMENTS;
use super::{Deployment, DeploymentAction, Features, FlagChange, NewDeployment, Running};
use crate::audit::{Actor, Entry, record};
use crate::{Error, SchemaVersion};

const INSERT: &str = "
    INSERT INTO deployment (key, environment, action, number, at, decided_by, reason, before, after, evidence, flag, features,
                            run_url, checks, passed)
    VALUES ($1, $2, $3, $4, coalesce($5, now()), $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
    RETURNING id, key, environment, action, number, at, recorded_at, decided_by, reason, before, after, evidence, flag, features,
              run_url, checks, passed";

/// Flags as the log knows them.
const FEATURES: &str = "SELECT features FROM deployment WHERE environment = $1 AND features IS NOT NULL ORDER BY id DESC LIMIT 1";

/// Whether a version ran before.
const RAN: &str = "SELECT EXISTS (SELECT FROM deployment WHERE environment = $1 AND after ->> 'version' = $2 AND action <> 'migration')";

/// Writes a deployment down; gives it and whether it is new. The newest one, told again, only gets the checks of a further
/// verification; an earlier one that is told again came back, as by a revert, and is written down as a rollback.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn record_deployment(
    pool: &PgPool,
    mut told: NewDeployment,
    actor: &Actor,
) -> Result<(Deployment, bool), Error> {
    let mut transaction = pool.begin().await.map_err(Error::during("begin"))?;
    // One after the other: each stands on what the log says before it.
    sqlx::query("SELECT pg_advisory_xact_lock(hashtext('sens.deployments'))")
        .execute(&mut *transaction)
        .await
        .map_err(Error::during("wait for other deployments"))?;
    let last = newest(&mut transaction, &told.environment).await?;
    if let Some(known) = find(&mut transaction, &told.key).await? {
        match &last {
            Some(last)
                if last.id != known.id && told.action != Some(DeploymentAction::Migration) =>
            {
                told.key = format!("{}/again/{}", told.key, last.id);
                told.action = Some(DeploymentAction::Rollback);
                told.before = Some(last.told.after.clone());
            }
            _ => {
                let verified = verify_again(&mut transaction, known, told, actor).await?;
                commit(transaction).await?;
                return Ok((verified, false));
            }
        }
    }
    let action = match told.action {
        Some(action) => action,
        None => action_of(&mut transaction, &told, last.as_ref()).await?,
    };
    told.action = Some(action);
    told.before = told.before.or_else(|| last.map(|last| last.told.after));
    let flags = changed_flags(&mut transaction, &told).await?;
    let made = insert(&mut transaction, &told, actor).await?;
    for flag in flags {
        let change = NewDeployment {
            key: format!("{}/flag/{}", told.key, flag.name),
            action: Some(DeploymentAction::Flag),
            before: Some(told.after.clone()),
            flag: Some(flag),
            features: None,
            checks: Vec::new(),
            ..told.clone()
        };
        insert(&mut transaction, &change, actor).await?;
    }
    commit(transaction).await?;
    Ok((made, true))
}

/// Writes down that the schema moved.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn record_migration(
    pool: &PgPool,
    environment: &str,
    (version, git_sha): (&str, Option<String>),
    (from, to): (SchemaVersion, SchemaVersion),
    actor: &Actor,
) -> Result<(), Error> {
    let at = |schema_version| Running {
        version: version.to_owned(),
        git_sha: git_sha.clone(),
        schema_version: Some(schema_version),
    };
    let told = NewDeployment {
        key: format!("migration-{environment}-{from}-{to}"),
        environment: environment.to_owned(),
        action: Some(DeploymentAction::Migration),
        number: None,
        at: None,
        by: actor.name.clone(),
        reason: None,
        before: Some(at(from)),
        after: at(to),
        evidence: Vec::new(),
        flag: None,
        features: None,
        run_url: None,
        checks: Vec::new(),
    };
    record_deployment(pool, told, actor).await.map(drop)
}

async fn commit(transaction: sqlx::Transaction<'_, sqlx::Postgres>) -> Result<(), Error> {
    transaction
        .commit()
        .await
        .map_err(Error::during("commit the deployment"))
}

async fn find(connection: &mut PgConnection, key: &str) -> Result<Option<Deployment>, Error> {
    let sql = format!(
        "{DEPLOYMENTS} WHERE key = $1 OR starts_with(key, $1 || '/again/') ORDER BY id DESC LIMIT 1"
    );
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(key)
        .fetch_optional(connection)
        .await
        .map_err(Error::during("look for the deployment"))
}

async fn newest(
    connection: &mut PgConnection,
    environment: &str,
) -> Result<Option<Deployment>, Error> {
    let sql = format!(
        "{DEPLOYMENTS} WHERE environment = $1 AND action <> 'migration' AND key NOT LIKE '%/flag/%' ORDER BY id DESC LIMIT 1"
    );
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(environment)
        .fetch_optional(connection)
        .await
        .map_err(Error::during("read the deployment before"))
}

async fn action_of(
    connection: &mut PgConnection,
    told: &NewDeployment,
    last: Option<&Deployment>,
) -> Result<DeploymentAction, Error> {
    if last.is_some_and(|last| last.told.after.version == told.after.version) {
        return Ok(DeploymentAction::Configure);
    }
    let ran: bool = sqlx::query_scalar(RAN)
        .bind(&told.environment)
        .bind(&told.after.version)
        .fetch_one(connection)
        .await
        .map_err(Error::during("look for the version in the log"))?;
    Ok(if ran {
        DeploymentAction::Rollback
    } else {
        DeploymentAction::Deploy
    })
}

/// Flags that the log knows otherwise, without the one the record itself is about.
async fn changed_flags(
    connection: &mut PgConnection,
    told: &NewDeployment,
) -> Result<Vec<FlagChange>, Error> {
    let Some(now) = &told.features else {
        return Ok(Vec::new());
    };
    let known: Option<Json<Features>> = sqlx::query_scalar(FEATURES)
        .bind(&told.environment)
        .fetch_optional(connection)
        .await
        .map_err(Error::during("read the flags before"))?;
    let known = known.map(|known| known.0).unwrap_or_default();
    let changed = now.iter().filter_map(|(name, to)| {
        let from = *known.get(name)?;
        let own = told.flag.as_ref().is_some_and(|flag| flag.name == *name);
        (from != *to && !own).then(|| FlagChange {
            name: name.clone(),
            from,
            to: *to,
        })
    });
    Ok(changed.collect())
}

async fn insert(
    connection: &mut PgConnection,
    told: &NewDeployment,
    actor: &Actor,
) -> Result<Deployment, Error> {
    let made: Deployment = sqlx::query_as(INSERT)
        .bind(&told.key)
        .bind(&told.environment)
        .bind(told.action.map(DeploymentAction::as_str))
        .bind(told.number)
        .bind(told.at)
        .bind(&told.by)
        .bind(&told.reason)
        .bind(told.before.as_ref().map(Json))
        .bind(Json(&told.after))
        .bind(&told.evidence)
        .bind(told.flag.as_ref().map(Json))
        .bind(told.features.as_ref().map(Json))
        .bind(&told.run_url)
        .bind(Json(&told.checks))
        .bind(passed(told))
        .fetch_one(&mut *connection)
        .await
        .map_err(Error::during("write the deployment down"))?;
    let entry = Entry {
        action: "record",
        kind: "deployment",
        id: &told.key,
        before: told.before.as_ref().map(|before| serde_json::json!(before)),
        after: Some(serde_json::json!(told.after)),
    };
    record(connection, actor, entry).await?;
    Ok(made)
}

/// The deployment with what a further verification found.
async fn verify_again(
    connection: &mut PgConnection,
    mut known: Deployment,
    told: NewDeployment,
    actor: &Actor,
) -> Result<Deployment, Error> {
    let passed = passed(&told);
    if passed.is_none() || told.checks == known.told.checks {
        return Ok(known);
    }
    sqlx::query("UPDATE deployment SET checks = $2, passed = $3 WHERE id = $1")
        .bind(known.id)
        .bind(Json(&told.checks))
        .bind(passed)
        .execute(&mut *connection)
        .await
        .map_err(Error::during("keep the verification"))?;
    let entry = Entry {
        action: "change",
        kind: "deployment",
        id: &told.key,
        before: Some(serde_json::json!({ "passed": known.passed })),
        after: Some(serde_json::json!({ "passed": passed })),
    };
    record(connection, actor, entry).await?;
    known.told.checks = told.checks;
    known.passed = passed;
    Ok(known)
}

fn passed(told: &NewDeployment) -> Option<bool> {
    (!told.checks.is_empty()).then(|| told.checks.iter().all(|check| check.passed))
}
