//! A key as the API shows it.

use sens_storage::query::api_keys;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::time::Timestamp;

/// A key without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApiKey {
    /// The middle part of `sens_<id>_<secret>`.
    id: String,
    /// What the key begins with.
    prefix: String,
    /// Name for people.
    name: String,
    /// `viewer`, `ingest`, `operator` or `admin`.
    role: String,
    /// When it was made.
    created_at: Timestamp,
    /// From when on it is no longer accepted.
    expires_at: Option<Timestamp>,
    /// When it was revoked.
    revoked_at: Option<Timestamp>,
    /// When it was used last, to the minute.
    last_used_at: Option<Timestamp>,
    /// Only for devices that this selector takes.
    labels: Option<String>,
    /// Only for devices with these serials.
    serials: Option<Vec<String>>,
}

/// What a key begins with, by which it is recognised.
pub(crate) fn prefix(id: &str) -> String {
    format!("sens_{id}_")
}

impl From<api_keys::ApiKey> for ApiKey {
    fn from(key: api_keys::ApiKey) -> Self {
        Self {
            prefix: prefix(&key.id),
            id: key.id,
            name: key.name,
            role: key.role,
            created_at: Timestamp(key.created_at),
            expires_at: key.expires_at.map(Timestamp),
            revoked_at: key.revoked_at.map(Timestamp),
            last_used_at: key.last_used_at.map(Timestamp),
            labels: key.label_selector,
            serials: key.serials,
        }
    }
}
