//! One file per command.

mod actor;
mod backup;
mod canary;
mod check_config;
mod correct;
mod dead_letters;
mod deployments;
mod device;
mod device_commands;
mod doctor;
mod durability;
mod export;
mod import;
mod keys;
mod ledger;
mod logins;
mod metrics;
mod migrate;
mod patience;
mod replay;
mod restore;
mod retention;

use std::process::ExitCode;

pub(crate) use metrics::MetricsCommand;

use crate::cli::Command;

/// Runs a command and gives its exit code.
pub(crate) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Migrate(arguments) => migrate::run(&arguments).await,
        Command::Logins { command } => logins::run(command).await,
        Command::Keys { command } => keys::run(command).await,
        Command::Metrics { command } => metrics::run(command).await,
        Command::CheckConfig => check_config::run(),
        Command::Backup(arguments) => backup::run(arguments).await,
        Command::Restore(arguments) => restore::run(&arguments).await,
        Command::DeadLetters { command } => dead_letters::run(command).await,
        Command::Downlink { command } => device_commands::run(command).await,
        Command::Replay(arguments) => replay::run(arguments).await,
        Command::Correct { command } => correct::run(command).await,
        Command::Import(arguments) => import::run(arguments).await,
        Command::Export(arguments) => export::run(arguments).await,
        Command::Device { command } => device::run(command).await,
        Command::Retention { command } => retention::run(command).await,
        Command::Deployments { command } => deployments::run(command).await,
        Command::Canary { command } => canary::run(command).await,
        Command::Doctor { ledger } => doctor::run(ledger).await,
    }
}
