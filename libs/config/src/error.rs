//! Everything that is wrong with a configuration, one line per fault.

use std::fmt;

/// All faults found while loading. Displays one line per fault; no line holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigErrors {
    faults: Vec<String>,
}

impl ConfigErrors {
    /// Takes the fault lines in the order they are to be shown.
    pub(crate) fn new(faults: Vec<String>) -> Self {
        Self { faults }
    }

    /// The faults, one clear line each.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.faults.join("\n"))
    }
}
