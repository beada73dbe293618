//! A row of the table of problem codes.

use axum::http::StatusCode;

use super::Code;

/// One row of the table.
pub(crate) struct Entry {
    /// The code.
    pub(crate) code: Code,
    /// Its name in the body and in the address of its page.
    pub(crate) name: &'static str,
    /// HTTP status.
    pub(crate) status: StatusCode,
    /// Short title.
    pub(crate) title: &'static str,
    /// What it means and what to do, for people.
    pub(crate) description: &'static str,
    /// Whether the same request may succeed later.
    pub(crate) retryable: bool,
}

impl Entry {
    /// The same with another status.
    pub(super) const fn answered(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }
}

/// A problem that stays as long as the request does.
pub(super) const fn permanent(
    code: Code,
    name: &'static str,
    status: StatusCode,
    title: &'static str,
    description: &'static str,
) -> Entry {
    Entry {
        code,
        name,
        status,
        title,
        description,
        retryable: false,
    }
}

/// A problem that passes.
pub(super) const fn transient(
    code: Code,
    name: &'static str,
    title: &'static str,
    description: &'static str,
) -> Entry {
    Entry {
        code,
        name,
        status: StatusCode::SERVICE_UNAVAILABLE,
        title,
        description,
        retryable: true,
    }
}
