//! Files of past readings: a reading per line, as CSV with a header or as NDJSON, and the payloads that they become.
//!
//! A line is `serial`, `metric`, `recorded_at` (RFC 3339), `value` and, where it is another one than the catalogue's, `unit`.
//! Lines of a device become SENS v1 batches without a sequence: decoded like everything else, the same line is the same reading
//! however often it comes.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value, json};

use crate::serial::Serial;
use crate::time::{Micros, parse_rfc3339};
use crate::topic;

/// Longest line of a file, in bytes.
pub const LINE_MAX: usize = 16 * 1024;
/// Readings of one payload.
const READINGS: usize = 500;

/// What a line may say. The quality, which exports have, is of the time at which it was received first: it is left out.
const MEMBERS: [&str; 6] = [
    "serial",
    "metric",
    "recorded_at",
    "value",
    "unit",
    "quality",
];

/// How a file is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// A reading per line, with these columns.
    Csv(Vec<String>),
    /// A JSON object per line.
    Ndjson,
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its number in the file, from 1.
    pub number: u64,
    /// The device.
    pub serial: Serial,
    /// Name of the metric.
    pub metric: String,
    /// When it was measured.
    pub at: Micros,
    /// A number, boolean or text.
    pub value: Value,
    /// Unit of the value; the catalogue's where there is none.
    pub unit: Option<String>,
}

/// Lines of one device as a payload.
#[derive(Debug, Clone, PartialEq)]
pub struct Payload {
    /// Topic under which it is kept.
    pub topic: String,
    /// The lines, in the order of the readings.
    pub lines: Vec<Line>,
}

impl Format {
    /// Reads the header of a CSV file.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn csv(header: &str) -> Result<Self, String> {
        let columns = fields(header)?;
        for (index, name) in columns.iter().enumerate() {
            if !MEMBERS.contains(&name.as_str()) {
                let known = MEMBERS.join(", ");
                return Err(format!("there is no column {name:?}; known are {known}"));
            }
            if columns[..index].contains(name) {
                return Err(format!("the column {name} stands there twice"));
            }
        }
        match MEMBERS[..4]
            .iter()
            .find(|name| !columns.iter().any(|column| column == *name))
        {
            Some(missing) => Err(format!("the column {missing} is missing")),
            None => Ok(Self::Csv(columns)),
        }
    }

    /// Reads a line.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn line(&self, number: u64, text: &str) -> Result<Line, String> {
        let mut members = match self {
            Self::Ndjson => match serde_json::from_str(text) {
                Ok(Value::Object(members)) => members,
                Ok(_) => return Err("the line is no JSON object".to_owned()),
                Err(error) => return Err(format!("the line is no JSON: {error}")),
            },
            Self::Csv(columns) => row(columns, &fields(text)?)?,
        };
        if let Some(unknown) = members
            .keys()
            .find(|name| !MEMBERS.contains(&name.as_str()))
        {
            return Err(format!(
                "{unknown:?} is not known; known are {}",
                MEMBERS.join(", ")
            ));
        }
        let serial = string(&mut members, "serial")?.ok_or("serial is missing")?;
        let serial = Serial::parse(&serial).map_err(|error| format!("serial: {error}"))?;
        if serial.is_legacy_reserved() && serial.legacy_id().is_none() {
            return Err(format!(
                "serial: {serial} is reserved and names no legacy number"
            ));
        }
        let metric = string(&mut members, "metric")?.ok_or("metric is missing")?;
        let at = string(&mut members, "recorded_at")?.ok_or("recorded_at is missing")?;
        let at = parse_rfc3339(&at)
            .ok_or_else(|| format!("recorded_at: {at:?} is no RFC 3339 time with offset"))?;
        let unit = string(&mut members, "unit")?;
        match members.remove("value") {
            None | Some(Value::Null) => Err("value is missing".to_owned()),
            Some(value @ (Value::Number(_) | Value::Bool(_) | Value::String(_))) => Ok(Line {
                number,
                serial,
                metric,
                at,
                value,
                unit,
            }),
            Some(_) => Err("value must be a number, a boolean or a text".to_owned()),
        }
    }
}

/// Puts lines into payloads: in their order, a device apart from the others, a line that repeats another one left out. Gives
/// also how many were left out.
pub fn payloads(lines: Vec<Line>) -> (Vec<Payload>, u64) {
    let mut seen = HashSet::new();
    let mut repeated = 0;
    let mut of_device: BTreeMap<Serial, Vec<Line>> = BTreeMap::new();
    for line in lines {
        let said = (
            line.serial.clone(),
            line.metric.clone(),
            line.at,
            line.value.to_string(),
        );
        if seen.insert((said, line.unit.clone())) {
            of_device.entry(line.serial.clone()).or_default().push(line);
        } else {
            repeated += 1;
        }
    }
    let payloads = of_device.into_iter().flat_map(|(serial, lines)| {
        let topic = topic::telemetry(&serial);
        let mut payloads = Vec::new();
        let mut lines = lines.into_iter().peekable();
        while lines.peek().is_some() {
            payloads.push(Payload {
                topic: topic.clone(),
                lines: lines.by_ref().take(READINGS).collect(),
            });
        }
        payloads
    });
    (payloads.collect(), repeated)
}

impl Payload {
    /// The payload as bytes.
    pub fn body(&self) -> Vec<u8> {
        let readings: Vec<Value> = self
            .lines
            .iter()
            .map(|line| {
                let at = crate::time::to_datetime(line.at);
                let at = at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true));
                let mut reading = json!({ "metric": line.metric, "value": line.value, "at": at });
                if let Some(unit) = &line.unit {
                    reading["unit"] = json!(unit);
                }
                reading
            })
            .collect();
        json!({ "v": 1, "readings": readings })
            .to_string()
            .into_bytes()
    }
}

fn string(members: &mut Map<String, Value>, name: &str) -> Result<Option<String>, String> {
    match members.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("{name} must be a text")),
    }
}

/// A cell that looks like a number or a boolean is one; in quotes it is a text.
fn row(columns: &[String], cells: &[String]) -> Result<Map<String, Value>, String> {
    if cells.len() != columns.len() {
        return Err(format!(
            "the line has {} fields, the header {}",
            cells.len(),
            columns.len()
        ));
    }
    let mut members = Map::new();
    for (name, cell) in columns.iter().zip(cells) {
        let value = match (name.as_str(), cell.as_str()) {
            (_, "") => Value::Null,
            ("value", text) => match serde_json::from_str(text) {
                Ok(value @ (Value::Number(_) | Value::Bool(_) | Value::String(_))) => value,
                _ => json!(text),
            },
            (_, text) => json!(text),
        };
        members.insert(name.clone(), value);
    }
    Ok(members)
}

/// The fields of a line (RFC 4180). A field does not go over the end of a line.
fn fields(line: &str) -> Result<Vec<String>, String> {
    let mut fields = Vec::new();
    let mut rest = line.trim_end_matches(['\r', '\n']);
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_field(quoted)?,
            None => match rest.split_once(',') {
                Some((field, after)) => (field.trim().to_owned(), Some(after)),
                None => (rest.trim().to_owned(), None),
            },
        };
        fields.push(field);
        match after {
            Some(after) => rest = after,
            None => return Ok(fields),
        }
    }
}

fn quoted_field(quoted: &str) -> Result<(String, Option<&str>), String> {
    let mut field = String::new();
    let mut rest = quoted;
    loop {
        let Some((before, after)) = rest.split_once('"') else {
            return Err("a quote is not closed on its line".to_owned());
        };
        field.push_str(before);
        if let Some(more) = after.strip_prefix('"') {
            field.push('"');
            rest = more;
            continue;
        }
        return match (after, after.strip_prefix(',')) {
            ("", _) => Ok((field, None)),
            (_, Some(next)) => Ok((field, Some(next))),
            _ => Err("something follows a closing quote".to_owned()),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv() -> Format {
        Format::csv("serial,metric,recorded_at,value,unit\r").unwrap()
    }

    #[test]
    fn lines_of_both_formats_say_the_same() {
        let of_csv = csv().line(2, "AI-7,battery_charge,2026-11-20T10:00:00+01:00,71.5,%\r");
        let of_json = Format::Ndjson.line(
            2,
            r#"{"serial":"AI-7","metric":"battery_charge","recorded_at":"2026-11-20T09:00:00Z","value":71.5,"unit":"%"}"#,
        );
        assert_eq!(of_csv, of_json);
        let exported = Format::csv("serial,metric,recorded_at,value,unit,quality\r").unwrap();
        let of_export = exported.line(
            2,
            "AI-7,battery_charge,2026-11-20T09:00:00Z,71.5,%,scaled\r",
        );
        assert_eq!(of_export, of_json);
        assert_eq!(of_csv.unwrap().value, json!(71.5));
        for (cell, value) in [
            ("true", json!(true)),
            ("up", json!("up")),
            ("\"\"\"7\"\"\"", json!("7")),
            ("\"a, \"\"b\"\"\"", json!("a, \"b\"")),
        ] {
            let line = format!("A,m,2026-11-20T10:00:00Z,{cell},");
            assert_eq!(csv().line(2, &line).unwrap().value, value, "{cell}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (line, said) in [
            ("A,m,2026-11-20T10:00:00Z,1", "has 4 fields"),
            ("A,m,2026-11-20 10:00,1,", "no RFC 3339"),
            ("A,m,,1,", "recorded_at is missing"),
            ("A,m,2026-11-20T10:00:00Z,,", "value is missing"),
            ("legacy-07,m,2026-11-20T10:00:00Z,1,", "reserved"),
            ("A b,m,2026-11-20T10:00:00Z,1,", "serial"),
            ("\"A,m", "not closed"),
            ("\"A\"b,m", "closing quote"),
        ] {
            let refused = csv().line(2, line).unwrap_err();
            assert!(refused.contains(said), "{line}: {refused}");
        }
        for header in ["serial,metric,value", "serial,serial", "a,b", "\"serial"] {
            assert!(Format::csv(header).is_err(), "{header}");
        }
        for line in ["[]", "{", r#"{"serial":7}"#, r#"{"more":1}"#] {
            assert!(Format::Ndjson.line(1, line).is_err(), "{line}");
        }
    }

    #[test]
    fn payloads_are_of_one_device_and_of_bounded_size() {
        let line = |number: u64, serial: &str, second: u64| {
            let at = format!("2026-11-20T10:{:02}:{:02}Z", second / 60, second % 60);
            csv().line(number, &format!("{serial},m,{at},1,")).unwrap()
        };
        let mut lines: Vec<Line> = (0..600).map(|second| line(second, "A", second)).collect();
        lines.push(line(600, "B", 0));
        lines.push(line(601, "A", 5));
        let (payloads, repeated) = payloads(lines);
        assert_eq!(repeated, 1);
        let sizes: Vec<usize> = payloads.iter().map(|payload| payload.lines.len()).collect();
        assert_eq!(sizes, [500, 100, 1]);
        assert_eq!(payloads[2].topic, "sens/v1/B/telemetry");
        let body: Value = serde_json::from_slice(&payloads[2].body()).unwrap();
        assert_eq!(
            body,
            json!({"v":1,"readings":[{"metric":"m","value":1,"at":"2026-11-20T10:00:00.000000Z"}]})
        );
    }
}
