//! `/asyncapi.json`: what goes over MQTT, server-sent events and the WebSocket, as an `AsyncAPI` document.

mod channels;
mod messages;

use std::sync::LazyLock;

use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use crate::http::conditional;

/// The document as it is served and checked in.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let mut text = serde_json::to_string_pretty(&document()).unwrap_or_default();
    text.push('\n');
    text
});

/// The `AsyncAPI` document
///
/// What goes over MQTT, server-sent events and the WebSocket, as `AsyncAPI` 3.0.
#[utoipa::path(
    get,
    path = "/asyncapi.json",
    tag = "health",
    security(()),
    responses(
        (status = 200, description = "the document", body = serde_json::Value),
        (status = 304, description = "it is the one of `If-None-Match`")
    )
)]
pub(crate) async fn asyncapi_json(headers: HeaderMap) -> Response {
    conditional::bytes(&headers, "application/json", DOCUMENT.clone().into_bytes())
}

fn document() -> Value {
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "SENS Platform",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What devices send and get over MQTT, and what clients follow live. `send` and `receive` are said \
                from the side of the platform. Requests and answers are in /openapi.json.",
            "license": { "name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0" },
        },
        "defaultContentType": "application/json",
        "servers": {
            "mqtt": {
                "host": "broker.example.org:8883",
                "protocol": "secure-mqtt",
                "protocolVersion": "5.0",
                "description": "The MQTT broker that the platform is subscribed to. Devices may speak MQTT 3.1.1 as well; QoS 1.",
            },
            "http": {
                "host": "api.example.org",
                "protocol": "https",
                "description": "platform-api: server-sent events.",
                "security": [{ "$ref": "#/components/securitySchemes/api_key" }],
            },
            "ws": {
                "host": "api.example.org",
                "protocol": "wss",
                "description": "platform-api: the WebSocket.",
                "security": [{ "$ref": "#/components/securitySchemes/api_key" }],
            },
        },
        "channels": channels::channels(),
        "operations": channels::operations(),
        "components": {
            "messages": messages::messages(),
            "schemas": messages::schemas(),
            "securitySchemes": {
                "api_key": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "sens_<id>_<secret>",
                    "description": "An API key.",
                },
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use sens_schema::{
        Catalogue, ClockPolicy, DecodeContext, Position, Topic, decode, subject, topic,
    };

    use super::*;

    /// The checked-in document. `UPDATE=1` writes it anew.
    #[test]
    fn the_checked_in_document_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/asyncapi.json");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, DOCUMENT.as_str()).unwrap();
        }
        let checked_in = std::fs::read_to_string(path).unwrap_or_default();
        let is_current = checked_in == *DOCUMENT;
        assert!(
            is_current,
            "asyncapi.json is stale; run UPDATE=1 cargo test -p platform-api asyncapi"
        );
    }

    #[test]
    fn every_topic_has_its_channel() {
        let document = document();
        let channels = document["channels"].as_object().unwrap();
        let addresses: Vec<&str> = channels
            .values()
            .filter_map(|channel| channel["address"].as_str())
            .collect();
        let filters = topic::filters();
        for filter in filters {
            let address = filter.replace('+', "{serial}");
            assert!(addresses.contains(&address.as_str()), "{address}");
        }
        let mqtt = addresses
            .iter()
            .filter(|address| address.starts_with("sens/"));
        assert_eq!(mqtt.count(), filters.len() + 1, "and the one of commands");
        assert!(
            !addresses
                .iter()
                .any(|address| address.contains(subject::RAW_STREAM))
        );
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn walk<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
            match value {
                Value::Object(members) => {
                    found.extend(members.get("$ref").and_then(Value::as_str));
                    members.values().for_each(|value| walk(value, found));
                }
                Value::Array(items) => items.iter().for_each(|value| walk(value, found)),
                _ => {}
            }
        }
        let document = document();
        let mut found = Vec::new();
        walk(&document, &mut found);
        assert!(found.len() > 30);
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }

    /// The examples of what devices send are read by the decoders without a fault.
    #[test]
    fn examples_of_devices_are_decoded() {
        let document = document();
        let messages = document["components"]["messages"].as_object().unwrap();
        let mut decoded = 0;
        for (name, message) in messages {
            let Some(arrives_on) = messages::topic_of(name) else {
                continue;
            };
            for example in message["examples"].as_array().unwrap() {
                let payload = example["payload"].to_string();
                let result = decode(
                    payload.as_bytes(),
                    &DecodeContext {
                        topic: &Topic::parse(arrives_on),
                        received_at: 1_763_632_900_000_000,
                        content_type: None,
                        truncated: false,
                        full_length: payload.len() as u64,
                        position: Position { epoch: 1, seq: 1 },
                        catalogue: &Catalogue::builtin(),
                        clock: ClockPolicy::default(),
                    },
                );
                assert!(result.errors.is_empty(), "{name}: {:?}", result.errors);
                let told = result.readings.len() + result.startups.len();
                assert!(told > 0 || result.control.is_some(), "{name}: {payload}");
                decoded += 1;
            }
        }
        assert_eq!(decoded, 6);
    }
}
