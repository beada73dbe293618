//! What a handler asks of its caller, as an argument: the handler does not run without it.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::app::App;
use crate::auth::{Caller, Role};
use crate::problem::{Code, Problem};

/// Finds out who calls and whether one of `roles` is theirs.
async fn require(parts: &Parts, app: &App, roles: &[Role]) -> Result<Caller, Problem> {
    let caller = app.authenticator.authenticate(&parts.headers).await?;
    if roles.contains(&caller.role) {
        return Ok(caller);
    }
    let names: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    let detail = format!(
        "this needs the role {}, the key has {}",
        names.join(" or "),
        caller.role.as_str()
    );
    Err(Problem::new(Code::Forbidden, detail))
}

macro_rules! access {
    ($($(#[$doc:meta])* $name:ident: $roles:expr;)*) => {
        $(
            $(#[$doc])*
            pub(crate) struct $name;

            impl FromRequestParts<App> for $name {
                type Rejection = Problem;

                async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
                    require(parts, app, &$roles).await.map(|_| Self)
                }
            }
        )*
    };
}

access! {
    /// May read.
    Viewer: [Role::Viewer, Role::Operator, Role::Admin];
    /// May manage keys.
    Admin: [Role::Admin];
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

/// May post telemetry.
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
