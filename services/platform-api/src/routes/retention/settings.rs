//! `GET /v1/retention-settings`.

use axum::Json;
use axum::extract::State;
use sens_storage::retention::{RetentionSetting, list_settings};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Viewer;
use crate::http::time::Timestamp;
use crate::problem::{AccessErrors, Problem};

/// How long everything is kept.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RetentionSettingList)]
pub(crate) struct SettingList {
    /// The settings: each class, then its metrics.
    items: Vec<Setting>,
}

/// How long something is kept.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RetentionSetting)]
pub(crate) struct Setting {
    /// `raw`, `errors`, `readings`, `rollup_1m`, `rollup_1h` or `rollup_1d`.
    class: String,
    /// The metric it is about; `null` for all without a setting of their own.
    metric: Option<String>,
    /// Days; `null` for ever.
    keep_days: Option<i32>,
    /// Rises with every change.
    version: i64,
    /// When it was changed.
    updated_at: Timestamp,
    /// By whom; `default` for what came with the platform.
    updated_by: String,
}

impl From<RetentionSetting> for Setting {
    fn from(setting: RetentionSetting) -> Self {
        Self {
            class: setting.class,
            metric: setting.metric,
            keep_days: setting.keep_days,
            version: setting.version,
            updated_at: setting.updated_at.into(),
            updated_by: setting.updated_by,
        }
    }
}

/// How long everything is kept
///
/// `PUT` changes a setting, as `sensctl retention set` does.
#[utoipa::path(
    get,
    path = "/v1/retention-settings",
    tag = "retention",
    responses(
        (status = 200, description = "all settings", body = SettingList),
        AccessErrors
    )
)]
pub(crate) async fn list_retention_settings(
    _: Viewer,
    State(app): State<App>,
) -> Result<Json<SettingList>, Problem> {
    let settings = list_settings(&app.pools.primary).await?;
    Ok(Json(SettingList {
        items: settings.into_iter().map(Setting::from).collect(),
    }))
}
