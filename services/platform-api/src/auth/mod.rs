//! Who calls, and what they may do.

mod access;
mod bearer;
mod role;
mod stored_keys;

use axum::http::HeaderMap;
use futures_util::future::BoxFuture;

use crate::problem::Problem;

pub(crate) use access::{Admin, Anyone, Operator, Sender, Viewer};
pub(crate) use role::Role;
pub(crate) use stored_keys::StoredKeys;

/// Somebody whose key is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    /// Name of the key.
    pub(crate) name: String,
    /// What it may do.
    pub(crate) role: Role,
}

/// A way to find out who calls.
pub(crate) trait Authenticator: Send + Sync {
    /// The caller with these headers.
    ///
    /// # Errors
    /// `unauthenticated` when nothing valid is presented, `database_unavailable` when that cannot be known.
    fn authenticate<'a>(&'a self, headers: &'a HeaderMap)
    -> BoxFuture<'a, Result<Caller, Problem>>;

    /// Forgets what is remembered about a key that was changed here.
    fn forget<'a>(&'a self, key_id: &'a str) -> BoxFuture<'a, ()>;
}
