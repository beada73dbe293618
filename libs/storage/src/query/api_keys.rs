//! API keys: only the hash of a secret is stored.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::Error;
use crate::audit::{self, Actor, Entry};

/// What the audit log calls a key.
const KIND: &str = "api_key";

/// A key without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Public part of the key.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// `viewer`, `ingest`, `operator` or `admin`.
    pub role: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when on it is no longer accepted.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Only for devices that this selector takes.
    pub label_selector: Option<String>,
    /// Only for devices with these serials.
    pub serials: Option<Vec<String>>,
}

/// A key to store.
#[derive(Debug, Clone, Copy)]
pub struct NewApiKey<'a> {
    /// Public part of the key.
    pub id: &'a str,
    /// Name for people.
    pub name: &'a str,
    /// `viewer`, `ingest`, `operator` or `admin`.
    pub role: &'a str,
    /// SHA-256 of the secret part.
    pub secret_sha256: [u8; 32],
    /// From when on it is no longer accepted.
    pub expires_at: Option<DateTime<Utc>>,
    /// Only for devices that this selector takes.
    pub label_selector: Option<&'a str>,
    /// Only for devices with these serials.
    pub serials: Option<&'a [String]>,
}

/// What authentication needs of an accepted key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveApiKey {
    /// Name for people.
    pub name: String,
    /// Role.
    pub role: String,
    /// SHA-256 of the secret part.
    pub secret_sha256: Vec<u8>,
    /// From when on it is no longer accepted.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Only for devices that this selector takes.
    pub label_selector: Option<String>,
    /// Only for devices with these serials.
    pub serials: Option<Vec<String>>,
}

type ApiKeyRow = (
    String,
    String,
    String,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
    Option<String>,
    Option<Vec<String>>,
);

fn api_key(
    (id, name, role, created_at, expires_at, revoked_at, last_used_at, label_selector, serials): ApiKeyRow,
) -> ApiKey {
    ApiKey {
        id,
        name,
        role,
        created_at,
        expires_at,
        revoked_at,
        last_used_at,
        label_selector,
        serials,
    }
}

/// All keys, revoked ones too, newest first.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn list_api_keys(pool: &PgPool) -> Result<Vec<ApiKey>, Error> {
    let rows: Vec<ApiKeyRow> = sqlx::query_as(
        "SELECT id, name, role, created_at, expires_at, revoked_at, last_used_at, label_selector, serials FROM api_key \
         ORDER BY created_at DESC, id",
    )
    .fetch_all(pool)
    .await
    .map_err(Error::during("list API keys"))?;
    Ok(rows.into_iter().map(api_key).collect())
}

/// Stores a key, and who made it.
///
/// # Errors
/// [`Error`] when the database cannot answer or the id is taken.
pub async fn insert_api_key(
    pool: &PgPool,
    key: &NewApiKey<'_>,
    actor: &Actor,
) -> Result<ApiKey, Error> {
    let failed = Error::during("store an API key");
    let mut transaction = pool.begin().await.map_err(&failed)?;
    let row: ApiKeyRow = sqlx::query_as(
        "INSERT INTO api_key (id, name, role, secret_sha256, expires_at, label_selector, serials) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) \
         RETURNING id, name, role, created_at, expires_at, revoked_at, last_used_at, label_selector, serials",
    )
    .bind(key.id)
    .bind(key.name)
    .bind(key.role)
    .bind(key.secret_sha256.as_slice())
    .bind(key.expires_at)
    .bind(key.label_selector)
    .bind(key.serials)
    .fetch_one(&mut *transaction)
    .await
    .map_err(&failed)?;
    let stored = api_key(row);
    let entry = Entry {
        action: "create",
        kind: KIND,
        id: &stored.id,
        before: None,
        after: Some(said(&stored)),
    };
    audit::record(&mut transaction, actor, entry).await?;
    transaction.commit().await.map_err(&failed)?;
    Ok(stored)
}

/// What is told of a key; never its secret, nor the hash of it.
fn said(key: &ApiKey) -> serde_json::Value {
    serde_json::json!({
        "name": key.name, "role": key.role, "expires_at": key.expires_at, "revoked_at": key.revoked_at,
        "labels": key.label_selector, "serials": key.serials,
    })
}

/// Revokes a key for good. Gives whether there was such a key; revoking twice keeps the first time.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn revoke_api_key(pool: &PgPool, id: &str, actor: &Actor) -> Result<bool, Error> {
    let failed = Error::during("revoke an API key");
    let mut transaction = pool.begin().await.map_err(&failed)?;
    let row: Option<ApiKeyRow> = sqlx::query_as(
        "SELECT id, name, role, created_at, expires_at, revoked_at, last_used_at, label_selector, serials FROM api_key \
         WHERE id = $1 FOR UPDATE",
    )
    .bind(id)
    .fetch_optional(&mut *transaction)
    .await
    .map_err(&failed)?;
    let Some(old) = row.map(api_key) else {
        return Ok(false);
    };
    if old.revoked_at.is_some() {
        return Ok(true);
    }
    let revoked_at = sqlx::query_scalar(
        "UPDATE api_key SET revoked_at = now() WHERE id = $1 RETURNING revoked_at",
    )
    .bind(id)
    .fetch_one(&mut *transaction)
    .await
    .map_err(&failed)?;
    let new = ApiKey {
        revoked_at,
        ..old.clone()
    };
    let entry = Entry {
        action: "revoke",
        kind: KIND,
        id,
        before: Some(said(&old)),
        after: Some(said(&new)),
    };
    audit::record(&mut transaction, actor, entry).await?;
    transaction.commit().await.map_err(&failed)?;
    Ok(true)
}

/// Finds a key that is neither revoked nor expired.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn find_active_api_key(pool: &PgPool, id: &str) -> Result<Option<ActiveApiKey>, Error> {
    type Row = (
        String,
        String,
        Vec<u8>,
        Option<DateTime<Utc>>,
        Option<DateTime<Utc>>,
        Option<String>,
        Option<Vec<String>>,
    );
    let row: Option<Row> = sqlx::query_as(
        "SELECT name, role, secret_sha256, expires_at, last_used_at, label_selector, serials FROM api_key \
         WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())",
    )
    .bind(id)
    .fetch_optional(pool)
    .await
    .map_err(Error::during("find an API key"))?;
    Ok(row.map(
        |(name, role, secret_sha256, expires_at, last_used_at, label_selector, serials)| {
            ActiveApiKey {
                name,
                role,
                secret_sha256,
                expires_at,
                last_used_at,
                label_selector,
                serials,
            }
        },
    ))
}

/// Notes that a key was used, at most once a minute.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn touch_api_key(pool: &PgPool, id: &str) -> Result<(), Error> {
    sqlx::query(
        "UPDATE api_key SET last_used_at = now() \
         WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')",
    )
    .bind(id)
    .execute(pool)
    .await
    .map_err(Error::during("note the use of an API key"))?;
    Ok(())
}
