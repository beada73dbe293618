//! Commands to devices: what goes to the device, what it answers, and the states in between.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::time::Micros;

/// Longest detail of an answer that is kept, in characters.
const MAX_DETAIL: usize = 500;
/// Longest result of an answer that is kept, in bytes of JSON.
const MAX_RESULT: usize = 16 * 1024;
/// Length of an id: a UUID with hyphens.
const ID_LENGTH: usize = 36;

/// How far a command is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandState {
    /// Waits until the broker takes it for a subscriber.
    Queued,
    /// The broker has taken it for at least one subscriber of the device's topic.
    Sent,
    /// The device says that it has it.
    Delivered,
    /// The device says that it has done it.
    Acknowledged,
    /// The device says that it cannot, or the broker refuses it for good.
    Failed,
    /// Its time was over before the device answered.
    Expired,
    /// Somebody took it back before it was sent.
    Cancelled,
}

impl CommandState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Queued,
        Self::Sent,
        Self::Delivered,
        Self::Acknowledged,
        Self::Failed,
        Self::Expired,
        Self::Cancelled,
    ];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Acknowledged => "acknowledged",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads a stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

impl fmt::Display for CommandState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A command on its way to the worker that sends it: the body of a message on `sens.command.send.{id}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CommandOrder {
    /// Its id, a UUID.
    pub id: String,
    /// The device.
    pub serial: String,
    /// What to do.
    pub name: String,
    /// With what: any JSON, as it was given.
    pub payload: Box<RawValue>,
    /// It is not sent from then on.
    pub expires_at: Micros,
    /// Trace it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
}

/// What a device gets on `sens/v1/{serial}/command`.
#[derive(Debug, Serialize)]
pub struct CommandPayload<'a> {
    /// Its id: a command that comes twice is one command.
    pub id: &'a str,
    /// What to do.
    pub name: &'a str,
    /// With what.
    pub payload: &'a RawValue,
    /// RFC 3339; a device with a clock does not do it later.
    pub expires_at: &'a str,
}

/// A step of a command before the device answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandStep {
    /// A worker has begun to send it: it cannot be cancelled now.
    Sending,
    /// Nobody listens on the device's topic: it is tried again.
    Waiting,
    /// The broker has taken it.
    Sent,
    /// The broker refuses it for good.
    Refused,
    /// Its time was over before it was sent.
    Expired,
    /// Somebody took it back.
    Cancelled,
}

impl CommandStep {
    /// Whether a worker has nothing more to do for the command.
    pub fn is_settled(self) -> bool {
        !matches!(self, Self::Sending | Self::Waiting)
    }
}

/// What became of a command so far: the body of a message on `sens.command.state.{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandReport {
    /// Its id.
    pub id: String,
    /// The step.
    pub step: CommandStep,
    /// When.
    pub at: Micros,
    /// Words for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// A change of a command, told on `SENS_EVENTS`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandEvent {
    /// Serial of the device.
    pub serial: String,
    /// Its id.
    pub id: String,
    /// What to do.
    pub name: String,
    /// The new state.
    pub state: CommandState,
    /// When it changed.
    pub at: Micros,
    /// Words for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// What a device says about a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandVerdict {
    /// It has it and works on it.
    Received,
    /// It has done it.
    Done,
    /// It cannot or will not.
    Failed,
}

impl CommandVerdict {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// The state that it brings the command to.
    pub fn state(self) -> CommandState {
        match self {
            Self::Received => CommandState::Delivered,
            Self::Done => CommandState::Acknowledged,
            Self::Failed => CommandState::Failed,
        }
    }
}

/// A device's answer to a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandAnswer {
    /// Id of the command, as the device sent it.
    pub id: String,
    /// What it says.
    pub verdict: CommandVerdict,
    /// Words for people.
    pub detail: Option<String>,
    /// What came of it, as JSON text; a very long one is left out.
    pub result: Option<String>,
}

impl CommandAnswer {
    /// An answer whose texts are cut to what is kept.
    pub(crate) fn new(
        id: &str,
        verdict: CommandVerdict,
        detail: Option<&str>,
        result: Option<&str>,
    ) -> Self {
        let detail = detail.map(|detail| {
            let plain = detail.chars().filter(|character| !character.is_control());
            plain.take(MAX_DETAIL).collect()
        });
        Self {
            id: id.to_owned(),
            verdict,
            detail,
            result: result
                .filter(|result| result.len() <= MAX_RESULT)
                .map(str::to_owned),
        }
    }
}

/// Whether a text has the form of a command's id.
pub fn is_command_id(text: &str) -> bool {
    text.len() == ID_LENGTH
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for state in CommandState::ALL {
            assert_eq!(CommandState::parse(state.as_str()), Some(state));
            assert_eq!(serde_json::json!(state), state.as_str());
        }
        assert_eq!(CommandState::parse("lost"), None);
    }

    #[test]
    fn an_id_is_a_uuid_in_lower_case() {
        assert!(is_command_id("01938d5e-7c1a-7bbb-8000-0123456789ab"));
        for bad in [
            "",
            "c1",
            "01938D5E-7C1A-7BBB-8000-0123456789AB",
            "01938d5e-7c1a-7bbb-8000-0123456789a",
            "01938d5e.7c1a-7bbb-8000-0123456789ab",
        ] {
            assert!(!is_command_id(bad), "{bad}");
        }
    }

    #[test]
    fn what_a_device_says_is_bounded() {
        let detail = "x\u{0}".repeat(600);
        let result = format!("\"{}\"", "y".repeat(MAX_RESULT));
        let answer = CommandAnswer::new("i", CommandVerdict::Done, Some(&detail), Some(&result));
        assert_eq!(answer.detail.map(|detail| detail.len()), Some(500));
        assert_eq!(answer.result, None);
    }

    #[test]
    fn a_payload_reaches_the_device_as_it_was_given() {
        let text =
            r#"{"id":"i","serial":"A","name":"n","payload":{"a":1.50,"a":2},"expires_at":5}"#;
        let order: CommandOrder = serde_json::from_str(text).unwrap();
        assert_eq!(order.payload.get(), r#"{"a":1.50,"a":2}"#);
        assert_eq!(serde_json::to_string(&order).unwrap(), text);
    }
}
