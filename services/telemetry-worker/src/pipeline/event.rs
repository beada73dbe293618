//! What the rest of the platform is told about a committed batch.

use std::borrow::Cow;

use sens_schema::event::{
    BatchCounts, BatchEvent, MessageOutcome, Outcome, OutcomeError, ReadingEvent,
};
use sens_schema::{Catalogue, DeviceRef, Micros, Reading, Reason, Value};
use sens_storage::write::{BatchOutcome, MessageOutcome as Stored, PendingMessage};

/// The event of a batch, or nothing when there is nothing to tell.
///
/// A message whose position was committed before is told again: its first worker may have died between COMMIT and
/// telling. Followers see such readings at least once.
pub(super) fn of<'a>(
    epoch: i32,
    committed_at: Micros,
    messages: &'a [PendingMessage],
    outcome: &BatchOutcome,
    catalogue: &'a Catalogue,
) -> Option<BatchEvent<'a>> {
    let readings = messages
        .iter()
        .map(|message| message.decoded.readings.len())
        .sum();
    let mut event = BatchEvent {
        epoch,
        committed_at,
        readings: Vec::with_capacity(readings),
        outcomes: Vec::new(),
        counts: BatchCounts::default(),
    };
    for (message, stored) in messages.iter().zip(&outcome.messages) {
        for (reading, new) in message.decoded.readings.iter().zip(&stored.stored) {
            if *new || stored.known_before {
                event
                    .readings
                    .push(reading_event(message, reading, catalogue));
            }
        }
        if message.envelope.wait {
            event.outcomes.push(message_outcome(message, stored));
        }
        if !stored.known_before {
            event.counts.messages += 1;
            event.counts.processed += stored.processed() as u64;
            event.counts.duplicate += stored.duplicates() as u64;
            event.counts.error += stored.errors as u64;
        }
    }
    let silent = event.readings.is_empty() && event.outcomes.is_empty();
    if silent { None } else { Some(event) }
}

fn reading_event<'a>(
    message: &PendingMessage,
    reading: &'a Reading,
    catalogue: &'a Catalogue,
) -> ReadingEvent<'a> {
    let value = match &reading.value {
        Value::Number(number) if reading.boolean => serde_json::Value::Bool(*number != 0.0),
        Value::Number(number) => serde_json::json!(number),
        Value::Text(text) => serde_json::Value::String(text.clone()),
    };
    let listed = catalogue
        .get(&reading.metric)
        .and_then(|rule| rule.unit.as_deref());
    ReadingEvent {
        serial: match &reading.device {
            DeviceRef::Serial(serial) => Cow::Borrowed(serial.as_str()),
            DeviceRef::Legacy(_) => Cow::Owned(reading.device.to_string()),
        },
        metric: Cow::Borrowed(&reading.metric),
        value,
        unit: listed.or(reading.unit.as_deref()).map(Cow::Borrowed),
        recorded_at: reading.recorded_at,
        received_at: message.envelope.received_at,
    }
}

fn message_outcome(message: &PendingMessage, stored: &Stored) -> MessageOutcome {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    MessageOutcome {
        seq: message.sequence,
        outcome: verdict(message, stored),
        processed: count(stored.processed()),
        duplicate: count(stored.duplicates()),
        errors: message
            .decoded
            .errors
            .iter()
            .map(|error| OutcomeError {
                reason: error.reason.as_str().to_owned(),
                detail: error.detail.clone(),
                pointer: error.pointer.clone(),
            })
            .collect(),
    }
}

fn verdict(message: &PendingMessage, stored: &Stored) -> Outcome {
    let unauthorized = |error: &sens_schema::ItemError| {
        matches!(
            error.reason,
            Reason::StartupAuthError | Reason::StartupDisabled
        )
    };
    if message.decoded.errors.iter().any(unauthorized) {
        Outcome::Unauthorized
    } else if !message.decoded.errors.is_empty() {
        Outcome::Invalid
    } else if !message.startups.is_empty() {
        Outcome::Provisioned
    } else if stored.processed() == 0 && stored.duplicates() > 0 {
        Outcome::Duplicate
    } else {
        Outcome::Processed
    }
}
