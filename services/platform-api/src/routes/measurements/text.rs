//! Rows as JSON, NDJSON and CSV, written straight into the buffer of the answer.

use std::io::Write as _;

use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use sens_storage::query::StoredValue;

use super::rows::{Cell, Column, Row, Table};
use crate::http::csv::write_field;
use crate::http::value::Value;

/// The columns without what JSON leaves out, because the answer as a whole says it.
fn shown(table: &Table, of_one: bool) -> impl Iterator<Item = Column> {
    let columns = table.columns.iter().copied();
    columns.filter(move |column| !(of_one && *column == Column::Serial))
}

/// Writes rows as the members of a JSON array.
pub(super) fn items(body: &mut Vec<u8>, table: &Table, rows: &[Row], of_one: bool) {
    let names = Names::of(table, of_one);
    body.push(b'[');
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        names.object(body, table, row);
    }
    body.push(b']');
}

/// Writes rows as a JSON object with an array per column.
pub(super) fn columns(body: &mut Vec<u8>, table: &Table, rows: &[Row], of_one: bool) {
    body.push(b'{');
    for (index, column) in shown(table, of_one).enumerate() {
        if index > 0 {
            body.push(b',');
        }
        quoted(body, &column.name());
        body.extend_from_slice(b":[");
        for (index, row) in rows.iter().enumerate() {
            if index > 0 {
                body.push(b',');
            }
            json(body, table.cell(row, column));
        }
        body.push(b']');
    }
    body.push(b'}');
}

/// Writes an object per line.
pub(super) fn ndjson(body: &mut Vec<u8>, table: &Table, rows: &[Row], of_one: bool) {
    let names = Names::of(table, of_one);
    for row in rows {
        names.object(body, table, row);
        body.push(b'\n');
    }
}

/// A row as an object: what stands before each cell, and at the end. What all rows share is part of it.
struct Names {
    cells: Vec<(Vec<u8>, Column)>,
    end: Vec<u8>,
}

impl Names {
    fn of(table: &Table, of_one: bool) -> Self {
        let mut cells = Vec::new();
        let mut before = vec![b'{'];
        let mut is_nested = false;
        for (index, column) in shown(table, of_one).enumerate() {
            if index > 0 {
                before.push(b',');
            }
            if matches!(column, Column::Rollup(_)) && !is_nested {
                is_nested = true;
                before.extend_from_slice(b"\"rollup\":{");
            }
            quoted(&mut before, &column.name());
            before.push(b':');
            match table.shared(column) {
                Some(cell) => json(&mut before, cell),
                None => cells.push((std::mem::take(&mut before), column)),
            }
        }
        before.extend_from_slice(if is_nested { b"}}" } else { b"}" });
        Self { cells, end: before }
    }

    fn object(&self, body: &mut Vec<u8>, table: &Table, row: &Row) {
        for (before, column) in &self.cells {
            body.extend_from_slice(before);
            json(body, table.cell(row, *column));
        }
        body.extend_from_slice(&self.end);
    }
}

fn json(body: &mut Vec<u8>, cell: Cell<'_>) {
    match cell {
        Cell::Null => body.extend_from_slice(b"null"),
        Cell::Text(text) => quoted(body, text),
        Cell::Time(at) => {
            body.push(b'"');
            time(body, at);
            body.push(b'"');
        }
        Cell::Integer(number) => written(write!(body, "{number}")),
        Cell::Boolean(boolean) => written(write!(body, "{boolean}")),
        Cell::Number(number) => {
            written(serde_json::to_writer(
                body,
                &Value(StoredValue::Number(number)),
            ));
        }
    }
}

/// A text in quotes.
fn quoted(body: &mut Vec<u8>, text: &str) {
    let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if text.bytes().all(is_plain) {
        body.push(b'"');
        body.extend_from_slice(text.as_bytes());
        body.push(b'"');
    } else {
        written(serde_json::to_writer(body, text));
    }
}

/// Memory takes everything that is written to it.
fn written<E: std::fmt::Display>(result: Result<(), E>) {
    if let Err(error) = result {
        tracing::error!(%error, "a cell could not be written");
    }
}

/// As [`crate::http::time::Timestamp`] writes it.
fn time(body: &mut Vec<u8>, at: DateTime<Utc>) {
    let (date, time) = (at.date_naive(), at.time());
    let year = u32::try_from(date.year()).unwrap_or_default();
    let micros = (time.nanosecond() / 1000).min(999_999);
    let mut text = *b"0000-00-00T00:00:00.000000Z";
    for (number, digits) in [
        (year, 0..4),
        (date.month(), 5..7),
        (date.day(), 8..10),
        (time.hour(), 11..13),
        (time.minute(), 14..16),
        (time.second(), 17..19),
        (micros, 20..26),
    ] {
        let mut rest = number;
        for digit in text[digits].iter_mut().rev() {
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
        }
    }
    body.extend_from_slice(&text);
}

/// Writes the line of names.
pub(super) fn csv_head(body: &mut Vec<u8>, table: &Table) {
    let names: Vec<String> = table.columns.iter().map(|column| column.name()).collect();
    body.extend_from_slice(names.join(",").as_bytes());
    body.extend_from_slice(b"\r\n");
}

/// Writes a line per row.
pub(super) fn csv(body: &mut Vec<u8>, table: &Table, rows: &[Row]) {
    for row in rows {
        for (index, column) in table.columns.iter().enumerate() {
            if index > 0 {
                body.push(b',');
            }
            match table.cell(row, *column) {
                Cell::Null => {}
                Cell::Text(text) => write_field(body, text),
                Cell::Time(at) => time(body, at),
                Cell::Integer(number) => written(write!(body, "{number}")),
                Cell::Number(number) => written(write!(body, "{number}")),
                Cell::Boolean(boolean) => written(write!(body, "{boolean}")),
            }
        }
        body.extend_from_slice(b"\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use crate::http::time::Timestamp;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut body = Vec::new();
        write(&mut body);
        String::from_utf8(body).unwrap()
    }

    #[test]
    fn csv_is_quoted_and_harmless() {
        let (table, rows) = samples::readings();
        let lines = text(|body| {
            csv_head(body, &table);
            csv(body, &table, &rows);
        });
        assert_eq!(
            lines,
            "serial,metric,recorded_at,value,unit,quality\r\n\
             A-1,battery_charge,1970-01-01T00:00:00.000000Z,-71.5,%,ok\r\n\
             A-1,state,1970-01-01T00:00:00.000000Z,\"'=1+1,\"\"x\"\"\",,ok\r\n"
        );
    }

    #[test]
    fn json_has_rows_lines_or_columns() {
        let (table, rows) = samples::readings();
        let first = r#"{"serial":"A-1","metric":"battery_charge","recorded_at":"1970-01-01T00:00:00.000000Z","value":-71.5,"unit":"%","quality":"ok"}"#;
        let lines = text(|body| ndjson(body, &table, &rows, false));
        assert_eq!(lines.lines().next(), Some(first));
        let array = text(|body| items(body, &table, &rows, true));
        let array: serde_json::Value = serde_json::from_str(&array).unwrap();
        assert_eq!(array[1]["value"], "=1+1,\"x\"");
        assert_eq!(array[1].get("serial"), None);
        let object = text(|body| columns(body, &table, &rows, true));
        let object: serde_json::Value = serde_json::from_str(&object).unwrap();
        assert_eq!(object["unit"], serde_json::json!(["%", null]));
        assert_eq!(
            object["metric"],
            serde_json::json!(["battery_charge", "state"])
        );
    }

    #[test]
    fn what_all_rows_share_is_written_as_if_they_did_not() {
        let (several, rows) = samples::readings();
        let one = samples::table_of("", vec![samples::numbers()]);
        assert_eq!((one.count(), several.count()), (1, 3));
        for of_one in [false, true] {
            let shared = text(|body| ndjson(body, &one, &rows[..1], of_one));
            assert_eq!(
                shared,
                text(|body| ndjson(body, &several, &rows[..1], of_one))
            );
        }
    }

    #[test]
    fn what_is_rolled_up_stands_together() {
        let (table, rows) = samples::buckets();
        let array = text(|body| items(body, &table, &rows, true));
        let array: serde_json::Value = serde_json::from_str(&array).unwrap();
        assert_eq!(array[0]["rollup"]["count"], 2);
        assert_eq!(array[0]["rollup"]["last_at"], "1970-01-01T00:00:30.000000Z");
        assert_eq!(
            (&array[0]["value"], &array[0]["quality"]),
            (&75.into(), &"rolled_up".into())
        );
    }

    #[test]
    fn times_are_written_as_everywhere() {
        for micros in [
            0,
            1,
            1_732_100_000_250_000,
            -62_135_596_800_000_000,
            253_402_300_799_999_999,
        ] {
            let at = Timestamp::from_micros(micros);
            assert_eq!(text(|body| time(body, at.0)), at.to_string());
        }
    }
}
