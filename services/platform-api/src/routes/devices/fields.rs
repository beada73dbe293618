//! What people say about a device, as it comes in bodies and lines.

use std::collections::BTreeMap;

use sens_schema::Serial;
use sens_storage::query::devices::{DeviceFields, Refusal};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::device::not_found;
use crate::http::conditional;
use crate::problem::{Code, FieldError, Problem};

/// What people say about a device. Members that only the platform knows, such as `status`, may stand in a body and are passed
/// over, so that an answer can be changed and sent back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeviceFields)]
#[expect(dead_code, reason = "describes the body; it is read member by member")]
pub(crate) struct FieldsBody {
    /// Name for people, at most 100 characters.
    name: Option<String>,
    /// Its model; one that it reports later takes its place.
    model: Option<String>,
    /// Labels: keys and values of at most 63 of `A-Z a-z 0-9 . _ : / -`, at most 64 of them.
    #[serde(default)]
    labels: BTreeMap<String, String>,
    /// Number on the legacy topic that it is linked to: reads of either answer with the history of both. `null` unlinks it.
    legacy_id: Option<i64>,
}

/// A device to enter.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = DeviceRequest)]
#[expect(dead_code, reason = "describes the body; it is read member by member")]
pub(crate) struct DeviceBody {
    /// Its serial: 1 to 64 of `A-Z a-z 0-9 . _ : -`.
    serial: String,
    /// What people say about it.
    #[serde(flatten)]
    fields: FieldsBody,
}

/// Members of a device that only the platform knows.
pub(super) const READ_ONLY: [&str; 10] = [
    "placeholder",
    "firmware",
    "status",
    "online",
    "provisioned_at",
    "first_seen_at",
    "last_seen_at",
    "created_at",
    "updated_at",
    "version",
];

fn wrong(pointer: &str, detail: impl Into<String>) -> Problem {
    Problem::with_errors(Code::InvalidBody, vec![FieldError::at(pointer, detail)])
}

/// The members of a JSON object that people say, without the serial, which is given beside.
///
/// # Errors
/// `invalid_body` when it is no object, or its serial is no text.
pub(super) fn members(body: Value) -> Result<(Option<String>, Map<String, Value>), Problem> {
    let Value::Object(mut members) = body else {
        return Err(wrong("", "the body must be a JSON object"));
    };
    for name in READ_ONLY {
        members.remove(name);
    }
    match members.remove("serial") {
        None => Ok((None, members)),
        Some(Value::String(serial)) => Ok((Some(serial), members)),
        Some(_) => Err(wrong("/serial", "serial must be a text")),
    }
}

/// Reads a serial of a body.
///
/// # Errors
/// `invalid_body`.
pub(super) fn serial(text: Option<String>) -> Result<Serial, Problem> {
    let text = text.ok_or_else(|| wrong("/serial", "serial is missing"))?;
    Serial::parse(&text).map_err(|error| wrong("/serial", error.to_string()))
}

/// All fields anew: what is not said is empty.
///
/// # Errors
/// `invalid_body` that points at the first fault.
pub(super) fn whole(members: Map<String, Value>) -> Result<DeviceFields, Problem> {
    merged(&DeviceFields::default(), members)
}

/// The fields with a merge patch (RFC 7396) applied: null empties a member, objects are merged, others take the place.
///
/// # Errors
/// `invalid_body` that points at the first fault.
pub(super) fn merged(
    old: &DeviceFields,
    patch: Map<String, Value>,
) -> Result<DeviceFields, Problem> {
    let mut target = serde_json::json!(old);
    merge(&mut target, Value::Object(patch));
    let mut fields = DeviceFields::default();
    let Value::Object(members) = target else {
        return Ok(fields);
    };
    for (name, value) in members {
        let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        let fault = |error: serde_json::Error| wrong(&pointer, format!("{name}: {error}"));
        match name.as_str() {
            "name" => fields.name = serde_json::from_value(value).map_err(fault)?,
            "model" => fields.model = serde_json::from_value(value).map_err(fault)?,
            "labels" if value.is_null() => {}
            "labels" => fields.labels = serde_json::from_value(value).map_err(fault)?,
            "legacy_id" => fields.legacy_id = serde_json::from_value(value).map_err(fault)?,
            _ => {
                let known = "known are serial, name, model, labels and legacy_id";
                return Err(wrong(
                    &pointer,
                    format!("a device has no member {name}; {known}"),
                ));
            }
        }
    }
    Ok(fields)
}

/// RFC 7396.
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(members) = target else {
        return;
    };
    for (name, value) in patch {
        if value.is_null() {
            members.remove(&name);
        } else {
            merge(members.entry(name).or_insert(Value::Null), value);
        }
    }
}

/// Why a change of a device was not made.
pub(super) fn refused(serial: &str, refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotFound => not_found(serial),
        Refusal::Exists => Problem::new(
            Code::DeviceExists,
            format!("there is a device {serial} already"),
        ),
        Refusal::LegacyIdTaken(holder) => Problem::new(
            Code::LegacyIdTaken,
            format!("the legacy number is linked to {holder}"),
        ),
        Refusal::Version(version) => conditional::outdated(version),
        Refusal::Invalid(faults) => {
            let error = |(pointer, detail): (&str, String)| {
                let name = pointer.trim_start_matches('/');
                FieldError::at(pointer, format!("{name}: {detail}"))
            };
            let errors = faults.into_iter().map(error).collect();
            Problem::with_errors(Code::InvalidBody, errors)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn merge_patches_do_what_the_rfc_says() {
        // The examples of RFC 7396, appendix A.
        for (target, patch, result) in [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
            (json!({"a":"b"}), json!({"a":null}), json!({})),
            (
                json!({"a":"b","b":"c"}),
                json!({"a":null}),
                json!({"b":"c"}),
            ),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"c"}), json!({"a":["b"]}), json!({"a":["b"]})),
            (
                json!({"a":{"b":"c"}}),
                json!({"a":{"b":"d","c":null}}),
                json!({"a":{"b":"d"}}),
            ),
            (json!({"a":[{"b":"c"}]}), json!({"a":[1]}), json!({"a":[1]})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"a":"b"}), json!(["c"]), json!(["c"])),
            (json!({"a":"foo"}), json!(null), json!(null)),
            (json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})),
            (json!([1, 2]), json!({"a":"b","c":null}), json!({"a":"b"})),
            (
                json!({}),
                json!({"a":{"bb":{"ccc":null}}}),
                json!({"a":{"bb":{}}}),
            ),
        ] {
            let mut merged = target.clone();
            merge(&mut merged, patch.clone());
            assert_eq!(merged, result, "{target} {patch}");
        }
    }

    fn object(value: Value) -> Map<String, Value> {
        members(value).unwrap().1
    }

    #[test]
    fn an_answer_can_be_sent_back() {
        let answer = json!({"serial":"A","legacy_id":7,"placeholder":false,"name":"Lift","model":null,"firmware":"1",
            "labels":{"site":"vie"},"status":"online","online":null,"provisioned_at":null,"first_seen_at":null,
            "last_seen_at":null,"created_at":"x","updated_at":"x","version":3});
        let fields = whole(object(answer)).unwrap();
        assert_eq!(
            (fields.name.as_deref(), fields.legacy_id),
            (Some("Lift"), Some(7))
        );
        assert_eq!(merged(&fields, Map::new()).unwrap(), fields);
        let patch = object(json!({"labels":{"line":"3","site":null},"name":null}));
        let patched = merged(&fields, patch).unwrap();
        assert_eq!(
            json!(patched),
            json!({"name":null,"model":null,"labels":{"line":"3"},"legacy_id":7})
        );
    }

    #[test]
    fn faults_are_pointed_at() {
        let pointer = |value: Value| {
            let problem = whole(object(value)).unwrap_err();
            problem.into_body("", "").errors[0].pointer.clone().unwrap()
        };
        assert_eq!(pointer(json!({"nme":"x"})), "/nme");
        assert_eq!(pointer(json!({"labels":["x"]})), "/labels");
        assert_eq!(pointer(json!({"labels":{"a":1}})), "/labels");
        assert_eq!(pointer(json!({"legacy_id":"7"})), "/legacy_id");
        assert!(members(json!([])).is_err() && members(json!({"serial":1})).is_err());
    }
}
