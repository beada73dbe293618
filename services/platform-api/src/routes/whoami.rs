//! `/v1/whoami`: who the key belongs to.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::{Anyone, Role};
use crate::problem::AccessErrors;

/// The caller.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Whoami {
    /// Name of the key.
    name: String,
    /// What it may do.
    role: Role,
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
        name: caller.name,
        role: caller.role,
    })
}
