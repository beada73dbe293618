//! A dead letter as the API shows it.

use sens_messaging::StoredDeadLetter;
use sens_schema::Position;
use sens_storage::query::dead_letters::DeadLetterTrace;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::time::Timestamp;
use crate::problem::{Code, Problem};

/// A message that the database refused for good.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadLetter {
    /// Its number.
    number: u64,
    /// Where it stood in the raw stream, `<epoch>-<sequence>`.
    message_id: String,
    /// Topic it came on; `http` for posted items.
    topic: String,
    /// `mqtt`, `http` or `import`.
    source: &'static str,
    /// When it arrived.
    received_at: Timestamp,
    /// Bytes of the payload.
    payload_length: usize,
    /// Why it was refused.
    cause: Cause,
}

/// Why the database refused a message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeadLetterCause)]
pub(crate) struct Cause {
    /// SQLSTATE of the refusal.
    code: String,
    /// What the database said.
    text: String,
    /// How often the message was delivered before it was given up.
    attempts: u64,
}

/// A decision about a dead letter.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeadLetterDecision)]
pub(crate) struct Decision {
    /// `requeued` or `dropped`.
    action: String,
    /// The message it became when it was requeued.
    new_message_id: Option<String>,
    /// Who decided: the name of the key, or `sensctl:<user>`.
    actor: String,
    /// When.
    decided_at: Timestamp,
}

impl Decision {
    /// A decision about the letter that stood at `origin`.
    pub(crate) fn of(origin: Position, trace: DeadLetterTrace) -> Self {
        Self {
            action: trace.action,
            new_message_id: trace
                .new_sequence
                .map(|sequence| format!("{}-{sequence}", origin.epoch)),
            actor: trace.actor,
            decided_at: Timestamp(trace.decided_at),
        }
    }
}

impl From<&StoredDeadLetter> for DeadLetter {
    fn from(stored: &StoredDeadLetter) -> Self {
        let letter = &stored.letter;
        Self {
            number: stored.sequence,
            message_id: format!("{}-{}", letter.origin.epoch, letter.origin.seq),
            topic: letter.envelope.topic.clone(),
            source: letter.envelope.source.as_str(),
            received_at: Timestamp::from_micros(letter.envelope.received_at),
            payload_length: letter.payload.len(),
            cause: Cause {
                code: letter.cause.code.clone(),
                text: letter.cause.text.clone(),
                attempts: letter.cause.attempts,
            },
        }
    }
}

/// The number in an address; anything else names no letter.
pub(crate) fn read_number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| text.parse().ok()).flatten();
    // The first one is 1; JetStream knows no other as a question.
    number.filter(|number| *number > 0)
}

/// The letter with a number.
///
/// # Errors
/// `dead_letter_not_found`, or that JetStream is away.
pub(super) async fn find(app: &App, number: &str) -> Result<StoredDeadLetter, Problem> {
    let not_found = || {
        Problem::new(
            Code::DeadLetterNotFound,
            format!("there is no dead letter {number}"),
        )
    };
    let sequence = read_number(number).ok_or_else(not_found)?;
    let letter = app.link.get()?.dead_letter(sequence).await?;
    letter.ok_or_else(not_found)
}

#[cfg(test)]
mod tests {
    use super::read_number;

    #[test]
    fn numbers_are_plain() {
        assert_eq!(read_number("17"), Some(17));
        for bad in ["", "0", "+1", "-1", "1.0", "x", "99999999999999999999"] {
            assert_eq!(read_number(bad), None, "{bad}");
        }
    }
}
