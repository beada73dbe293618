//! API keys: only the hash of a secret is stored.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::Error;

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
}

type ApiKeyRow = (
    String,
    String,
    String,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
);

fn api_key(
    (id, name, role, created_at, expires_at, revoked_at, last_used_at): ApiKeyRow,
) -> ApiKey {
    ApiKey {
        id,
        name,
        role,
        created_at,
        expires_at,
        revoked_at,
        last_used_at,
    }
}

/// All keys, revoked ones too, newest first.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn list_api_keys(pool: &PgPool) -> Result<Vec<ApiKey>, Error> {
    let rows: Vec<ApiKeyRow> = sqlx::query_as(
        "SELECT id, name, role, created_at, expires_at, revoked_at, last_used_at FROM api_key \
         ORDER BY created_at DESC, id",
    )
    .fetch_all(pool)
    .await
    .map_err(Error::during("list API keys"))?;
    Ok(rows.into_iter().map(api_key).collect())
}

/// Stores a key.
///
/// # Errors
/// [`Error`] when the database cannot answer or the id is taken.
pub async fn insert_api_key(pool: &PgPool, key: &NewApiKey<'_>) -> Result<ApiKey, Error> {
    let row: ApiKeyRow = sqlx::query_as(
        "INSERT INTO api_key (id, name, role, secret_sha256, expires_at) VALUES ($1, $2, $3, $4, $5) \
         RETURNING id, name, role, created_at, expires_at, revoked_at, last_used_at",
    )
    .bind(key.id)
    .bind(key.name)
    .bind(key.role)
    .bind(key.secret_sha256.as_slice())
    .bind(key.expires_at)
    .fetch_one(pool)
    .await.map_err(Error::during("store an API key"))?;
    Ok(api_key(row))
}

/// Revokes a key for good. Gives whether there was such a key; revoking twice keeps the first time.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn revoke_api_key(pool: &PgPool, id: &str) -> Result<bool, Error> {
    let done =
        sqlx::query("UPDATE api_key SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1")
            .bind(id)
            .execute(pool)
            .await
            .map_err(Error::during("revoke an API key"))?;
    Ok(done.rows_affected() > 0)
}

/// Finds a key that is neither revoked nor expired.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn find_active_api_key(pool: &PgPool, id: &str) -> Result<Option<ActiveApiKey>, Error> {
    let row: Option<(String, String, Vec<u8>)> = sqlx::query_as(
        "SELECT name, role, secret_sha256 FROM api_key \
         WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())",
    )
    .bind(id)
    .fetch_optional(pool)
    .await
    .map_err(Error::during("find an API key"))?;
    Ok(row.map(|(name, role, secret_sha256)| ActiveApiKey {
        name,
        role,
        secret_sha256,
    }))
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
