//! `DELETE /v1/api-keys/{id}`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use sens_storage::query::api_keys;

use crate::app::App;
use crate::auth::Admin;
use crate::problem::{AccessErrors, Code, NotFoundError, Problem};

/// Revoke an API key
///
/// The key is refused from now on, by every replica, and live streams that were opened with it end. It stays in the list.
#[utoipa::path(
    delete,
    path = "/v1/api-keys/{id}",
    tag = "api keys",
    params(("id" = String, Path, description = "the middle part of `sens_<id>_<secret>`")),
    responses((status = 204, description = "revoked"), NotFoundError, AccessErrors)
)]
pub(crate) async fn delete_api_key(
    Admin(caller): Admin,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    if !api_keys::revoke_api_key(&app.pools.primary, &id, &caller.actor()).await? {
        return Err(Problem::new(
            Code::ApiKeyNotFound,
            format!("there is no API key {id}"),
        ));
    }
    tracing::info!(api_key.id = id, "an API key was revoked");
    Ok(StatusCode::NO_CONTENT)
}
