//! Lines of an import, from CSV or NDJSON, each as the JSON object it stands for.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::fields::READ_ONLY;
use crate::http::csv;
use crate::problem::{Code, Problem};

/// What a line says.
pub(super) struct Said {
    /// Its number in the file, from 1.
    pub(super) line: usize,
    /// The device, as JSON.
    pub(super) value: Result<Value, Problem>,
}

/// Reads lines, one when it is asked for.
pub(super) type Reader =
    for<'a> fn(&'a str) -> Result<Box<dyn Iterator<Item = Said> + Send + 'a>, Problem>;

/// The reader of a media type.
///
/// # Errors
/// `unsupported_media_type`.
pub(super) fn reader(media_type: &str) -> Result<Reader, Problem> {
    match media_type {
        "text/csv" => Ok(of_csv),
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Ok(of_ndjson),
        _ => Err(Problem::new(
            Code::UnsupportedMediaType,
            "the content type must be text/csv or application/x-ndjson",
        )),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the other reader can fail")]
fn of_ndjson(text: &str) -> Result<Box<dyn Iterator<Item = Said> + Send + '_>, Problem> {
    let lines = text.lines().enumerate();
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    Ok(Box::new(lines.map(|(index, line)| {
        Said {
            line: index + 1,
            value: serde_json::from_str(line)
                .map_err(|error| Problem::new(Code::InvalidJson, error.to_string())),
        }
    })))
}

fn of_csv(text: &str) -> Result<Box<dyn Iterator<Item = Said> + Send + '_>, Problem> {
    let mut records = csv::records(text);
    let invalid = |detail: String| Problem::new(Code::InvalidBody, detail);
    let header = match records.next() {
        Some((_, Ok(header))) => header,
        Some((_, Err(detail))) => return Err(invalid(format!("the header: {detail}"))),
        None => return Err(invalid("the body has no header".to_owned())),
    };
    let columns: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    let ours = ["serial", "name", "model", "legacy_id", "labels"];
    for (index, name) in columns.iter().enumerate() {
        let name = name.as_str();
        if !ours.contains(&name) && !READ_ONLY.contains(&name) {
            let detail = format!("there is no column {name}; known are {}", ours.join(", "));
            return Err(invalid(detail));
        }
        if columns[..index].iter().any(|other| other == name) {
            return Err(invalid(format!("the column {name} stands there twice")));
        }
    }
    if !columns.iter().any(|name| name == "serial") {
        return Err(invalid("the column serial is missing".to_owned()));
    }
    Ok(Box::new(records.map(move |(line, fields)| {
        Said {
            line,
            value: fields
                .map_err(str::to_owned)
                .and_then(|fields| object(&columns, &fields))
                .map_err(|detail| Problem::new(Code::InvalidBody, detail)),
        }
    })))
}

fn object(columns: &[String], fields: &[Cow<'_, str>]) -> Result<Value, String> {
    if fields.len() != columns.len() {
        let (found, wanted) = (fields.len(), columns.len());
        return Err(format!("the line has {found} fields, the header {wanted}"));
    }
    let mut members = Map::new();
    for (name, field) in columns.iter().zip(fields) {
        let text = csv::plain(field.trim());
        let value = match name.as_str() {
            "labels" => labels(text)?,
            _ if text.is_empty() => Value::Null,
            "legacy_id" => {
                let number: i64 = text
                    .parse()
                    .map_err(|_| format!("legacy_id must be a whole number, not {text:?}"))?;
                json!(number)
            }
            _ => json!(text),
        };
        members.insert(name.clone(), value);
    }
    Ok(Value::Object(members))
}

/// `site=vie;line=3`; nothing for none.
fn labels(text: &str) -> Result<Value, String> {
    let mut labels = Map::new();
    for pair in text
        .split(';')
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
    {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        if labels.insert(key.to_owned(), json!(value)).is_some() {
            return Err(format!("the label {key} stands there twice"));
        }
    }
    Ok(if labels.is_empty() {
        Value::Null
    } else {
        Value::Object(labels)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(media_type: &str, text: &str) -> Vec<(usize, Option<Value>)> {
        let lines = reader(media_type).unwrap()(text).unwrap();
        lines.map(|said| (said.line, said.value.ok())).collect()
    }

    #[test]
    fn csv_becomes_objects() {
        let text = "serial,labels,legacy_id,name,status\r\nA,site=vie;old,7,\"Lift, west\",online\r\n\r\nB,,,,\r\nC,a=1;a=2,,,\r\nD,,x,,\r\nE\r\n";
        assert_eq!(
            read("text/csv", text),
            [
                (
                    2,
                    Some(
                        json!({"serial":"A","labels":{"site":"vie","old":""},"legacy_id":7,"name":"Lift, west","status":"online"})
                    )
                ),
                (
                    4,
                    Some(
                        json!({"serial":"B","labels":null,"legacy_id":null,"name":null,"status":null})
                    )
                ),
                (5, None),
                (6, None),
                (7, None),
            ]
        );
    }

    #[test]
    fn ndjson_is_read_line_by_line() {
        assert_eq!(
            read("application/x-ndjson", "{\"serial\":\"A\"}\n\n{\n"),
            [(1, Some(json!({"serial":"A"}))), (3, None)]
        );
    }

    #[test]
    fn headers_are_checked() {
        let read = reader("text/csv").unwrap();
        for text in [
            "",
            "name\n",
            "serial,nme\n",
            "serial,serial\n",
            "\"serial\n",
        ] {
            assert!(read(text).is_err(), "{text:?}");
        }
        assert!(reader("text/plain").is_err());
    }
}
