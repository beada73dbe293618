//! What the document says of parameters and members beyond their types: formats, patterns, bounds and names. One table, so that
//! the same thing is described in the same way wherever it stands.

use sens_schema::Reason;
use sens_schema::command::CommandState;
use sens_storage::operation::OperationKind;
use serde_json::{Value, json};
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::{AllOf, Object, Schema};
use utoipa::openapi::{Components, OpenApi, RefOr, Required};

use crate::problem::operations;

/// A serial.
const SERIAL: &str = "^[A-Za-z0-9._:-]{1,64}$";
/// A name of a command.
const NAME: &str = "^[A-Za-z0-9._:-]{1,64}$";
/// A number that the platform gave.
const NUMBER: &str = "^[0-9]{1,18}$";
/// The place of a message in the stream.
const PLACE: &str = "^[0-9]{1,9}-[0-9]{1,18}$";
/// A length of time.
const LENGTH: &str = "^[1-9][0-9]{0,2}[smhdw]$";
/// The width of buckets.
const RESOLUTION: &str = "^(raw|auto|[1-9][0-9]{0,2}(s|m|h|d|w|mo|y))$";
/// Aggregates with commas between them.
const AGGREGATES: &str = "^(avg|min|max|count|sum|first|last|p[0-9]{1,2}(\\.[0-9]{1,3})?)(,(avg|min|max|count|sum|first|last|p[0-9]{1,2}(\\.[0-9]{1,3})?))*$";
/// A tag of `If-Match`.
const TAG: &str = "^(\\*|\"[^\"]*\")$";

/// The bodies whose members are those of the query string.
const QUERIES: [&str; 2] = ["MeasurementQuery", EXPORT];
/// The one whose answer has no pages.
const EXPORT: &str = "ExportRequest";
/// What it has not, therefore.
const OF_PAGES: [&str; 3] = ["limit", "cursor", "shape"];
/// What they consist of, and nothing else does.
const QUERY_PARTS: [&str; 2] = ["DeviceParams", "MeasurementParams"];

/// What is known of a parameter of the operations whose path contains the first text.
fn parameter(path: &str, place: &ParameterIn, name: &str) -> Option<Value> {
    let is_measurements = path.contains("measurements");
    let known = match (place, name) {
        (ParameterIn::Path, "number") => json!({ "pattern": NUMBER }),
        (ParameterIn::Path, "class") if path.contains("{metric}") => {
            json!({ "enum": ["readings", "rollup_1m", "rollup_1h", "rollup_1d"] })
        }
        (ParameterIn::Path, "class") => {
            json!({ "enum": ["raw", "errors", "readings", "rollup_1m", "rollup_1h", "rollup_1d"] })
        }
        (ParameterIn::Path, "id") => match path.split('/').nth(2) {
            Some("raw-records" | "messages") => json!({ "pattern": PLACE }),
            Some("corrections" | "exports" | "replays" | "retention-runs") => {
                json!({ "pattern": NUMBER })
            }
            Some("operations") => json!({ "pattern": "^[a-z]{1,20}-[0-9]{1,18}$" }),
            Some("devices") => json!({ "format": "uuid" }),
            _ => json!({ "pattern": "^[A-Za-z0-9]{1,64}$" }),
        },
        (
            ParameterIn::Query,
            "from" | "to" | "at" | "as_of" | "last_seen_from" | "last_seen_to",
        ) => {
            json!({ "format": "date-time" })
        }
        (ParameterIn::Query, "limit") => json!({ "minimum": 1, "maximum": largest_page(path) }),
        (ParameterIn::Query, "points") => json!({ "minimum": 4, "maximum": 10_000 }),
        (ParameterIn::Query, "within") => json!({ "minimum": 1, "maximum": 86_400 }),
        (ParameterIn::Query, "last") => json!({ "pattern": LENGTH }),
        (ParameterIn::Query, "resolution") => json!({ "pattern": RESOLUTION }),
        (ParameterIn::Query, "agg") => json!({ "items": { "pattern": AGGREGATES } }),
        (ParameterIn::Query, "fill") => json!({ "enum": ["none", "null", "previous", "linear"] }),
        (ParameterIn::Query, "method") => json!({ "enum": ["lttb", "minmax"] }),
        (ParameterIn::Query, "time") => json!({ "enum": ["device", "received"] }),
        (ParameterIn::Query, "order") => json!({ "enum": ["asc", "desc"] }),
        (ParameterIn::Query, "shape") => json!({ "enum": ["rows", "columns"] }),
        (ParameterIn::Query, "tz") => json!({ "examples": ["Europe/Vienna"] }),
        (ParameterIn::Query, "status") => json!({ "enum": ["online", "silent", "never_seen"] }),
        (ParameterIn::Query, "count") => json!({ "enum": ["estimate", "exact"] }),
        (ParameterIn::Query, "sort") => json!({ "enum": [
            "serial", "-serial", "last_seen_at", "-last_seen_at", "name", "-name", "firmware", "-firmware"
        ] }),
        (ParameterIn::Query, "reason") => {
            json!({ "enum": Reason::ALL.iter().map(|reason| reason.as_str()).collect::<Vec<_>>() })
        }
        (ParameterIn::Query, "state") if path.contains("commands") => {
            json!({ "enum": CommandState::ALL.map(CommandState::as_str) })
        }
        (ParameterIn::Query, "state") => json!({ "enum": crate::routes::operations::STATES }),
        (ParameterIn::Query, "kind") if path.contains("events") => {
            json!({ "items": { "enum": ["command", "presence"] } })
        }
        (ParameterIn::Query, "kind") => {
            json!({ "enum": OperationKind::ALL.map(OperationKind::as_str) })
        }
        (ParameterIn::Query, "device") if is_measurements || path.ends_with("stream") => {
            json!({ "items": { "pattern": SERIAL } })
        }
        (ParameterIn::Path, "serial") | (ParameterIn::Query, "device" | "serial") => {
            json!({ "pattern": SERIAL })
        }
        (ParameterIn::Header, "If-Match") => json!({ "type": "string", "pattern": TAG }),
        (ParameterIn::Header, "If-None-Match") => json!({ "type": "string", "enum": ["*"] }),
        (ParameterIn::Header, "Last-Event-ID") if path.contains("events") => {
            json!({ "type": "string", "pattern": "^([0-9]{1,18})?$" })
        }
        (ParameterIn::Header, "Last-Event-ID") => {
            json!({ "type": "string", "pattern": "^([0-9]{1,18}-[0-9]{1,9})?$" })
        }
        (ParameterIn::Header, "Range") => {
            json!({ "type": "string", "pattern": "^bytes=([0-9]{1,15}-[0-9]{0,15}|-[0-9]{1,15})$" })
        }
        (ParameterIn::Header, "Prefer") => {
            json!({ "type": "string", "examples": ["wait=5"] })
        }
        (ParameterIn::Header, "Idempotency-Key") => {
            json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" })
        }
        _ => return None,
    };
    Some(known)
}

/// The largest page of a list.
fn largest_page(path: &str) -> u32 {
    match path {
        _ if path.contains("measurements") => 10_000,
        "/v1/dead-letters" | "/v1/replays" | "/v1/retention-runs" => 100,
        _ => 1000,
    }
}

/// What is known of the members of bodies.
fn members() -> Vec<(&'static str, &'static str, Value)> {
    let mut members = vec![
        (
            "ApiKeyRequest",
            "name",
            json!({ "minLength": 1, "maxLength": 100 }),
        ),
        (
            "ApiKeyRequest",
            "serials",
            json!({ "maxItems": 1000, "items": { "pattern": SERIAL } }),
        ),
        ("CommandRequest", "name", json!({ "pattern": NAME })),
        (
            "CommandRequest",
            "ttl_seconds",
            json!({ "minimum": 1, "maximum": 604_800 }),
        ),
        ("CorrectionRequest", "device", json!({ "pattern": SERIAL })),
        (
            "CorrectionRequest",
            "metric",
            json!({ "minLength": 1, "maxLength": 128 }),
        ),
        (
            "CorrectionRequest",
            "reason",
            json!({ "maxLength": 1000, "pattern": "[^\\s\\x00]" }),
        ),
        (
            "UndoRequest",
            "reason",
            json!({ "maxLength": 1000, "pattern": "[^\\s\\x00]" }),
        ),
        ("DeviceFields", "name", json!({ "maxLength": 100 })),
        ("DeviceFields", "model", json!({ "maxLength": 100 })),
        ("DeviceFields", "legacy_id", json!({ "minimum": 0 })),
        (
            "DeviceFields",
            "labels",
            json!({
                "maxProperties": 64,
                "propertyNames": { "type": "string", "pattern": "^[A-Za-z0-9._:/-]{1,63}$" },
                "additionalProperties": { "type": "string", "pattern": "^[A-Za-z0-9._:/-]{0,63}$" },
            }),
        ),
        ("DeviceRequest", "serial", json!({ "pattern": SERIAL })),
        (
            "ErasureRequest",
            "reason",
            json!({ "minLength": 1, "maxLength": 1000 }),
        ),
        (
            EXPORT,
            "format",
            json!({ "enum": ["csv", "ndjson", "parquet", "arrow"] }),
        ),
        (
            EXPORT,
            "compression",
            json!({ "enum": ["none", "gzip", "zstd"] }),
        ),
        (
            "MetricRequest",
            "name",
            json!({ "minLength": 1, "maxLength": 128 }),
        ),
        ("ReplayRequest", "device", json!({ "pattern": SERIAL })),
        (
            "RetentionRequest",
            "keep_days",
            json!({ "minimum": 1, "maximum": 40_000 }),
        ),
    ];
    members.sort_unstable_by_key(|(schema, name, _)| (*schema, *name));
    members
}

/// Makes the document as exact as the handlers are.
pub(crate) fn refine(document: &mut OpenApi) {
    if let Some(components) = &mut document.components {
        refine_bodies(components);
    }
    for (path, item) in &mut document.paths.paths {
        for operation in operations(item) {
            for parameter in operation.parameters.iter_mut().flatten() {
                if let RefOr::T(parameter) = parameter {
                    refine_parameter(path, parameter);
                }
            }
            require_tag(operation);
        }
    }
}

fn refine_parameter(path: &str, parameter: &mut Parameter) {
    if let Some(more) = self::parameter(path, &parameter.parameter_in, &parameter.name)
        && let Some(schema) = &mut parameter.schema
    {
        merge_into(schema, &more);
    }
    if parameter.parameter_in == ParameterIn::Query {
        // `?name=` says the same as nothing.
        let empty = Extensions::from_iter([("allowEmptyValue", true)]);
        parameter.extensions = Some(empty);
    }
}

/// Where nothing else can be said than `If-Match`, it has to be said.
fn require_tag(operation: &mut Operation) {
    let has =
        |operation: &Operation, wanted: &str| {
            operation.parameters.iter().flatten().any(
                |parameter| matches!(parameter, RefOr::T(parameter) if parameter.name == wanted),
            )
        };
    if has(operation, "If-None-Match") {
        return;
    }
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter
            && parameter.name == "If-Match"
        {
            parameter.required = Required::True;
        }
    }
}

fn refine_bodies(components: &mut Components) {
    let known = components.schemas.clone();
    for schema in components.schemas.values_mut() {
        if let RefOr::T(Schema::AllOf(parts)) = schema
            && let Some(whole) = joined(parts, &known)
        {
            *schema = RefOr::T(Schema::Object(whole));
        }
    }
    for name in QUERY_PARTS {
        components.schemas.remove(name);
    }
    for name in QUERIES {
        if let Some(RefOr::T(Schema::Object(query))) = components.schemas.get_mut(name) {
            for (name, member) in &mut query.properties {
                if let Some(more) = parameter("/v1/measurements", &ParameterIn::Query, name) {
                    merge_into(member, &more);
                }
            }
        }
    }
    if let Some(RefOr::T(Schema::Object(export))) = components.schemas.get_mut(EXPORT) {
        for name in OF_PAGES {
            export.properties.remove(name);
        }
    }
    for (schema, name, more) in members() {
        for owner in [schema, joined_of(schema)] {
            if let Some(RefOr::T(Schema::Object(object))) = components.schemas.get_mut(owner)
                && let Some(member) = object.properties.get_mut(name)
            {
                merge_into(member, &more);
            }
        }
    }
}

/// The body that contains another one.
fn joined_of(schema: &str) -> &str {
    match schema {
        "DeviceFields" => "DeviceRequest",
        other => other,
    }
}

type Schemas = std::collections::BTreeMap<String, RefOr<Schema>>;

/// One object of all parts: a part that takes no other members would refuse those of the other parts.
fn joined(parts: &AllOf, known: &Schemas) -> Option<Object> {
    let mut whole = Object::default();
    whole.description.clone_from(&parts.description);
    for part in &parts.items {
        let part = match part {
            RefOr::Ref(link) => known.get(link.ref_location.rsplit('/').next()?)?,
            part @ RefOr::T(_) => part,
        };
        let RefOr::T(Schema::Object(part)) = part else {
            return None;
        };
        whole.schema_type = part.schema_type.clone();
        whole.properties.extend(part.properties.clone());
        whole.required.extend(part.required.clone());
        if let Some(others) = &part.additional_properties {
            whole.additional_properties = Some(others.clone());
        }
    }
    Some(whole)
}

/// Adds keywords to a schema.
fn merge_into(schema: &mut RefOr<Schema>, more: &Value) {
    let mut value = json!(schema);
    merge(&mut value, more);
    let is_nullable = value["type"]
        .as_array()
        .is_some_and(|kinds| kinds.contains(&json!("null")));
    if is_nullable && let Some(names) = value["enum"].as_array_mut() {
        names.push(Value::Null);
    }
    if let Ok(merged) = serde_json::from_value(value) {
        *schema = merged;
    }
}

fn merge(target: &mut Value, more: &Value) {
    match (target, more) {
        (Value::Object(target), Value::Object(more)) => {
            for (name, value) in more {
                merge(target.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (target, more) => target.clone_from(more),
    }
}
