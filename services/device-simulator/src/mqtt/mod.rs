//! One MQTT connection, the same for both versions of the protocol.
//!
//! The client library reconnects by itself and clears or repeats its queue depending on the
//! session; which messages are acknowledged would be lost on the way. So a [`Link`] lives for
//! exactly one connection, starts clean, and tells what was sent under which packet id and what
//! was acknowledged; whoever uses it publishes again what was not.

mod v3;
mod v5;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::cli::Protocol;
use crate::message::Message;
use crate::target::Broker;

/// Largest packet sent or taken; what the broker allows may be less.
const MAX_PACKET: u32 = 64 << 20;
const KEEP_ALIVE: Duration = Duration::from_secs(30);
const CONNECT_TIMEOUT_SECONDS: u64 = 10;
/// Events that may wait to be taken.
const EVENTS: usize = 1024;

/// What happens on a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// The broker accepted the connection.
    Connected,
    /// The oldest message handed over and not yet sent went out under this packet id.
    Sent(u16),
    /// The broker acknowledged a packet.
    Acked(u16),
    /// The broker acknowledged a packet and said that nobody subscribes to its topic (MQTT 5).
    Unwanted(u16),
    /// The broker refused a packet for good.
    Refused(u16, String),
    /// Something came on a topic that was subscribed to.
    Incoming(String, Bytes),
    /// The farewell is on its way.
    Disconnected,
    /// The connection is gone.
    Lost(String),
}

/// How a connection introduces itself.
pub(crate) struct Introduction<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) window: u16,
    pub(crate) will: Option<&'a Message>,
}

/// One connection.
pub(crate) struct Link {
    publisher: Publisher,
    events: mpsc::Receiver<Event>,
    task: JoinHandle<()>,
}

enum Publisher {
    V3(rumqttc::AsyncClient),
    V5(rumqttc::v5::AsyncClient),
}

impl Link {
    /// Starts connecting; the outcome comes as an event.
    pub(crate) fn open(broker: &Broker, introduction: &Introduction<'_>) -> Self {
        let (sender, events) = mpsc::channel(EVENTS);
        let (publisher, task) = match broker.protocol {
            Protocol::V3 => {
                let (client, task) = v3::open(broker, introduction, sender);
                (Publisher::V3(client), task)
            }
            Protocol::V5 => {
                let (client, task) = v5::open(broker, introduction, sender);
                (Publisher::V5(client), task)
            }
        };
        Self {
            publisher,
            events,
            task,
        }
    }

    /// Hands a message over at `QoS` 1. Never waits: the caller keeps to the window.
    pub(crate) fn publish(&self, message: &Message) -> Result<(), String> {
        let (topic, payload) = (Arc::clone(&message.topic), message.payload.clone());
        match &self.publisher {
            Publisher::V3(client) => client
                .try_publish(&*topic, rumqttc::QoS::AtLeastOnce, message.retain, payload)
                .map_err(|error| error.to_string()),
            Publisher::V5(client) => client
                .try_publish(
                    &*topic,
                    rumqttc::v5::mqttbytes::QoS::AtLeastOnce,
                    message.retain,
                    payload,
                )
                .map_err(|error| error.to_string()),
        }
    }

    /// Subscribes to topics at `QoS` 1, once the connection stands.
    pub(crate) fn subscribe(&self, topics: &[String]) -> Result<(), String> {
        match &self.publisher {
            Publisher::V3(client) => {
                let filters = topics.iter().map(|topic| {
                    rumqttc::SubscribeFilter::new(topic.clone(), rumqttc::QoS::AtLeastOnce)
                });
                client
                    .try_subscribe_many(filters)
                    .map_err(|error| error.to_string())
            }
            Publisher::V5(client) => {
                let filters = topics.iter().map(|topic| {
                    let qos = rumqttc::v5::mqttbytes::QoS::AtLeastOnce;
                    rumqttc::v5::mqttbytes::v5::Filter::new(topic.clone(), qos)
                });
                client
                    .try_subscribe_many(filters)
                    .map_err(|error| error.to_string())
            }
        }
    }

    /// The next event.
    pub(crate) async fn next(&mut self) -> Event {
        self.events
            .recv()
            .await
            .unwrap_or_else(|| Event::Lost("the connection ended".into()))
    }

    /// Says farewell, so that the broker does not publish the will.
    pub(crate) async fn disconnect(mut self) {
        let asked = match &self.publisher {
            Publisher::V3(client) => client.try_disconnect().is_ok(),
            Publisher::V5(client) => client.try_disconnect().is_ok(),
        };
        let farewell =
            async { while !matches!(self.next().await, Event::Disconnected | Event::Lost(_)) {} };
        if asked
            && tokio::time::timeout(Duration::from_secs(2), farewell)
                .await
                .is_err()
        {
            eprintln!("the broker did not take the farewell in time");
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// TLS with the given CA certificates, or with those of the system.
fn transport(broker: &Broker) -> rumqttc::Transport {
    match &broker.tls {
        None => rumqttc::Transport::Tcp,
        Some(ca) if ca.is_empty() => {
            rumqttc::Transport::tls_with_config(rumqttc::TlsConfiguration::Native)
        }
        Some(ca) => rumqttc::Transport::tls_with_config(rumqttc::TlsConfiguration::SimpleNative {
            ca: ca.clone(),
            client_auth: None,
        }),
    }
}
