//! Devices that listen to commands and answer them. A command that comes twice is done once and answered twice.

use std::collections::{HashSet, VecDeque};

use serde_json::{Value, json};

use crate::cli::CommandAnswer;
use crate::fleet::Device;
use crate::message::{Kind, Message};
use crate::mqtt::Link;

/// Ids that are remembered.
const REMEMBERED: usize = 10_000;

/// The commands of one connection.
#[derive(Debug, Default)]
pub(crate) struct Commands {
    how: Option<CommandAnswer>,
    topics: Vec<String>,
    known: HashSet<String>,
    order: VecDeque<String>,
}

impl Commands {
    /// The commands of these devices; of none when nothing is said about them.
    pub(crate) fn new(how: Option<CommandAnswer>, devices: &[Device]) -> Self {
        let listening = how.map_or(&[][..], |_| devices);
        Self {
            how,
            topics: listening.iter().filter_map(Device::command_topic).collect(),
            ..Self::default()
        }
    }

    /// Listens on a connection that stands.
    ///
    /// # Errors
    /// When the client takes no request.
    pub(crate) fn listen(&self, link: &Link) -> Result<(), String> {
        if self.topics.is_empty() {
            return Ok(());
        }
        link.subscribe(&self.topics)
    }

    /// What is said to a command.
    pub(crate) fn answer(&mut self, topic: &str, payload: &[u8]) -> Vec<Message> {
        let command: Value = serde_json::from_slice(payload).unwrap_or_default();
        let (Some(how), Some(id)) = (self.how, command["id"].as_str()) else {
            return Vec::new();
        };
        let again = !self.remember(id);
        let result = json!({"name": command["name"], "again": again});
        let received = json!({"id": id, "status": "received"});
        let verdict = match how {
            CommandAnswer::Done => json!({"id": id, "status": "done", "result": result}),
            CommandAnswer::Failed => {
                json!({"id": id, "status": "failed", "detail": "the simulator was told to refuse"})
            }
            CommandAnswer::Received => return vec![message(topic, &received)],
            CommandAnswer::Silent => return Vec::new(),
        };
        vec![message(topic, &received), message(topic, &verdict)]
    }

    /// Whether the command is new.
    fn remember(&mut self, id: &str) -> bool {
        if !self.known.insert(id.to_owned()) {
            return false;
        }
        self.order.push_back(id.to_owned());
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

fn message(topic: &str, answer: &Value) -> Message {
    Message {
        topic: format!("{topic}/ack").into(),
        payload: answer.to_string().into(),
        retain: false,
        kind: Kind::Answer,
        readings: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Format;

    #[test]
    fn a_command_is_done_once_and_answered_each_time() {
        let devices = [
            Device::new(0, Format::V1, 1),
            Device::new(1, Format::Flat, 1),
        ];
        let mut commands = Commands::new(Some(CommandAnswer::Done), &devices);
        assert_eq!(commands.topics.len(), 1);
        let topic = commands.topics[0].clone();
        let payload = br#"{"id":"c","name":"move"}"#;
        for again in [false, true] {
            let answers = commands.answer(&topic, payload);
            assert_eq!(answers.len(), 2);
            assert_eq!(*answers[1].topic, format!("{topic}/ack"));
            let done: Value = serde_json::from_slice(&answers[1].payload).unwrap();
            assert_eq!(
                (&done["status"], &done["result"]["again"]),
                (&json!("done"), &json!(again))
            );
        }
        assert!(commands.answer(&topic, b"no json").is_empty());
    }

    #[test]
    fn who_is_not_told_to_answer_does_not_listen() {
        let devices = [Device::new(0, Format::V1, 1)];
        assert!(Commands::new(None, &devices).topics.is_empty());
    }
}
