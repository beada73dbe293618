//! The span of a message, from its arrival until its rows are committed.

use sens_observability::traces::{self, Kind, Span};
use sens_schema::Micros;
use sens_schema::trace::parse_traceparent;
use sens_storage::write::{BatchOutcome, PendingMessage};

/// Records messages that were committed together at `at`. Does nothing while traces are off.
pub(super) fn committed(
    epoch: i32,
    messages: &[PendingMessage],
    outcome: &BatchOutcome,
    at: Micros,
) {
    if !traces::is_on() {
        return;
    }
    for (message, stored) in messages.iter().zip(&outcome.messages) {
        let envelope = &message.envelope;
        let Some(trace) = envelope.traceparent.as_deref().and_then(parse_traceparent) else {
            continue;
        };
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let mut attributes = vec![
            ("messaging.system", "nats".into()),
            ("messaging.destination.name", envelope.topic.clone().into()),
            (
                "messaging.batch.message_count",
                count(messages.len()).into(),
            ),
            (
                "sens.raw_record.id",
                format!("{epoch}-{}", message.sequence).into(),
            ),
            ("sens.outcome", message.outcome_name().into()),
            ("sens.readings", count(stored.processed()).into()),
            ("sens.duplicates", count(stored.duplicates()).into()),
            ("sens.errors", count(stored.errors).into()),
        ];
        if let Some(device) = &message.decoded.device {
            attributes.push(("sens.device.serial", device.to_string().into()));
        }
        traces::record(Span {
            name: "store message".into(),
            kind: Kind::Consumer,
            trace_id: trace.trace_id,
            span_id: None,
            parent_id: Some(trace.parent_id),
            sampled: trace.sampled,
            start: traces::at_micros(envelope.received_at),
            end: traces::at_micros(at),
            attributes,
            failed: stored.errors > 0,
        });
    }
}
