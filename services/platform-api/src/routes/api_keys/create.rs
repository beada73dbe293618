//! `POST /v1/api-keys`.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use rand::RngCore as _;
use sens_schema::{LabelSelector, Serial, api_key};
use sens_storage::query::api_keys::{self, NewApiKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::key::ApiKey;
use crate::app::App;
use crate::auth::{Admin, Role};
use crate::http::body::JsonBody;
use crate::http::idempotency::ShownOnce;
use crate::http::time;
use crate::problem::{AccessErrors, BodyErrors, Code, FieldError, Problem};

/// Longest name.
const NAME_MAX: usize = 100;
/// Most serials a key is limited to.
const SERIALS_MAX: usize = 1000;
/// Why other roles cannot be limited.
const UNLIMITED: &str = "only viewer and ingest keys can be limited to some devices";

/// A key to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiKeyRequest {
    /// Name for people, 1 to 100 characters.
    name: String,
    /// What it may do.
    role: Role,
    /// From when on it is no longer accepted; never when left out.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// Only for devices that this selector takes, such as `site=vie,line!=3`; for viewer and ingest keys.
    labels: Option<String>,
    /// Only for devices with these serials, at most 1000; for viewer and ingest keys.
    serials: Option<Vec<String>>,
}

/// A new key. Its secret is shown here and never again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewKey {
    /// The key, to be sent as `Authorization: Bearer <key>`. Not in an answer that is repeated for an `Idempotency-Key`.
    #[schema(required = false)]
    key: String,
    /// What is known about it.
    #[serde(flatten)]
    about: ApiKey,
}

/// Make an API key
#[utoipa::path(
    post,
    path = "/v1/api-keys",
    tag = "api keys",
    request_body = ApiKeyRequest,
    responses(
        (status = 201, description = "the key; its secret is shown only now", body = NewKey),
        BodyErrors,
        AccessErrors
    )
)]
pub(crate) async fn create_api_key(
    Admin(caller): Admin,
    State(app): State<App>,
    JsonBody(request): JsonBody<ApiKeyRequest>,
) -> Result<Response, Problem> {
    let Checked { expires_at, labels } = check(&request)?;
    let mut random = [0; 40];
    rand::rng().fill_bytes(&mut random);
    let minted = api_key::mint(random);
    let new = NewApiKey {
        id: &minted.id,
        name: request.name.trim(),
        role: request.role.as_str(),
        secret_sha256: minted.secret_sha256,
        expires_at,
        label_selector: labels.as_deref(),
        serials: request.serials.as_deref(),
    };
    let stored = api_keys::insert_api_key(&app.pools.primary, &new, &caller.actor()).await?;
    tracing::info!(
        api_key.id = minted.id,
        role = request.role.as_str(),
        "an API key was made"
    );
    let location = format!("/v1/api-keys/{}", minted.id);
    let body = NewKey {
        key: minted.key,
        about: ApiKey::from(stored),
    };
    let mut response = (
        StatusCode::CREATED,
        [(header::LOCATION, location)],
        Json(body),
    )
        .into_response();
    response.extensions_mut().insert(ShownOnce("key"));
    Ok(response)
}

/// What a request means.
struct Checked {
    expires_at: Option<DateTime<Utc>>,
    /// In its one form.
    labels: Option<String>,
}

fn check(request: &ApiKeyRequest) -> Result<Checked, Problem> {
    let mut errors = Vec::new();
    let mut fault = |pointer: &str, detail: &str| {
        errors.push(FieldError::at(pointer, detail));
    };
    let name = request.name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
        fault(
            "/name",
            "name must have 1 to 100 characters and no control characters",
        );
    }
    let expires_at = request.expires_at.as_deref().map(time::parse);
    match expires_at {
        Some(None) => fault(
            "/expires_at",
            "expires_at must be an RFC 3339 time with offset",
        ),
        Some(Some(time)) if time <= Utc::now() => {
            fault("/expires_at", "expires_at must be in the future");
        }
        _ => {}
    }
    let limitable = matches!(request.role, Role::Viewer | Role::Ingest);
    let labels = request.labels.as_deref().map(LabelSelector::parse);
    match &labels {
        Some(_) if !limitable => fault("/labels", UNLIMITED),
        Some(Err(error)) => fault("/labels", &error.to_string()),
        _ => {}
    }
    match request.serials.as_deref() {
        Some(_) if !limitable => fault("/serials", UNLIMITED),
        Some(serials) if serials.is_empty() || serials.len() > SERIALS_MAX => {
            fault("/serials", "serials must have 1 to 1000 entries");
        }
        Some(serials) => {
            for (index, serial) in serials.iter().enumerate() {
                if let Err(error) = Serial::parse(serial) {
                    fault(&format!("/serials/{index}"), &error.to_string());
                }
            }
        }
        None => {}
    }
    if errors.is_empty() {
        let labels = labels.and_then(Result::ok).map(|labels| labels.to_string());
        return Ok(Checked {
            expires_at: expires_at.flatten(),
            labels,
        });
    }
    Err(Problem::with_errors(Code::InvalidBody, errors))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointers(name: &str, expires_at: Option<&str>) -> Vec<String> {
        let request = ApiKeyRequest {
            name: name.to_owned(),
            role: Role::Viewer,
            expires_at: expires_at.map(str::to_owned),
            labels: None,
            serials: None,
        };
        let Err(problem) = check(&request) else {
            return Vec::new();
        };
        problem
            .into_body("", "")
            .errors
            .into_iter()
            .filter_map(|error| error.pointer)
            .collect()
    }

    #[test]
    fn faults_are_pointed_at() {
        assert!(pointers("grafana", None).is_empty());
        assert!(pointers("grafana", Some("2999-01-01T00:00:00Z")).is_empty());
        assert_eq!(pointers(" ", Some("soon")), ["/name", "/expires_at"]);
        assert_eq!(pointers("x", Some("2001-01-01T00:00:00Z")), ["/expires_at"]);
        assert_eq!(pointers(&"x".repeat(101), None), ["/name"]);
    }
}
