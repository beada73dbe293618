//! `GET /v1/deployments`.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use sens_storage::deployment::{DeploymentAction, DeploymentFilter, list_deployments};
use serde::Serialize;
use utoipa::ToSchema;

use super::deployment::Deployment;
use crate::app::App;
use crate::auth::Viewer;
use crate::http::cursor::{self, Fingerprint};
use crate::http::params::Params;
use crate::problem::{AccessErrors, ParameterErrors, Problem};

/// A page of deployments.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeploymentPage {
    /// The deployments, the newest first.
    items: Vec<Deployment>,
    /// Continues after this page; `null` on the last one.
    next_cursor: Option<String>,
}

/// The deployment log
///
/// What was rolled out here, promoted, rolled back, configured, switched and migrated, the newest first: who wanted it, from
/// what, to what, what it rests on, and what its verification found.
#[utoipa::path(
    get,
    path = "/v1/deployments",
    tag = "deployments",
    params(
        ("action" = Option<String>, Query, description = "only `deploy`, `promote`, `rollback`, `configure`, `flag` or `migration`"),
        ("environment" = Option<String>, Query, description = "only of this environment"),
        ("limit" = Option<u32>, Query, description = "page size, 1 to 1000, default 100"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before")
    ),
    responses(
        (status = 200, description = "a page of deployments", body = DeploymentPage),
        ParameterErrors,
        AccessErrors
    )
)]
pub(crate) async fn list_deployments_route(
    _: Viewer,
    State(app): State<App>,
    uri: Uri,
    mut params: Params,
) -> Result<Response, Problem> {
    let choices = DeploymentAction::ALL.map(|action| (action.as_str(), action));
    let action = params.choice("action", &choices);
    let environment = params.text("environment");
    let limit = params.limit(100, 1000);
    let cursor = params.text("cursor");
    params.finish()?;
    let fingerprint = Fingerprint::of(&[
        "deployments",
        action.map_or("", DeploymentAction::as_str),
        environment.as_deref().unwrap_or_default(),
    ]);
    let before_id = cursor::decode(fingerprint, cursor.as_deref(), |place| place.parse().ok())?;
    let filter = DeploymentFilter {
        environment: environment.as_deref(),
        action,
        before_id,
    };
    // From the primary: whoever reported a deployment finds it at once.
    let pool = &app.pools.primary;
    let mut found = list_deployments(pool, &filter, cursor::one_more(limit)).await?;
    let next_cursor = cursor::next(fingerprint, &mut found, limit, |last| last.id.to_string());
    let link = next_cursor.as_deref().map(|next| cursor::link(&uri, next));
    let page = DeploymentPage {
        items: found.into_iter().map(Deployment::from).collect(),
        next_cursor,
    };
    Ok((link, Json(page)).into_response())
}
