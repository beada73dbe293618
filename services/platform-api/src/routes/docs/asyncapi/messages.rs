//! What messages look like.

use sens_schema::Catalogue;
use sens_schema::command::CommandState;
use serde_json::{Map, Value, json};

/// An id of a command.
const COMMAND: &str = "01938d5e-7c1a-7bbb-8000-0123456789ab";
/// A place in a stream.
const PLACE: &str = "4711-0";

/// A message, with an example of it.
fn message(title: &str, schema: &str, example: &Value) -> Value {
    json!({
        "title": title,
        "payload": { "$ref": format!("#/components/schemas/{schema}") },
        "examples": [{ "payload": example }],
    })
}

/// The topic on which the example of a message of a device may arrive.
#[cfg(test)]
pub(super) fn topic_of(message: &str) -> Option<&'static str> {
    Some(match message {
        "sens_batch" | "senml" => "sens/v1/AI-9F3C21/telemetry",
        "flat_event" => sens_schema::topic::LEGACY_TELEMETRY,
        "device_startup" => "sens/v1/AI-9F3C21/startup",
        "status" => "sens/v1/AI-9F3C21/status",
        "command_ack" => "sens/v1/AI-9F3C21/command/ack",
        _ => return None,
    })
}

/// The messages of the document.
pub(super) fn messages() -> Value {
    let mut messages = of_devices();
    messages.extend(of_clients());
    messages.extend(of_sockets());
    Value::Object(messages)
}

fn named(messages: Vec<(&str, Value)>) -> Map<String, Value> {
    messages
        .into_iter()
        .map(|(name, mut message)| {
            message["name"] = json!(name);
            (name.to_owned(), message)
        })
        .collect()
}

fn of_devices() -> Map<String, Value> {
    let batch = json!({ "v": 1, "seq": 42, "sent_at": "2025-11-20T10:00:00.000Z", "firmware": "2.0.0", "readings": [
        { "metric": "battery_charge", "value": 71.5, "at": "2025-11-20T09:59:58.120Z" },
        { "metric": "platform_height_mm", "value": 104 },
    ] });
    let senml = json!([
        { "bn": "AI-9F3C21", "bt": 1_763_632_800, "n": "battery_charge", "u": "%", "v": 71.5 },
        { "n": "platform_height_mm", "u": "mm", "v": 104 },
    ]);
    let mut senml = message("SenML (RFC 8428)", "SenmlPack", &senml);
    senml["contentType"] = json!("application/senml+json");
    let flat = json!({ "device_id": 7, "event_type": "platform_extension_ticks", "value": 1200, "timestamp": 1_763_632_800.25 });
    let startup = json!({ "event_type": "device_startup", "serial": "AI-9F3C21", "firmware": "1.1.0",
        "provision_token": "bfec7295a3c7dd4d1ed6886027b5af9c93efdf8065ee971273cf3037d08d9f95", "timestamp": 1_763_632_800.25 });
    let mut command = message(
        "A command",
        "Command",
        &json!({ "id": COMMAND, "name": "move", "payload": { "to": 12.5 }, "expires_at": "2026-11-20T10:00:00.000000Z" }),
    );
    command["correlationId"] = json!({ "location": "$message.payload#/id" });
    let mut answer = message(
        "The answer to a command",
        "CommandAck",
        &json!({ "id": COMMAND, "status": "done", "result": { "at": 12.5 } }),
    );
    answer["correlationId"] = json!({ "location": "$message.payload#/id" });
    named(vec![
        ("sens_batch", message("SENS v1 batch", "SensBatch", &batch)),
        ("senml", senml),
        (
            "flat_event",
            message("Flat event, or an array of them", "FlatEvents", &flat),
        ),
        (
            "device_startup",
            message("A device has started", "DeviceStartup", &startup),
        ),
        (
            "status",
            message(
                "Whether a device is connected",
                "Status",
                &json!({ "online": true }),
            ),
        ),
        ("command", command),
        ("command_ack", answer),
    ])
}

fn reading() -> Value {
    json!({ "serial": "AI-9F3C21", "metric": "battery_charge", "value": 71.5, "unit": "%",
        "recorded_at": "2026-11-20T09:59:58.120000Z", "received_at": "2026-11-20T10:00:00.031000Z" })
}

fn of_clients() -> Map<String, Value> {
    let reading = reading();
    let at = "2026-11-20T10:00:00.000000Z";
    named(vec![
        ("reading", message("event: reading", "Reading", &reading)),
        (
            "command_event",
            message(
                "event: command",
                "CommandEvent",
                &json!({ "serial": "AI-9F3C21", "id": COMMAND, "name": "move",
                "state": CommandState::Acknowledged, "at": at, "detail": null }),
            ),
        ),
        (
            "presence_event",
            message(
                "event: presence",
                "PresenceEvent",
                &json!({ "serial": "AI-9F3C21", "state": "silent", "before": "online", "at": at }),
            ),
        ),
    ])
}

fn of_sockets() -> Map<String, Value> {
    let reading = reading();
    named(vec![
        (
            "subscribe",
            message(
                "Begin to send readings",
                "Subscribe",
                &json!({ "type": "subscribe", "subscription": "a",
                "device": ["AI-9F3C21"], "metric": ["battery_charge"], "after": PLACE }),
            ),
        ),
        (
            "unsubscribe",
            message(
                "Stop it",
                "Unsubscribe",
                &json!({ "type": "unsubscribe", "subscription": "a" }),
            ),
        ),
        (
            "subscribed",
            message(
                "From now on its readings come",
                "Subscribed",
                &json!({ "type": "subscribed", "subscription": "a" }),
            ),
        ),
        (
            "unsubscribed",
            message(
                "No more readings of it come",
                "Unsubscribed",
                &json!({ "type": "unsubscribed", "subscription": "a" }),
            ),
        ),
        (
            "socket_reading",
            message(
                "A reading of a subscription",
                "SocketReading",
                &json!({ "type": "reading", "subscription": "a", "id": PLACE, "data": reading }),
            ),
        ),
        (
            "gap",
            message(
                "Some readings are no longer kept",
                "Gap",
                &json!({ "type": "gap", "subscription": "a",
                "detail": "events after the given place are no longer kept" }),
            ),
        ),
        (
            "socket_error",
            message(
                "An order was not understood, or a subscription has ended",
                "SocketError",
                &json!({ "type": "error", "subscription": null, "detail": "the message is no order" }),
            ),
        ),
    ])
}

fn serial() -> Value {
    json!({ "type": "string", "pattern": "^[A-Za-z0-9._:-]{1,64}$" })
}

fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

fn value() -> Value {
    json!({ "type": ["number", "boolean", "string"] })
}

/// An object with these members, of which some have to be there.
fn object(description: &str, required: &[&str], properties: &Value) -> Value {
    json!({ "type": "object", "description": description, "required": required, "properties": properties })
}

/// A message of the WebSocket.
fn said(kind: &str, more: &[(&str, Value)]) -> Value {
    let mut properties = json!({ "type": { "const": kind }, "subscription": { "type": "string" } });
    let mut required = vec!["type", "subscription"];
    for (name, schema) in more {
        properties[*name] = schema.clone();
        required.push(name);
    }
    object("", &required, &properties)
}

/// The schemas of the document.
pub(super) fn schemas() -> Value {
    let mut schemas = device_schemas();
    if let (Value::Object(all), Value::Object(more)) = (&mut schemas, client_schemas()) {
        all.extend(more);
    }
    schemas
}

fn device_schemas() -> Value {
    let catalogue = Catalogue::builtin();
    let mut metrics: Vec<&str> = catalogue.iter().map(|rule| &*rule.name).collect();
    metrics.sort_unstable();
    let number_or_time = json!({ "type": ["number", "string"], "description": "Unix seconds, or RFC 3339 with offset; of arrival when left out." });
    json!({
        "SensBatch": object("Readings of one device.", &["v", "readings"], &json!({
            "v": { "const": 1 },
            "seq": { "type": "integer", "description": "A number that the device counts up; part of a reading's identity." },
            "sent_at": { "type": "string", "format": "date-time", "description": "Time of every reading without `at`." },
            "firmware": { "type": "string" },
            "serial": { "type": "string", "description": "The device, on HTTP; where a topic names it, it must agree." },
            "readings": { "type": "array", "items": object("", &["metric", "value"], &json!({
                "metric": { "type": "string", "minLength": 1, "maxLength": 128 },
                "value": value(),
                "at": { "type": "string", "format": "date-time" },
                "unit": { "type": "string", "description": "Converted to the unit of the catalogue where a conversion is known." },
            })) },
        })),
        "SenmlPack": { "type": "array", "description": "Records of RFC 8428; base fields hold for the records after them.",
            "items": { "type": "object" } },
        "FlatEvent": object("A reading of a device that knows only its number.", &["event_type", "value"], &json!({
            "device_id": { "type": "integer", "description": "Required on the legacy topic." },
            "event_type": { "type": "string", "description": "A metric of the catalogue.", "examples": metrics },
            "value": { "type": "number" },
            "timestamp": number_or_time,
        })),
        "FlatEvents": { "oneOf": [
            { "$ref": "#/components/schemas/FlatEvent" },
            { "type": "array", "items": { "$ref": "#/components/schemas/FlatEvent" } },
        ] },
        "DeviceStartup": object("", &["event_type", "serial", "provision_token"], &json!({
            "event_type": { "const": "device_startup" },
            "serial": serial(),
            "provision_token": { "type": "string", "pattern": "^[0-9a-f]{64}$",
                "description": "Hex of HMAC-SHA256 over the serial with the provisioning secret." },
            "firmware": { "type": "string" },
            "model": { "type": "string" },
            "timestamp": number_or_time,
        })),
        "Status": object("", &["online"], &json!({ "online": { "type": "boolean" } })),
        "Command": object("", &["id", "name", "payload", "expires_at"], &json!({
            "id": { "type": "string", "format": "uuid", "description": "A command that comes twice is one command." },
            "name": { "type": "string" },
            "payload": { "description": "Any JSON." },
            "expires_at": { "type": "string", "format": "date-time", "description": "Not to be done later." },
        })),
        "CommandAck": object("", &["id"], &json!({
            "id": { "type": "string", "format": "uuid" },
            "status": { "type": "string", "enum": ["received", "done", "failed"], "default": "done" },
            "ok": { "type": "boolean", "description": "Instead of `status`: `true` is `done`, `false` is `failed`." },
            "detail": { "type": "string", "description": "Words for people, at most 500 characters." },
            "result": { "description": "Any JSON, at most 16 KiB." },
        })),
    })
}

fn client_schemas() -> Value {
    let text = json!({ "type": "string" });
    let names = json!({ "type": "array", "items": { "type": "string" } });
    let place = json!({ "type": "string", "pattern": "^[0-9]+-[0-9]+$" });
    json!({
        "Reading": object("A reading that was stored.", &["serial", "metric", "value", "unit", "recorded_at", "received_at"], &json!({
            "serial": serial(), "metric": text, "value": value(), "unit": { "type": ["string", "null"] },
            "recorded_at": time(), "received_at": time(),
        })),
        "CommandEvent": object("A step of a command.", &["serial", "id", "name", "state", "at", "detail"], &json!({
            "serial": serial(), "id": { "type": "string", "format": "uuid" }, "name": text,
            "state": { "type": "string", "enum": CommandState::ALL }, "at": time(), "detail": { "type": ["string", "null"] },
        })),
        "PresenceEvent": object("A device comes, goes or falls silent.", &["serial", "state", "before", "at"], &json!({
            "serial": serial(), "state": { "type": "string", "enum": ["online", "offline", "silent"] },
            "before": { "type": ["string", "null"] }, "at": time(),
        })),
        "Subscribe": object("", &["type", "subscription"], &json!({
            "type": { "const": "subscribe" },
            "subscription": { "type": "string", "description": "A name that the client chooses." },
            "device": names, "metric": names,
            "after": { "type": "string", "pattern": "^[0-9]+-[0-9]+$", "description": "Id of the last reading that was seen." },
        })),
        "Unsubscribe": said("unsubscribe", &[]),
        "Subscribed": said("subscribed", &[]),
        "Unsubscribed": said("unsubscribed", &[]),
        "SocketReading": said("reading", &[("id", place), ("data", json!({ "$ref": "#/components/schemas/Reading" }))]),
        "Gap": said("gap", &[("detail", text.clone())]),
        "SocketError": object("", &["type", "subscription", "detail"], &json!({
            "type": { "const": "error" }, "subscription": { "type": ["string", "null"] }, "detail": text,
        })),
    })
}
