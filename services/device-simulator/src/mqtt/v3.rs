//! MQTT 3.1.1.

use rumqttc::{AsyncClient, EventLoop, LastWill, MqttOptions, Packet, QoS};
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
    let max = usize::try_from(MAX_PACKET).unwrap_or(usize::MAX);
    options
        .set_transport(transport(broker))
        .set_keep_alive(KEEP_ALIVE)
        .set_clean_session(true)
        .set_max_packet_size(max, max)
        .set_inflight(introduction.window);
    if let Some((name, password)) = &broker.login {
        options.set_credentials(name, password);
    }
    if let Some(will) = introduction.will {
        let (topic, payload) = (will.topic.to_string(), will.payload.to_vec());
        options.set_last_will(LastWill::new(topic, payload, QoS::AtLeastOnce, will.retain));
    }
    let (client, mut eventloop) = AsyncClient::new(options, usize::from(introduction.window) + 1);
    let mut network = eventloop.network_options();
    network.set_connection_timeout(CONNECT_TIMEOUT_SECONDS);
    eventloop.set_network_options(network);
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

fn translate(event: &rumqttc::Event) -> Option<Event> {
    match event {
        rumqttc::Event::Incoming(Packet::ConnAck(_)) => Some(Event::Connected),
        rumqttc::Event::Incoming(Packet::PubAck(ack)) => Some(Event::Acked(ack.pkid)),
        rumqttc::Event::Incoming(Packet::Publish(publish)) => Some(Event::Incoming(
            publish.topic.clone(),
            publish.payload.clone(),
        )),
        rumqttc::Event::Outgoing(rumqttc::Outgoing::Publish(id)) => Some(Event::Sent(*id)),
        rumqttc::Event::Outgoing(rumqttc::Outgoing::Disconnect) => Some(Event::Disconnected),
        _ => None,
    }
}
