//! The span of a packet, from its arrival until JetStream holds it.

use std::time::SystemTime;

use sens_observability::traces::{self, Kind, Span};
use sens_schema::trace::parse_traceparent;

use crate::intake::Packet;

/// Records packets that are stored now. Does nothing while traces are off.
pub(crate) fn stored<'a>(packets: impl Iterator<Item = &'a Packet>) {
    if !traces::is_on() {
        return;
    }
    let now = SystemTime::now();
    for packet in packets {
        let envelope = &packet.outgoing.envelope;
        let Some(trace) = envelope.traceparent.as_deref().and_then(parse_traceparent) else {
            continue;
        };
        // A trace that began here has this very span as its root.
        let (span_id, parent_id) = if packet.begins_trace {
            (Some(trace.parent_id), None)
        } else {
            (None, Some(trace.parent_id))
        };
        traces::record(Span {
            name: "forward packet".into(),
            kind: Kind::Producer,
            trace_id: trace.trace_id,
            span_id,
            parent_id,
            sampled: trace.sampled,
            start: traces::at_micros(envelope.received_at),
            end: now,
            attributes: vec![
                ("messaging.system", "mqtt".into()),
                ("messaging.destination.name", envelope.topic.clone().into()),
                (
                    "messaging.message.body.size",
                    i64::try_from(packet.outgoing.payload.len())
                        .unwrap_or(i64::MAX)
                        .into(),
                ),
            ],
            failed: false,
        });
    }
}
