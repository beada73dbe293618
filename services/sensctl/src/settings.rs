//! The configuration of a command: only what the command needs is checked.

use sens_config::{Config, Need};

/// The configuration has faults; a line for each.
#[derive(Debug, thiserror::Error)]
#[error("the configuration has faults:\n{0}")]
pub(crate) struct BadConfiguration(String);

/// Loads the configuration for a command with these needs.
pub(crate) fn load(needs: &[Need]) -> Result<Config, BadConfiguration> {
    sens_config::load(needs).map_err(|faults| BadConfiguration(faults.to_string()))
}
