//! `GET /v1/api-keys`.

use axum::Json;
use axum::extract::State;
use sens_storage::query::api_keys;
use serde::Serialize;
use utoipa::ToSchema;

use super::key::ApiKey;
use crate::app::App;
use crate::auth::Admin;
use crate::problem::{AccessErrors, Problem};

/// All keys.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApiKeyList {
    /// The keys, newest first, revoked ones too.
    items: Vec<ApiKey>,
}

/// List API keys
#[utoipa::path(
    get,
    path = "/v1/api-keys",
    tag = "api keys",
    responses((status = 200, description = "all keys", body = ApiKeyList), AccessErrors)
)]
pub(crate) async fn list_api_keys(
    _: Admin,
    State(app): State<App>,
) -> Result<Json<ApiKeyList>, Problem> {
    let keys = api_keys::list_api_keys(&app.pools.primary).await?;
    Ok(Json(ApiKeyList {
        items: keys.into_iter().map(ApiKey::from).collect(),
    }))
}
