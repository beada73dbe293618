//! From an MQTT packet to what goes into the stream: the payload untouched, everything else as its envelope.

use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::Publish;
use sens_messaging::{Bytes, Outgoing};
use sens_schema::Micros;
use sens_schema::envelope::{Envelope, Source, TRUNCATED_KEEP, truncate_oversized};
use sens_schema::trace::{new_traceparent, parse_traceparent};
use tokio::sync::OwnedSemaphorePermit;

use crate::window::Epoch;

/// A packet on its way into the stream. Its payload counts against the memory budget until it is dropped.
#[derive(Debug)]
pub(crate) struct Packet {
    /// The connection that brought it.
    pub(crate) epoch: Epoch,
    /// Its packet id on that connection.
    pub(crate) id: u16,
    qos: QoS,
    /// Its trace begins here: the packet named none.
    pub(crate) begins_trace: bool,
    /// What will be stored.
    pub(crate) outgoing: Outgoing,
    /// The share of the memory budget that it takes.
    _budget: OwnedSemaphorePermit,
}

impl Packet {
    pub(crate) fn new(
        epoch: Epoch,
        mut publish: Publish,
        received_at: Micros,
        max_payload: usize,
        budget: OwnedSemaphorePermit,
    ) -> Self {
        let payload = std::mem::take(&mut publish.payload);
        let outgoing = outgoing(&publish, payload, received_at, max_payload, rand::random());
        Self {
            epoch,
            id: publish.pkid,
            qos: publish.qos,
            begins_trace: given_trace(&publish).is_none(),
            outgoing,
            _budget: budget,
        }
    }

    /// NATS does not take a message of this size: of its payload the beginning is kept, as of one above our own limit.
    pub(crate) fn too_large(&mut self) {
        if self.outgoing.envelope.truncated.is_none()
            && cut_short(&mut self.outgoing, TRUNCATED_KEEP)
        {
            tracing::warn!(
                topic = self.outgoing.envelope.topic,
                "NATS takes no message of this size, the payload is cut short: raise its max_payload above \
                 SENS_INGEST__MAX_PAYLOAD_BYTES"
            );
        }
    }

    /// Whether the broker waits for an acknowledgement of it.
    pub(crate) fn wants_ack(&self) -> bool {
        self.qos != QoS::AtMostOnce
    }
}

fn outgoing(
    publish: &Publish,
    payload: Bytes,
    received_at: Micros,
    max_payload: usize,
    random: [u8; 24],
) -> Outgoing {
    let properties = publish.properties.as_ref();
    let traceparent = given_trace(publish).map_or_else(|| new_traceparent(random), str::to_owned);
    let envelope = Envelope {
        topic: String::from_utf8_lossy(&publish.topic).into_owned(),
        source: Source::Mqtt,
        received_at,
        content_type: properties.and_then(|properties| properties.content_type.clone()),
        traceparent: Some(traceparent),
        truncated: None,
        wait: false,
    };
    let mut outgoing = Outgoing { envelope, payload };
    cut_short(&mut outgoing, max_payload);
    outgoing
}

/// The trace that the packet itself names.
fn given_trace(publish: &Publish) -> Option<&str> {
    let properties = &publish.properties.as_ref()?.user_properties;
    let (_, value) = properties.iter().find(|(name, _)| name == "traceparent")?;
    parse_traceparent(value).map(|_| value.as_str())
}

/// Keeps only the beginning, the length and the hash of a payload above the limit. Gives whether it was above.
fn cut_short(outgoing: &mut Outgoing, limit: usize) -> bool {
    let Some((kept, whole)) = truncate_oversized(&outgoing.payload, limit) else {
        return false;
    };
    // A copy: a slice would keep the whole oversized buffer alive.
    outgoing.payload = Bytes::copy_from_slice(kept);
    outgoing.envelope.truncated = Some(whole);
    true
}

#[cfg(test)]
mod tests {
    use rumqttc::v5::mqttbytes::v5::PublishProperties;

    use super::*;

    fn publish(properties: Option<PublishProperties>) -> Publish {
        Publish {
            topic: Bytes::from_static(b"sens/v1/AI-1/telemetry"),
            properties,
            ..Publish::default()
        }
    }

    #[test]
    fn a_trace_begins_here_unless_the_device_brings_one() {
        let started = outgoing(&publish(None), Bytes::new(), 1, 10, [1; 24]);
        assert!(parse_traceparent(started.envelope.traceparent.as_deref().unwrap()).is_some());
        let theirs = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        for (given, kept) in [(theirs, true), ("nonsense", false)] {
            let properties = PublishProperties {
                user_properties: vec![("traceparent".to_owned(), given.to_owned())],
                content_type: Some("application/json".to_owned()),
                ..PublishProperties::default()
            };
            let outgoing = outgoing(&publish(Some(properties)), Bytes::new(), 1, 10, [1; 24]);
            assert_eq!(
                outgoing.envelope.traceparent.as_deref() == Some(given),
                kept
            );
            assert_eq!(
                outgoing.envelope.content_type.as_deref(),
                Some("application/json")
            );
        }
    }

    #[test]
    fn an_oversized_payload_keeps_its_beginning_length_and_hash() {
        let payload = Bytes::from(vec![b'x'; 10_000]);
        let outgoing = outgoing(&publish(None), payload, 1, 9_999, [1; 24]);
        assert_eq!(outgoing.payload.len(), 4096);
        assert_eq!(outgoing.envelope.truncated.unwrap().full_length, 10_000);
    }
}
