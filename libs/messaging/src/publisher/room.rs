//! A message that NATS takes must fit into a dead letter as well, which says more about it: otherwise one that the database
//! refuses could be buried nowhere.

use super::{Outgoing, PublishError};
use crate::Messaging;

/// For everything in the headers but the topic and the content type, of a raw message and of a dead letter.
const ROOM: usize = 4 * 1024;

/// Refuses what would be too large.
pub(super) fn check(messaging: &Messaging, message: &Outgoing) -> Result<(), PublishError> {
    let limit = messaging.client.max_payload();
    let needed = needed(message);
    if needed <= limit {
        return Ok(());
    }
    let length = message.payload.len();
    Err(PublishError::TooLarge(format!(
        "{length} bytes need {needed} with what is said about them, and its max_payload is {limit}"
    )))
}

/// Whether all of them would be taken.
pub(super) fn all_fit(messaging: &Messaging, messages: &[Outgoing]) -> bool {
    let limit = messaging.client.max_payload();
    messages.iter().all(|message| needed(message) <= limit)
}

/// The most that a message or its dead letter can take.
fn needed(message: &Outgoing) -> usize {
    let envelope = &message.envelope;
    let words = envelope.topic.len() + envelope.content_type.as_ref().map_or(0, String::len);
    // A character that a header cannot hold is replaced by one of three bytes.
    message.payload.len() + 3 * words + ROOM
}
