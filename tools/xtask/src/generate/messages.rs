//! The reference of messages, from the committed `AsyncAPI` document of `platform-api`.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::markdown::{code, prose, table};
use crate::repository;

/// The committed document.
const DOCUMENT: &str = "services/platform-api/asyncapi.json";

const INTRODUCTION: &str = "\
A running `platform-api` serves this as an [AsyncAPI 3.0](https://www.asyncapi.com/docs/reference/specification/v3.0.0) document, `/asyncapi.json`,
without a key. Directions are said from the side of the platform. More about MQTT: [topics](/reference/mqtt/) and
[payload formats](/reference/payloads/).
";

pub(super) fn body() -> Result<String> {
    let text = fs::read_to_string(repository::root().join(DOCUMENT))
        .with_context(|| format!("read {DOCUMENT}"))?;
    let document: Value =
        serde_json::from_str(&text).with_context(|| format!("read {DOCUMENT} as JSON"))?;
    let mut body = INTRODUCTION.to_owned();
    for (server, title) in [
        ("mqtt", "MQTT"),
        ("http", "Server-sent events"),
        ("ws", "WebSocket"),
    ] {
        write!(body, "\n## {title}\n")?;
        for (name, channel) in entries(&document["channels"]) {
            if channel["servers"][0]["$ref"] == format!("#/servers/{server}") {
                section(&mut body, &document, name, channel)?;
            }
        }
    }
    body.push_str("\n## Schemas\n");
    for (name, schema) in entries(&document["components"]["schemas"]) {
        schema_section(&mut body, name, schema)?;
    }
    Ok(body)
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn section(body: &mut String, document: &Value, name: &str, channel: &Value) -> Result<()> {
    write!(
        body,
        "\n### {}\n\n{}\n",
        code(text(channel, "address")),
        prose(text(channel, "description"))
    )?;
    for (action, verb) in [
        ("receive", "The platform receives"),
        ("send", "The platform sends"),
    ] {
        let operation = &document["operations"][format!("{action}_{name}")];
        for message in operation["messages"].as_array().into_iter().flatten() {
            let message = resolve(document, resolve(document, message));
            write!(
                body,
                "\n{verb} **{}** ({}):\n\n```json\n{}\n```\n",
                text(message, "title"),
                text(&message["payload"], "$ref")
                    .rsplit('/')
                    .next()
                    .map(|schema| format!("[{schema}](#{})", schema.to_lowercase()))
                    .unwrap_or_default(),
                message["examples"][0]["payload"]
            )?;
        }
    }
    Ok(())
}

/// What a reference leads to.
fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    value["$ref"]
        .as_str()
        .and_then(|reference| document.pointer(reference.strip_prefix('#')?))
        .unwrap_or(value)
}

fn schema_section(body: &mut String, name: &str, schema: &Value) -> Result<()> {
    write!(body, "\n### {name}\n\n")?;
    let description = text(schema, "description");
    if !description.is_empty() {
        write!(body, "{}\n\n", prose(description))?;
    }
    let required = schema["required"].as_array();
    let rows: Vec<Vec<String>> = entries(&schema["properties"])
        .map(|(member, property)| {
            let is_required =
                required.is_some_and(|names| names.iter().any(|name| name == member.as_str()));
            vec![
                code(member),
                if is_required { "required" } else { "" }.to_owned(),
                kind(property),
                prose(text(property, "description")),
            ]
        })
        .collect();
    if rows.is_empty() {
        writeln!(body, "{}", kind(schema))?;
    } else {
        body.push_str(&table(&["Member", "", "Type", "Meaning"], rows));
    }
    Ok(())
}

/// What a value may be, in words.
fn kind(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if !schema["const"].is_null() {
        return code(&schema["const"].to_string());
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> = values.iter().map(|value| code(text_of(value))).collect();
        return values.join(", ");
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let choices: Vec<String> = choices.iter().map(kind).collect();
        return choices.join(", or ");
    }
    let types = match &schema["type"] {
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => {
            let kinds: Vec<&str> = kinds.iter().map(text_of).collect();
            kinds.join(", ")
        }
        _ => "any".to_owned(),
    };
    match (types.as_str(), schema["format"].as_str()) {
        ("array", _) => format!("array of {}", kind(&schema["items"])),
        (_, Some(format)) => format!("{types}, {format}"),
        _ => types,
    }
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
