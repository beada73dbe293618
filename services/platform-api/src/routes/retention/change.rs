//! `/v1/retention-settings/{class}` and the settings of single metrics.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use sens_storage::audit::Actor;
use sens_storage::retention::{
    Class, Expected, Keep, SettingRefusal, change_setting, find_setting,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::settings::Setting;
use crate::app::App;
use crate::auth::{Operator, Viewer};
use crate::http::body::JsonBody;
use crate::http::conditional::{self, Precondition, precondition};
use crate::problem::{
    AccessErrors, BodyErrors, Code, FieldError, NotFoundError, PreconditionErrors, Problem,
};

/// Longest time: a century and more.
const DAYS_MAX: u32 = 40_000;

/// How long to keep something.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RetentionRequest)]
pub(crate) struct KeepBody {
    /// Days, 1 to 40000; `null` for ever.
    #[serde(deserialize_with = "said")]
    #[schema(required)]
    keep_days: Option<u32>,
}

/// For ever has to be said.
fn said<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    Option::deserialize(deserializer)
}

/// How long a class is kept
#[utoipa::path(
    get,
    path = "/v1/retention-settings/{class}",
    tag = "retention",
    params(("class" = String, Path, description = "`raw`, `errors`, `readings`, `rollup_1m`, `rollup_1h` or `rollup_1d`")),
    responses(
        (status = 200, description = "the setting; `If-Match` of a change takes its `ETag`", body = Setting),
        (status = 304, description = "unchanged since the answer with this `ETag`"),
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn get_retention_setting(
    _: Viewer,
    State(app): State<App>,
    Path(class): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    show(&app, &headers, &class, None).await
}

/// Change how long a class is kept
///
/// The next run of retention goes by it: what a shorter time lets go is gone for good. `POST /v1/retention-runs?dry_run=true` says
/// before what that would be. `If-Match` is needed.
#[utoipa::path(
    put,
    path = "/v1/retention-settings/{class}",
    tag = "retention",
    params(
        ("class" = String, Path, description = "`raw`, `errors`, `readings`, `rollup_1m`, `rollup_1h` or `rollup_1d`"),
        ("If-Match" = Option<String>, Header, description = "the `ETag` of the last answer, or `*`")
    ),
    request_body = KeepBody,
    responses(
        (status = 200, description = "the setting as it is now", body = Setting),
        NotFoundError,
        PreconditionErrors,
        BodyErrors,
        AccessErrors
    )
)]
pub(crate) async fn put_retention_setting(
    Operator(caller): Operator,
    State(app): State<App>,
    Path(class): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<KeepBody>,
) -> Result<Response, Problem> {
    let keep = keep(&body)?;
    change(&app, &headers, (&class, None), keep, &caller.actor()).await
}

/// How long a metric is kept that has a setting of its own
#[utoipa::path(
    get,
    path = "/v1/retention-settings/{class}/metrics/{metric}",
    tag = "retention",
    params(
        ("class" = String, Path, description = "`readings`, `rollup_1m`, `rollup_1h` or `rollup_1d`"),
        ("metric" = String, Path, description = "name of the metric")
    ),
    responses(
        (status = 200, description = "the setting; `If-Match` of a change takes its `ETag`", body = Setting),
        (status = 304, description = "unchanged since the answer with this `ETag`"),
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn get_metric_retention(
    _: Viewer,
    State(app): State<App>,
    Path((class, metric)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    show(&app, &headers, &class, Some(&metric)).await
}

/// Give a metric a time of its own, or change it
///
/// `If-Match` is needed, or `If-None-Match: *` for a metric that goes with its class.
#[utoipa::path(
    put,
    path = "/v1/retention-settings/{class}/metrics/{metric}",
    tag = "retention",
    params(
        ("class" = String, Path, description = "`readings`, `rollup_1m`, `rollup_1h` or `rollup_1d`"),
        ("metric" = String, Path, description = "name of the metric"),
        ("If-Match" = Option<String>, Header, description = "the `ETag` of the last answer, or `*`"),
        ("If-None-Match" = Option<String>, Header, description = "`*`: only when it has no time of its own")
    ),
    request_body = KeepBody,
    responses(
        (status = 200, description = "the setting as it is now", body = Setting),
        NotFoundError,
        PreconditionErrors,
        BodyErrors,
        AccessErrors
    )
)]
pub(crate) async fn put_metric_retention(
    Operator(caller): Operator,
    State(app): State<App>,
    Path((class, metric)): Path<(String, String)>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<KeepBody>,
) -> Result<Response, Problem> {
    let keep = keep(&body)?;
    change(
        &app,
        &headers,
        (&class, Some(&metric)),
        keep,
        &caller.actor(),
    )
    .await
}

/// Let a metric go with its class again
///
/// `If-Match` is needed.
#[utoipa::path(
    delete,
    path = "/v1/retention-settings/{class}/metrics/{metric}",
    tag = "retention",
    params(
        ("class" = String, Path, description = "`readings`, `rollup_1m`, `rollup_1h` or `rollup_1d`"),
        ("metric" = String, Path, description = "name of the metric"),
        ("If-Match" = Option<String>, Header, description = "the `ETag` of the last answer, or `*`")
    ),
    responses(
        (status = 204, description = "it goes with its class"),
        NotFoundError,
        PreconditionErrors,
        AccessErrors
    )
)]
pub(crate) async fn delete_metric_retention(
    Operator(caller): Operator,
    State(app): State<App>,
    Path((class, metric)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let place = (class.as_str(), Some(metric.as_str()));
    change(&app, &headers, place, Keep::AsClass, &caller.actor()).await
}

fn keep(body: &KeepBody) -> Result<Keep, Problem> {
    match body.keep_days {
        None => Ok(Keep::Forever),
        Some(days @ 1..=DAYS_MAX) => Ok(Keep::Days(days)),
        Some(_) => {
            let detail = format!("keep_days must be 1 to {DAYS_MAX}, or null for ever");
            let fault = FieldError::at("/keep_days", detail);
            Err(Problem::with_errors(Code::InvalidBody, vec![fault]))
        }
    }
}

fn missing(class: &str, metric: Option<&str>) -> Problem {
    let detail = match metric {
        Some(metric) => format!("{class} has no setting for the metric {metric}"),
        None => format!("there is no class {class}"),
    };
    Problem::new(Code::RetentionSettingNotFound, detail)
}

fn parse(class: &str, metric: Option<&str>) -> Result<Class, Problem> {
    let parsed = Class::parse(class).filter(|class| metric.is_none() || class.has_metrics());
    parsed.ok_or_else(|| missing(class, metric))
}

async fn show(
    app: &App,
    headers: &HeaderMap,
    class: &str,
    metric: Option<&str>,
) -> Result<Response, Problem> {
    let parsed = parse(class, metric)?;
    let setting = find_setting(&app.pools.primary, parsed, metric).await?;
    let setting = setting.ok_or_else(|| missing(class, metric))?;
    conditional::versioned(headers, setting.version, &Setting::from(setting))
}

async fn change(
    app: &App,
    headers: &HeaderMap,
    (class, metric): (&str, Option<&str>),
    keep: Keep,
    actor: &Actor,
) -> Result<Response, Problem> {
    let parsed = parse(class, metric)?;
    let expected = match precondition(headers)? {
        Precondition::Any => Expected::Any,
        Precondition::Nothing => Expected::Nothing,
        Precondition::Version(version) => Expected::Version(version),
    };
    let pool = &app.pools.primary;
    match change_setting(pool, parsed, metric, keep, expected, actor).await? {
        Ok(Some(setting)) => {
            tracing::info!(
                class,
                metric,
                keep_days = setting.keep_days,
                actor = actor.name,
                "a setting of retention was changed"
            );
            conditional::versioned(&HeaderMap::new(), setting.version, &Setting::from(setting))
        }
        Ok(None) => {
            tracing::info!(
                class,
                metric,
                actor = actor.name,
                "a metric goes with its class again"
            );
            Ok(StatusCode::NO_CONTENT.into_response())
        }
        Err(SettingRefusal::Version(Some(version))) => Err(conditional::outdated(version)),
        Err(SettingRefusal::NotFound | SettingRefusal::Version(None)) => {
            Err(missing(class, metric))
        }
    }
}
