//! `sensctl check-config`: the settings in force, secrets masked.

use std::process::ExitCode;

use sens_config::Need;

use crate::settings;

const NEEDS: &[Need] = &[Need::Database, Need::Nats, Need::Mqtt];

pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let config = settings::load(NEEDS)?;
    println!("configuration is valid");
    for warning in &config.warnings {
        println!("warning: {warning}");
    }
    for (key, value) in config.effective(NEEDS) {
        println!("  {key} = {value}");
    }
    Ok(ExitCode::SUCCESS)
}
