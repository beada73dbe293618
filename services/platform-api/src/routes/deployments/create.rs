//! `POST /v1/deployments`.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use sens_storage::deployment::{DeploymentAction, NewDeployment, record_deployment};
use serde::Deserialize;
use utoipa::ToSchema;

use super::deployment::{Build, Check, Deployment, Flag};
use crate::app::App;
use crate::auth::Operator;
use crate::http::body::JsonBody;
use crate::http::time;
use crate::problem::{AccessErrors, BodyErrors, Code, FieldError, Problem};

/// Longest text of a field, in characters.
const LONGEST: usize = 2000;
/// Most checks, flags or pieces of evidence.
const MOST: usize = 200;

/// A deployment to write down: a record of the infrastructure repository (`sens-deployment/1`) as it is, or less. What is left
/// out is found in the log; fields that are not known here are ignored, because records grow.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = DeploymentRecord)]
pub(crate) struct Wanted {
    /// Where.
    environment: String,
    /// Number of the deployment in the infrastructure repository. With the action it names the deployment; otherwise give `key`.
    deployment: Option<i32>,
    /// Names it for ever, where it has no number: reported twice it stays one.
    key: Option<String>,
    /// `deploy`, `promote`, `rollback`, `configure`, `flag` or `migration`; left out, what the log makes of the version.
    action: Option<String>,
    /// When it was decided; left out, now.
    #[schema(format = DateTime)]
    at: Option<String>,
    /// Who wanted it; left out, the key that reports it.
    by: Option<String>,
    /// Why.
    reason: Option<String>,
    /// What ran before; left out, what the log says.
    from: Option<Build>,
    /// What runs since.
    to: Build,
    /// What it rests on.
    #[serde(default)]
    evidence: Vec<String>,
    /// The flag that was changed.
    flag: Option<Flag>,
    /// All flags as they are since: those that the log knows otherwise are written down as changed.
    features: Option<BTreeMap<String, bool>>,
    /// The pipeline's run.
    run_url: Option<String>,
    /// What verification found.
    #[serde(default)]
    checks: Vec<Check>,
}

/// Report a deployment
///
/// For pipelines and for the chart's verification. A deployment that is there already stays as it is and gets the checks of the
/// further verification.
#[utoipa::path(
    post,
    path = "/v1/deployments",
    tag = "deployments",
    request_body = Wanted,
    responses(
        (status = 200, description = "it was there already", body = Deployment),
        (status = 201, description = "it is written down", body = Deployment),
        BodyErrors,
        AccessErrors
    )
)]
pub(crate) async fn report_deployment(
    Operator(caller): Operator,
    State(app): State<App>,
    JsonBody(wanted): JsonBody<Wanted>,
) -> Result<Response, Problem> {
    let told = read(wanted, &caller.name)?;
    let (kept, new) = record_deployment(&app.pools.primary, told, &caller.actor()).await?;
    tracing::info!(
        deployment = kept.told.key,
        action = kept.action.as_str(),
        version = kept.told.after.version,
        passed = kept.passed,
        "a deployment was reported"
    );
    let status = if new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(Deployment::from(kept))).into_response())
}

fn is_text(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= LONGEST && !text.contains('\0')
}

fn read(wanted: Wanted, caller: &str) -> Result<NewDeployment, Problem> {
    let mut faults = Vec::new();
    let mut fault = |pointer: &str, detail: String| {
        faults.push(FieldError {
            detail,
            pointer: Some(pointer.to_owned()),
            parameter: None,
        });
    };
    let action = wanted.action.as_deref().map(DeploymentAction::parse);
    if action == Some(None) {
        let names = DeploymentAction::ALL.map(DeploymentAction::as_str);
        fault(
            "/action",
            format!("action must be one of {}", names.join(", ")),
        );
    }
    let at: Option<Option<DateTime<Utc>>> = wanted.at.as_deref().map(time::parse);
    if at == Some(None) {
        fault("/at", "at must be an RFC 3339 time".to_owned());
    }
    let key = match (wanted.deployment, wanted.key) {
        (Some(number), _) => format!(
            "deploy-{}-{number}/{}",
            wanted.environment,
            wanted.action.as_deref().unwrap_or("deploy")
        ),
        (None, Some(key)) => key,
        (None, None) => {
            fault("/key", "give deployment, or key".to_owned());
            String::new()
        }
    };
    for (pointer, text) in [
        ("/environment", Some(&wanted.environment)),
        ("/to/version", Some(&wanted.to.version)),
        ("/key", Some(&key)),
        ("/by", wanted.by.as_ref()),
        ("/reason", wanted.reason.as_ref()),
        ("/run_url", wanted.run_url.as_ref()),
    ] {
        if !text.is_none_or(|text| is_text(text)) {
            fault(pointer, format!("give a text of 1 to {LONGEST} characters"));
        }
    }
    if wanted.checks.len().max(wanted.evidence.len()) > MOST {
        fault("", format!("at most {MOST} checks and pieces of evidence"));
    }
    if !faults.is_empty() {
        return Err(Problem::with_errors(Code::InvalidBody, faults));
    }
    Ok(NewDeployment {
        key,
        environment: wanted.environment,
        action: action.flatten(),
        number: wanted.deployment,
        at: at.flatten(),
        by: wanted.by.unwrap_or_else(|| caller.to_owned()),
        reason: wanted.reason,
        before: wanted.from.map(Build::into),
        after: wanted.to.into(),
        evidence: wanted.evidence,
        flag: wanted.flag.map(Flag::into),
        features: wanted.features,
        run_url: wanted.run_url,
        checks: wanted.checks.into_iter().map(Check::into).collect(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(change: &serde_json::Value) -> Result<NewDeployment, Problem> {
        let mut body = json!({"environment": "test", "deployment": 7, "to": {"version": "0.5.0"}});
        if let (Some(body), Some(change)) = (body.as_object_mut(), change.as_object()) {
            body.extend(change.clone());
        }
        read(serde_json::from_value(body).unwrap(), "ci")
    }

    #[test]
    fn a_record_of_the_infrastructure_repository_is_taken_as_it_is() {
        let record = json!({
            "record": "sens-deployment/1", "action": "promote", "at": "2026-11-21T10:00:00Z", "by": "alice",
            "from": null, "to": {"version": "0.5.0", "git_sha": "ab", "schema_version": 9},
            "evidence": ["evidence/staging/0.5.0-rc.1.json"], "something_new": 1,
        });
        let told = told(&record).unwrap();
        assert_eq!(told.key, "deploy-test-7/promote");
        assert_eq!((told.by.as_str(), told.number), ("alice", Some(7)));
        assert_eq!(told.after.schema_version, Some(9));
    }

    #[test]
    fn what_is_missing_is_found_elsewhere_and_what_is_wrong_is_refused() {
        assert_eq!(told(&json!({})).unwrap().by, "ci");
        let keyed = json!({"deployment": null, "key": "sens-verify-1"});
        assert_eq!(told(&keyed).unwrap().key, "sens-verify-1");
        for bad in [
            json!({"deployment": null}),
            json!({"action": "explode"}),
            json!({"at": "noon"}),
            json!({"to": {"version": " "}}),
            json!({"reason": "a\u{0}b"}),
        ] {
            assert!(told(&bad).is_err(), "{bad}");
        }
    }
}
