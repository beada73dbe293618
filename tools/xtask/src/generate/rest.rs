//! The REST reference, from the committed OpenAPI document of `platform-api`.

use std::fs;

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::markdown::{code, prose, table};
use crate::repository;

/// The committed document.
const DOCUMENT: &str = "services/platform-api/openapi.json";

const INTRODUCTION: &str = "\
A running `platform-api` serves this document as `/openapi.json`, and as an interactive page at `/docs`; both work
without internet access. This page is the summary.

- Times are RFC 3339 in UTC with microseconds; intervals include `from` and exclude `to`.
- Names are in snake_case. Lists give `next_cursor`; hand it back as `cursor`, with the same filters, until it is null.
- Errors are `application/problem+json` with a stable [code](/reference/errors/).
- Everything under `/v1` needs `Authorization: Bearer <key>`: [API keys](/how-to/api-keys/).
  It may also answer 401, 403, 429, 500 and 503; these are left out below.
- A POST that makes something takes an `Idempotency-Key`: the same request, sent again within a day, has the same answer and makes nothing anew.
- Every answer has `X-Request-Id` and `X-Trace-Id`; a `traceparent` that comes with a request is taken over. Problems name both.
- With `SENS_API__RATE_LIMIT` set, `RateLimit-Policy` and `RateLimit` say what a key may do and what is left; 429 has `Retry-After`.
- An address is at most 8 KiB long, a body of administration 64 KiB, a page 1,000 items (10,000 readings).
";

/// Statuses that every operation with a key may answer.
const COMMON: [&str; 5] = ["401", "403", "429", "500", "503"];

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

pub(super) fn body() -> Result<String> {
    let document = document()?;
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for (path, item) in entries(&document["paths"]) {
        for method in METHODS {
            let operation = &item[method];
            if operation.is_null() {
                continue;
            }
            let tag = operation["tags"][0].as_str().unwrap_or("other").to_owned();
            let text = section(&document, method, path, operation);
            match groups.iter_mut().find(|(known, _)| *known == tag) {
                Some((_, sections)) => sections.push(text),
                None => groups.push((tag, vec![text])),
            }
        }
    }
    let mut text = vec![INTRODUCTION.to_owned()];
    for (tag, sections) in groups {
        text.push(format!("\n## {}\n\n", heading(&document, &tag)));
        text.push(sections.join("\n"));
    }
    text.push("\n## Schemas\n".to_owned());
    text.extend(
        entries(&document["components"]["schemas"])
            .filter(|(_, schema)| schema["properties"].is_object())
            .map(|(name, schema)| schema_section(name, schema)),
    );
    Ok(text.concat())
}

/// Reads the committed OpenAPI document.
pub(crate) fn document() -> Result<Value> {
    let text = fs::read_to_string(repository::root().join(DOCUMENT))
        .with_context(|| format!("read {DOCUMENT}"))?;
    serde_json::from_str(&text).with_context(|| format!("read {DOCUMENT} as JSON"))
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

/// The first letter of a tag in upper case, with what the document says about it.
fn heading(document: &Value, tag: &str) -> String {
    let known = document["tags"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|entry| entry["name"] == tag);
    let mut letters = tag.chars();
    let title = letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect::<String>())
        .unwrap_or_default();
    match known.and_then(|entry| entry["description"].as_str()) {
        Some(description) => format!("{title}\n\n{}", prose(description)),
        None => title,
    }
}

fn section(document: &Value, method: &str, path: &str, operation: &Value) -> String {
    let mut text = vec![format!("### {} {path}\n\n", method.to_uppercase())];
    let summary = operation["summary"].as_str();
    let description = operation["description"].as_str();
    for part in [summary, description].into_iter().flatten() {
        text.push(format!("{}\n\n", prose(part.trim())));
    }
    let parameters: Vec<Vec<String>> = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|parameter| parameter_row(resolve(document, parameter)))
        .collect();
    if !parameters.is_empty() {
        text.push(table(&["Parameter", "In", "Type", "Meaning"], parameters));
        text.push("\n".to_owned());
    }
    if let Some(types) = operation["requestBody"]["content"].as_object() {
        let types: Vec<String> = types.keys().map(|kind| code(kind)).collect();
        text.push(format!("Body: {}.\n\n", types.join(", ")));
    }
    let key_needed = path.starts_with("/v1");
    let answers: Vec<Vec<String>> = entries(&operation["responses"])
        .filter(|(status, _)| !(key_needed && COMMON.contains(&status.as_str())))
        .map(|(status, answer)| {
            let answer = resolve(document, answer);
            let description = answer["description"].as_str().unwrap_or_default();
            vec![code(status), prose(description), schema_name(answer)]
        })
        .collect();
    text.push(table(&["Status", "Answer", "Body"], answers));
    text.concat()
}

/// The members of an object.
fn schema_section(name: &str, schema: &Value) -> String {
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let rows = entries(&schema["properties"]).map(|(member, property)| {
        let suffix = if is_nullable(property) {
            " or null"
        } else if required.contains(&member.as_str()) {
            ""
        } else {
            ", may be left out"
        };
        let kind = if property["items"].is_object() {
            format!("array of {}", kind(&property["items"]))
        } else {
            kind(property)
        };
        vec![
            code(member),
            format!("{kind}{suffix}"),
            prose(description(property)),
        ]
    });
    let about = schema["description"]
        .as_str()
        .map(|text| format!("{}\n\n", prose(text.trim())))
        .unwrap_or_default();
    let members = table(&["Member", "Type", "Meaning"], rows);
    format!("\n#### {name}\n\n{about}{members}")
}

fn is_nullable(schema: &Value) -> bool {
    let listed = |key: &str, null: &dyn Fn(&Value) -> bool| {
        schema[key]
            .as_array()
            .is_some_and(|list| list.iter().any(null))
    };
    listed("type", &|name| name == "null")
        || listed("oneOf", &|other| other["type"] == "null")
        || listed("anyOf", &|other| other["type"] == "null")
}

/// The description of a schema, or of the alternative in it that has one.
fn description(schema: &Value) -> &str {
    let alternatives = ["oneOf", "anyOf"]
        .iter()
        .filter_map(|key| schema[*key].as_array());
    std::iter::once(schema)
        .chain(alternatives.flatten())
        .find_map(|schema| schema["description"].as_str())
        .unwrap_or_default()
}

fn parameter_row(parameter: &Value) -> Vec<String> {
    let name = parameter["name"].as_str().unwrap_or_default();
    let required = if parameter["required"] == true && parameter["in"] != "path" {
        ", required"
    } else {
        ""
    };
    vec![
        code(name),
        format!("{}{required}", parameter["in"].as_str().unwrap_or_default()),
        kind(&parameter["schema"]),
        prose(parameter["description"].as_str().unwrap_or_default()),
    ]
}

/// A schema's type in a word or two.
fn kind(schema: &Value) -> String {
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> = values.iter().filter_map(Value::as_str).map(code).collect();
        return values.join(", ");
    }
    if let Some(reference) = schema["$ref"].as_str() {
        return code(reference.rsplit('/').next().unwrap_or_default());
    }
    let alternatives = ["oneOf", "anyOf"]
        .iter()
        .find_map(|key| schema[*key].as_array());
    if let Some(alternatives) = alternatives {
        let kinds: Vec<String> = alternatives
            .iter()
            .filter(|alternative| alternative["type"] != "null")
            .map(kind)
            .collect();
        return kinds.join(" or ");
    }
    let name = match &schema["type"] {
        Value::Array(names) => names
            .iter()
            .filter_map(Value::as_str)
            .find(|name| *name != "null"),
        other => other.as_str(),
    };
    match (name, schema["format"].as_str()) {
        (Some("array"), _) => format!("{}, repeatable", kind(&schema["items"])),
        (Some("string"), Some(format)) => format.to_owned(),
        (Some(name), _) => name.to_owned(),
        (None, _) => String::new(),
    }
}

/// The name of the schema of an answer's body, or its content type.
fn schema_name(answer: &Value) -> String {
    entries(&answer["content"])
        .map(
            |(content_type, content)| match content["schema"]["$ref"].as_str() {
                Some(reference) => code(reference.rsplit('/').next().unwrap_or_default()),
                None => code(content_type),
            },
        )
        .collect::<Vec<_>>()
        .join(", ")
}

/// Follows a `$ref` into the document.
fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"]
        .as_str()
        .and_then(|reference| reference.strip_prefix('#'))
    {
        Some(pointer) => document.pointer(pointer).unwrap_or(value),
        None => value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn kinds_are_short() {
        let table = [
            (
                json!({"type": "string", "format": "date-time"}),
                "date-time",
            ),
            (json!({"type": ["integer", "null"]}), "integer"),
            (
                json!({"type": "array", "items": {"type": "string"}}),
                "string, repeatable",
            ),
            (
                json!({"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Role"}]}),
                "`Role`",
            ),
            (json!({"enum": ["asc", "desc"]}), "`asc`, `desc`"),
        ];
        for (schema, expected) in table {
            assert_eq!(kind(&schema), expected);
        }
    }

    #[test]
    fn references_are_followed() {
        let document = json!({"components": {"parameters": {"limit": {"name": "limit"}}}});
        let reference = json!({"$ref": "#/components/parameters/limit"});
        assert_eq!(resolve(&document, &reference)["name"], "limit");
    }
}
