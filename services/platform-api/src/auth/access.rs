//! What a handler asks of its caller, as an argument: the handler does not run without it.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sens_storage::query::Scope;

use crate::app::App;
use crate::auth::{Caller, Role};
use crate::problem::{Code, Problem};

/// Finds out who calls and whether one of `roles` is theirs.
async fn require(parts: &Parts, app: &App, roles: &[Role]) -> Result<Caller, Problem> {
    let caller = app.authenticator.authenticate(&parts.headers).await?;
    caller.insist(roles)?;
    Ok(caller)
}

/// Who may read.
const READERS: [Role; 3] = [Role::Viewer, Role::Operator, Role::Admin];

/// May read what is of some devices: those of the scope, which every query is given.
pub(crate) struct Reader(pub(crate) Scope);

impl FromRequestParts<App> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = require(parts, app, &READERS).await?;
        Ok(Self(caller.scope))
    }
}

/// May listen to what is of some devices, as long as the key is valid.
pub(crate) struct Listener(pub(crate) Caller);

impl FromRequestParts<App> for Listener {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        require(parts, app, &READERS).await.map(Self)
    }
}

/// May read what is of all devices, or of none: not with a key that is limited to some.
pub(crate) struct Viewer;

impl FromRequestParts<App> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = require(parts, app, &READERS).await?;
        if caller.scope.is_everything() {
            return Ok(Self);
        }
        Err(Problem::new(
            Code::Forbidden,
            "the key is limited to some devices, and this tells of all of them",
        ))
    }
}

/// May manage keys and read the audit log; who it was is kept.
pub(crate) struct Admin(pub(crate) Caller);

impl FromRequestParts<App> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        require(parts, app, &[Role::Admin]).await.map(Self)
    }
}

/// May change what is in operation; who it was is kept.
pub(crate) struct Operator(pub(crate) Caller);

impl FromRequestParts<App> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        require(parts, app, &[Role::Operator, Role::Admin])
            .await
            .map(Self)
    }
}

/// May post telemetry, of the devices in its scope.
pub(crate) struct Sender(pub(crate) Caller);

impl FromRequestParts<App> for Sender {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        require(parts, app, &[Role::Ingest, Role::Operator, Role::Admin])
            .await
            .map(Self)
    }
}

/// Anyone with a valid key.
pub(crate) struct Anyone(pub(crate) Caller);

impl FromRequestParts<App> for Anyone {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        require(parts, app, &Role::ALL).await.map(Self)
    }
}
