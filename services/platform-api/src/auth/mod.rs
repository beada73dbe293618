//! Who calls, and what they may do.

mod access;
mod bearer;
mod role;
mod stored_keys;

use axum::http::HeaderMap;
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use sens_storage::audit::Actor;
use sens_storage::query::Scope;

use crate::problem::{Code, Problem};

pub(crate) use access::{Admin, Anyone, Listener, Operator, Reader, Sender, Viewer};
pub(crate) use bearer::token;
pub(crate) use role::Role;
pub(crate) use stored_keys::StoredKeys;

/// Somebody whose key is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    /// Public part of the key; none of the bootstrap key.
    pub(crate) key_id: Option<String>,
    /// Name of the key.
    pub(crate) name: String,
    /// What it may do.
    pub(crate) role: Role,
    /// With which devices.
    pub(crate) scope: Scope,
    /// From when on it is no longer accepted.
    pub(crate) expires_at: Option<DateTime<Utc>>,
    /// When it was used before, to the minute.
    pub(crate) last_used_at: Option<DateTime<Utc>>,
    /// Names this request.
    pub(crate) request_id: String,
}

impl Caller {
    /// As the audit log names it.
    pub(crate) fn actor(&self) -> Actor {
        Actor {
            key_id: self.key_id.clone(),
            name: self.name.clone(),
            request_id: Some(self.request_id.clone()),
        }
    }

    /// Whether all devices are theirs to see.
    pub(crate) fn sees_all(&self) -> bool {
        self.scope.is_everything()
    }

    /// Whether they asked for what the key of this id asked for.
    pub(crate) fn owns(&self, key_id: Option<&str>) -> bool {
        key_id.is_some() && self.key_id.as_deref() == key_id
    }

    /// Goes on only with one of these roles.
    ///
    /// # Errors
    /// `forbidden`.
    pub(crate) fn insist(&self, roles: &[Role]) -> Result<(), Problem> {
        if roles.contains(&self.role) {
            return Ok(());
        }
        let names: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
        let detail = format!(
            "this needs the role {}, the key has {}",
            names.join(" or "),
            self.role.as_str()
        );
        Err(Problem::new(Code::Forbidden, detail))
    }
}

/// A way to find out who calls. Others, such as tokens of an identity provider, take their place beside or in front of it.
pub(crate) trait Authenticator: Send + Sync {
    /// The caller with these headers.
    ///
    /// # Errors
    /// `unauthenticated` when nothing valid is presented, `database_unavailable` when that cannot be known.
    fn authenticate<'a>(&'a self, headers: &'a HeaderMap)
    -> BoxFuture<'a, Result<Caller, Problem>>;

    /// Whether somebody who was let in before still would be.
    ///
    /// # Errors
    /// `database_unavailable` when that cannot be known.
    fn is_valid<'a>(&'a self, caller: &'a Caller) -> BoxFuture<'a, Result<bool, Problem>>;
}
