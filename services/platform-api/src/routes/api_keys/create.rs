//! `POST /v1/api-keys`.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use rand::RngCore as _;
use sens_schema::api_key;
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
}

/// A new key. Its secret is shown here and never again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewKey {
    /// The key, to be sent as `Authorization: Bearer <key>`.
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
    _: Admin,
    State(app): State<App>,
    JsonBody(request): JsonBody<ApiKeyRequest>,
) -> Result<Response, Problem> {
    let expires_at = check(&request)?;
    let mut random = [0; 40];
    rand::rng().fill_bytes(&mut random);
    let minted = api_key::mint(random);
    let new = NewApiKey {
        id: &minted.id,
        name: request.name.trim(),
        role: request.role.as_str(),
        secret_sha256: minted.secret_sha256,
        expires_at,
    };
    let stored = api_keys::insert_api_key(&app.pools.primary, &new).await?;
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

fn check(request: &ApiKeyRequest) -> Result<Option<DateTime<Utc>>, Problem> {
    let mut errors = Vec::new();
    let mut fault = |pointer: &str, detail: &str| {
        let pointer = Some(pointer.to_owned());
        errors.push(FieldError {
            detail: detail.to_owned(),
            pointer,
            parameter: None,
        });
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
    if errors.is_empty() {
        return Ok(expires_at.flatten());
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
