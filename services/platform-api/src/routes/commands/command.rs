//! A command, as answers show it.

use sens_storage::command;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::time::Timestamp;

/// A command to a device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Command {
    /// Its id; the device gets it too, and does a command that comes twice once.
    id: String,
    /// Serial of the device.
    serial: String,
    /// What to do.
    name: String,
    /// With what.
    payload: serde_json::Value,
    /// `queued`, `sent` (the broker has it for a subscriber), `delivered` (the device says it has it), `acknowledged` (the
    /// device says it is done), `failed`, `expired` or `cancelled`.
    state: &'static str,
    /// Who asked for it.
    requested_by: String,
    /// When it was asked for.
    requested_at: Timestamp,
    /// It is not sent from then on, and counts as expired without an answer.
    expires_at: Timestamp,
    /// When the broker first took it.
    sent_at: Option<Timestamp>,
    /// When the device first said that it has it.
    delivered_at: Option<Timestamp>,
    /// When it came to its end.
    finished_at: Option<Timestamp>,
    /// Why it is in this state, for people.
    detail: Option<String>,
    /// What the device gave back.
    result: Option<serde_json::Value>,
}

/// A command with its history.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CommandDetail {
    /// The command.
    #[serde(flatten)]
    command: Command,
    /// Every step it took, the first first. One that was sent twice has two steps `sent`.
    steps: Vec<CommandStep>,
}

/// A step of a command.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CommandStep {
    /// The state it led to.
    state: &'static str,
    /// When.
    at: Timestamp,
    /// For people.
    detail: Option<String>,
}

impl From<command::Command> for Command {
    fn from(command: command::Command) -> Self {
        Self {
            id: command.id,
            serial: command.serial,
            name: command.name,
            payload: command.payload,
            state: command.state.as_str(),
            requested_by: command.requested_by,
            requested_at: Timestamp(command.requested_at),
            expires_at: Timestamp(command.expires_at),
            sent_at: command.sent_at.map(Timestamp),
            delivered_at: command.delivered_at.map(Timestamp),
            finished_at: command.finished_at.map(Timestamp),
            detail: command.detail,
            result: command.result,
        }
    }
}

impl CommandDetail {
    pub(super) fn new(command: command::Command, steps: Vec<command::CommandStepTaken>) -> Self {
        let steps = steps.into_iter().map(|step| CommandStep {
            state: step.state.as_str(),
            at: Timestamp(step.at),
            detail: step.detail,
        });
        Self {
            command: Command::from(command),
            steps: steps.collect(),
        }
    }
}
