//! MQTT 5.

use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{LastWill, Packet, PubAckReason};
use rumqttc::v5::{self, AsyncClient, EventLoop, MqttOptions};
use tokio::sync::mpsc::Sender;
use tokio::task::JoinHandle;

use super::{CONNECT_TIMEOUT_SECONDS, Event, Introduction, KEEP_ALIVE, MAX_PACKET, transport};
use crate::target::Broker;

pub(super) fn open(
    broker: &Broker,
    introduction: &Introduction<'_>,
    events: Sender<Event>,
) -> (AsyncClient, JoinHandle<()>) {
    let mut options = MqttOptions::new(introduction.client_id, broker.host.clone(), broker.port);
    options
        .set_transport(transport(broker))
        .set_keep_alive(KEEP_ALIVE)
        .set_clean_start(true)
        .set_connection_timeout(CONNECT_TIMEOUT_SECONDS)
        .set_max_packet_size(Some(MAX_PACKET))
        .set_outgoing_inflight_upper_limit(introduction.window);
    if let Some((name, password)) = &broker.login {
        options.set_credentials(name, password);
    }
    if let Some(will) = introduction.will {
        let (topic, payload) = (will.topic.to_string(), will.payload.to_vec());
        options.set_last_will(LastWill::new(
            topic,
            payload,
            QoS::AtLeastOnce,
            will.retain,
            None,
        ));
    }
    let (client, eventloop) = AsyncClient::new(options, usize::from(introduction.window) + 1);
    (client, tokio::spawn(poll(eventloop, events)))
}

/// Only polls and passes on; waiting for anything else here could block the connection.
async fn poll(mut eventloop: EventLoop, events: Sender<Event>) {
    loop {
        let event = match eventloop.poll().await {
            Ok(event) => translate(&event),
            Err(error) => Some(Event::Lost(error.to_string())),
        };
        let last = matches!(event, Some(Event::Lost(_)));
        if let Some(event) = event
            && events.send(event).await.is_err()
        {
            return;
        }
        if last {
            return;
        }
    }
}

fn translate(event: &v5::Event) -> Option<Event> {
    match event {
        v5::Event::Incoming(Packet::ConnAck(_)) => Some(Event::Connected),
        v5::Event::Incoming(Packet::PubAck(ack)) => Some(match ack.reason {
            PubAckReason::Success => Event::Acked(ack.pkid),
            PubAckReason::NoMatchingSubscribers => Event::Unwanted(ack.pkid),
            reason => Event::Refused(ack.pkid, format!("{reason:?}")),
        }),
        v5::Event::Incoming(Packet::Publish(publish)) => Some(Event::Incoming(
            String::from_utf8_lossy(&publish.topic).into_owned(),
            publish.payload.clone(),
        )),
        v5::Event::Outgoing(rumqttc::Outgoing::Publish(id)) => Some(Event::Sent(*id)),
        v5::Event::Outgoing(rumqttc::Outgoing::Disconnect) => Some(Event::Disconnected),
        _ => None,
    }
}
