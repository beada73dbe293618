//! Cutting a body into items, each of which becomes a raw record with exactly the bytes that were sent.

use axum::body::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

/// How a body is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One JSON value; an array has an item per element.
    Json,
    /// A SenML pack: one item, because its records share base fields.
    SenMl,
    /// A CBOR pack: one item, never looked at here.
    Cbor,
    /// An item per line.
    Lines,
}

impl Form {
    /// What is accepted, for messages.
    pub(super) const ACCEPTED: &str = "application/json, application/x-ndjson, application/senml+json, application/senml+cbor, application/octet-stream";

    /// The form of a media type; a body without one is looked at.
    pub(super) fn of(media_type: Option<&str>) -> Option<Self> {
        match media_type {
            None | Some("application/json" | "application/octet-stream" | "text/json") => {
                Some(Self::Json)
            }
            Some("application/senml+json" | "application/sensml+json") => Some(Self::SenMl),
            Some("application/senml+cbor" | "application/sensml+cbor" | "application/cbor") => {
                Some(Self::Cbor)
            }
            Some("application/x-ndjson" | "application/ndjson" | "application/jsonl") => {
                Some(Self::Lines)
            }
            Some(_) => None,
        }
    }
}

/// One item of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// Its bytes as they were sent.
    pub(super) bytes: Bytes,
    /// Why it is no JSON; `None` when it is.
    pub(super) fault: Option<String>,
}

/// The items of a body. A body that is no JSON is one item with a fault, except that lines are judged one by one.
pub(super) fn cut(form: Form, body: &Bytes) -> Vec<Item> {
    match form {
        Form::Lines => lines(body),
        Form::SenMl => vec![whole(body)],
        Form::Cbor => vec![Item {
            bytes: body.clone(),
            fault: None,
        }],
        Form::Json => elements(body).unwrap_or_else(|| vec![whole(body)]),
    }
}

fn whole(bytes: &Bytes) -> Item {
    // Unlike a value that is skipped, a raw value must be UTF-8.
    let fault = serde_json::from_slice::<&RawValue>(bytes)
        .err()
        .map(|error| error.to_string());
    Item {
        bytes: bytes.clone(),
        fault,
    }
}

fn lines(body: &Bytes) -> Vec<Item> {
    let lines = body
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines
        .filter(|line| !line.trim_ascii().is_empty())
        .map(|line| whole(&body.slice_ref(line)))
        .collect()
}

/// The elements of an array, unless the array is a SenML pack; `None` when the body is no array.
fn elements(body: &Bytes) -> Option<Vec<Item>> {
    if body.trim_ascii_start().first() != Some(&b'[') {
        return None;
    }
    let elements: Vec<&RawValue> = serde_json::from_slice(body).ok()?;
    if elements.first().is_some_and(|first| is_senml(first.get())) {
        return None;
    }
    let item = |element: &&RawValue| Item {
        bytes: body.slice_ref(element.get().as_bytes()),
        fault: None,
    };
    Some(elements.iter().map(item).collect())
}

/// Whether an element is a SenML record: it has a name or base name, and none of the members of our own formats.
fn is_senml(element: &str) -> bool {
    #[derive(Deserialize)]
    struct Members<'a> {
        #[serde(borrow)]
        bn: Option<&'a RawValue>,
        #[serde(borrow)]
        n: Option<&'a RawValue>,
        #[serde(borrow)]
        event_type: Option<&'a RawValue>,
        #[serde(borrow)]
        readings: Option<&'a RawValue>,
    }
    serde_json::from_str::<Members<'_>>(element).is_ok_and(|members| {
        (members.bn.is_some() || members.n.is_some())
            && members.event_type.is_none()
            && members.readings.is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(form: Form, body: &'static str) -> Vec<(String, bool)> {
        let items = cut(form, &Bytes::from_static(body.as_bytes()));
        items
            .iter()
            .map(|item| {
                (
                    String::from_utf8_lossy(&item.bytes).into_owned(),
                    item.fault.is_none(),
                )
            })
            .collect()
    }

    fn good(text: &str) -> (String, bool) {
        (text.to_owned(), true)
    }

    #[test]
    fn an_object_is_one_item_and_an_array_one_per_element() {
        assert_eq!(texts(Form::Json, " {\"a\": 1} "), [good(" {\"a\": 1} ")]);
        assert_eq!(
            texts(Form::Json, "[ {\"a\" : 1.50} ,2, \"x\"]"),
            [good("{\"a\" : 1.50}"), good("2"), good("\"x\"")]
        );
        assert_eq!(texts(Form::Json, "[]"), []);
        assert_eq!(texts(Form::Json, "5"), [good("5")]);
    }

    #[test]
    fn a_senml_pack_stays_whole() {
        let pack = "[{\"bn\":\"A:\",\"n\":\"t\",\"v\":1},{\"n\":\"u\",\"v\":2}]";
        assert_eq!(texts(Form::Json, pack), [good(pack)]);
        assert_eq!(texts(Form::SenMl, pack), [good(pack)]);
        let events = "[{\"n\":1,\"event_type\":\"battery_charge\"}]";
        assert_eq!(
            texts(Form::Json, events),
            [good("{\"n\":1,\"event_type\":\"battery_charge\"}")]
        );
    }

    #[test]
    fn what_is_no_json_is_kept_whole() {
        for body in ["{\"a\":", "[1,", "\0", "", "nonsense", "{} {}"] {
            assert_eq!(
                texts(Form::Json, body),
                [(body.to_owned(), false)],
                "{body:?}"
            );
        }
        let invalid_utf8 = Bytes::from_static(b"[\"\xff\"]");
        assert!(cut(Form::Json, &invalid_utf8)[0].fault.is_some());
    }

    #[test]
    fn lines_are_judged_one_by_one() {
        let body = "{\"a\":1}\r\n\n  \n{oops}\n[1]";
        assert_eq!(
            texts(Form::Lines, body),
            [good("{\"a\":1}"), ("{oops}".to_owned(), false), good("[1]")]
        );
    }

    #[test]
    fn media_types_have_forms() {
        assert_eq!(Form::of(None), Some(Form::Json));
        assert_eq!(Form::of(Some("application/x-ndjson")), Some(Form::Lines));
        assert_eq!(Form::of(Some("application/x-www-form-urlencoded")), None);
    }
}
