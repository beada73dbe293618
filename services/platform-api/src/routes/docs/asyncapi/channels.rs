//! Where messages go, and who sends them.

use sens_schema::topic;
use serde_json::{Map, Value, json};

/// A place where messages go.
struct Channel {
    name: &'static str,
    address: String,
    server: &'static str,
    description: &'static str,
    /// The platform's side: `receive` or `send`.
    messages: &'static [(&'static str, &'static str)],
}

/// The address of a topic of one device, from the filter that the platform subscribes to.
fn of_device(ending: &str) -> String {
    let filter = topic::filters()
        .into_iter()
        .find(|filter| filter.ends_with(ending));
    filter.unwrap_or_default().replace('+', "{serial}")
}

fn all() -> Vec<Channel> {
    let mut all = vec![
        Channel {
            name: "telemetry",
            address: of_device("/telemetry"),
            server: "mqtt",
            description: "Readings of a device; the formats are told apart by their content.",
            messages: &[
                ("receive", "sens_batch"),
                ("receive", "senml"),
                ("receive", "flat_event"),
            ],
        },
        Channel {
            name: "startup",
            address: of_device("/startup"),
            server: "mqtt",
            description: "A device has started: it is provisioned by its token.",
            messages: &[("receive", "device_startup")],
        },
        Channel {
            name: "status",
            address: of_device("/status"),
            server: "mqtt",
            description: "Whether a device is connected; retained, and its last will.",
            messages: &[("receive", "status")],
        },
        Channel {
            name: "command",
            address: of_device("/command/ack").replace("/ack", ""),
            server: "mqtt",
            description: "What a device is asked to do. It may come more than once with the same id; QoS 1, never retained.",
            messages: &[("send", "command")],
        },
        Channel {
            name: "command_ack",
            address: of_device("/command/ack"),
            server: "mqtt",
            description: "What became of a command.",
            messages: &[("receive", "command_ack")],
        },
        Channel {
            name: "legacy_telemetry",
            address: topic::LEGACY_TELEMETRY.to_owned(),
            server: "mqtt",
            description: "Devices that know only their number: an event, or an array of them.",
            messages: &[("receive", "flat_event"), ("receive", "device_startup")],
        },
    ];
    all.extend(live());
    all
}

/// What clients follow.
fn live() -> Vec<Channel> {
    vec![
        Channel {
            name: "stream",
            address: "/v1/stream".to_owned(),
            server: "http",
            description: "New readings of all devices as server-sent events. The id of an event, sent back as `Last-Event-ID`, \
                resumes after it without gap or double. A comment every 15 seconds shows that the connection lives.",
            messages: &[("send", "reading")],
        },
        Channel {
            name: "device_stream",
            address: "/v1/devices/{serial}/stream".to_owned(),
            server: "http",
            description: "The same of one device.",
            messages: &[("send", "reading")],
        },
        Channel {
            name: "events",
            address: "/v1/events/stream".to_owned(),
            server: "http",
            description: "Changes of commands and of presence as server-sent events, each at least once.",
            messages: &[("send", "command_event"), ("send", "presence_event")],
        },
        Channel {
            name: "socket",
            address: "/v1/ws".to_owned(),
            server: "ws",
            description: "New readings over a WebSocket, for any number of selections with names of their own.",
            messages: &[
                ("receive", "subscribe"),
                ("receive", "unsubscribe"),
                ("send", "subscribed"),
                ("send", "unsubscribed"),
                ("send", "socket_reading"),
                ("send", "gap"),
                ("send", "socket_error"),
            ],
        },
    ]
}

/// The channels of the document.
pub(super) fn channels() -> Value {
    let channels = all().into_iter().map(|channel| {
        let messages: Map<String, Value> = channel
            .messages
            .iter()
            .map(|(_, message)| {
                let link = json!({ "$ref": format!("#/components/messages/{message}") });
                ((*message).to_owned(), link)
            })
            .collect();
        let mut value = json!({
            "address": channel.address,
            "description": channel.description,
            "servers": [{ "$ref": format!("#/servers/{}", channel.server) }],
            "messages": messages,
        });
        if channel.address.contains("{serial}") {
            value["parameters"] = json!({ "serial": {
                "description": "Serial of the device: 1 to 64 of `A-Z a-z 0-9 . _ : -`.",
                "examples": ["AI-9F3C21"],
            } });
        }
        if channel.server == "ws" {
            value["bindings"] = json!({ "ws": { "method": "GET", "bindingVersion": "0.1.0" } });
        }
        (channel.name.to_owned(), value)
    });
    Value::Object(channels.collect())
}

/// The operations of the document: what the platform receives and sends on each channel.
pub(super) fn operations() -> Value {
    let mut operations = Map::new();
    for channel in all() {
        for action in ["receive", "send"] {
            let messages: Vec<Value> = channel
                .messages
                .iter()
                .filter(|(side, _)| *side == action)
                .map(|(_, message)| {
                    json!({ "$ref": format!("#/channels/{}/messages/{message}", channel.name) })
                })
                .collect();
            if messages.is_empty() {
                continue;
            }
            let mut operation = json!({
                "action": action,
                "channel": { "$ref": format!("#/channels/{}", channel.name) },
                "messages": messages,
            });
            if channel.server == "mqtt" {
                let is_retained = channel.name == "status";
                operation["bindings"] = json!({ "mqtt": { "qos": 1, "retain": is_retained, "bindingVersion": "0.2.0" } });
            }
            operations.insert(format!("{action}_{}", channel.name), operation);
        }
    }
    Value::Object(operations)
}
