//! `/v1/whoami`: who the key belongs to.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::{Anyone, Role};
use crate::http::time::Timestamp;
use crate::problem::AccessErrors;
use crate::routes::api_keys::prefix;

/// The caller.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Whoami {
    /// Name of the key.
    name: String,
    /// What it may do.
    role: Role,
    /// What the key begins with; `null` for the bootstrap key.
    prefix: Option<String>,
    /// From when on it is no longer accepted.
    expires_at: Option<Timestamp>,
    /// When it was used before, to the minute.
    last_used_at: Option<Timestamp>,
    /// Only devices that this selector takes; `null` for all.
    labels: Option<String>,
    /// Only devices with these serials; `null` for all.
    serials: Option<Vec<String>>,
}

/// Who calls
///
/// Any valid key may ask.
#[utoipa::path(
    get,
    path = "/v1/whoami",
    tag = "api keys",
    responses((status = 200, description = "the caller", body = Whoami), AccessErrors)
)]
pub(crate) async fn whoami(Anyone(caller): Anyone) -> Json<Whoami> {
    Json(Whoami {
        prefix: caller.key_id.as_deref().map(prefix),
        expires_at: caller.expires_at.map(Timestamp),
        last_used_at: caller.last_used_at.map(Timestamp),
        labels: caller.scope.labels().map(ToString::to_string),
        serials: caller.scope.serials().map(<[String]>::to_vec),
        name: caller.name,
        role: caller.role,
    })
}
