//! What goes wrong again and again, told once.

use std::fmt::Display;

/// Whether something that is tried again and again fails.
#[derive(Debug, Default)]
pub(crate) struct Trouble {
    failing: bool,
}

impl Trouble {
    /// Notes how a try ended; what is wrong is told when it begins.
    pub(crate) fn note<E: Display>(&mut self, tried: &Result<(), E>, what: &str) {
        if let Err(error) = tried
            && !self.failing
        {
            tracing::warn!(%error, "{what}, trying again");
        }
        self.failing = tried.is_err();
    }
}
