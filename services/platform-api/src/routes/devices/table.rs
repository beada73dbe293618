//! A page of readings as JSON, CSV or NDJSON.

use std::io::Write as _;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use sens_storage::query::StoredValue;

use super::measurements::MeasurementPage;
use crate::http::value::Value;
use crate::problem::Problem;

/// A format of readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// One object with everything about the page.
    Json,
    /// A header line and a line per reading.
    Csv,
    /// An object per line.
    Ndjson,
}

impl Format {
    /// By media type, the preferred one first.
    pub(super) const OFFERS: [(&'static str, Self); 3] = [
        ("application/json", Self::Json),
        ("text/csv", Self::Csv),
        ("application/x-ndjson", Self::Ndjson),
    ];
}

/// Bytes one reading takes, about.
const ITEM_BYTES: usize = 128;

/// Writes the page.
///
/// # Errors
/// `internal_error` when it cannot be written.
pub(super) fn write(format: Format, page: &MeasurementPage<'_>) -> Result<Response, Problem> {
    let mut body = Vec::with_capacity(256 + page.items.len() * ITEM_BYTES);
    let (written, content_type) = match format {
        Format::Json => (
            serde_json::to_writer(&mut body, page).map_err(std::io::Error::from),
            "application/json",
        ),
        Format::Csv => (
            csv(&mut body, page),
            "text/csv; charset=utf-8; header=present",
        ),
        Format::Ndjson => (ndjson(&mut body, page), "application/x-ndjson"),
    };
    written.map_err(|error| Problem::internal("cannot write readings", &error))?;
    Ok(([(header::CONTENT_TYPE, content_type)], body).into_response())
}

fn ndjson(body: &mut Vec<u8>, page: &MeasurementPage<'_>) -> std::io::Result<()> {
    for item in &page.items {
        serde_json::to_writer(&mut *body, item)?;
        body.push(b'\n');
    }
    Ok(())
}

fn csv(body: &mut Vec<u8>, page: &MeasurementPage<'_>) -> std::io::Result<()> {
    let rolled_up = page.items.iter().any(|item| item.rollup.is_some());
    body.extend_from_slice(b"serial,metric,recorded_at,value,unit,quality");
    if rolled_up {
        body.extend_from_slice(b",count,min,max,sum,first,last,first_at,last_at");
    }
    body.extend_from_slice(b"\r\n");
    for item in &page.items {
        write!(
            body,
            "{},{},{},",
            field(page.serial),
            field(item.metric),
            item.recorded_at
        )?;
        cell(body, Some(&item.value))?;
        let unit = field(item.unit.unwrap_or_default());
        write!(body, ",{unit},{}", item.quality)?;
        if let Some(rollup) = &item.rollup {
            write!(body, ",{}", rollup.count)?;
            for number in [rollup.min, rollup.max, rollup.sum] {
                body.push(b',');
                cell(body, number.map(StoredValue::Number).map(Value).as_ref())?;
            }
            for value in [&rollup.first, &rollup.last] {
                body.push(b',');
                cell(body, value.as_ref())?;
            }
            write!(body, ",{},{}", rollup.first_at, rollup.last_at)?;
        }
        body.extend_from_slice(b"\r\n");
    }
    Ok(())
}

fn cell(body: &mut Vec<u8>, value: Option<&Value>) -> std::io::Result<()> {
    match value {
        None => Ok(()),
        Some(Value(StoredValue::Text(text))) => body.write_all(field(text).as_bytes()),
        Some(value) => write!(body, "{value}"),
    }
}

/// Quotes where RFC 4180 asks for it. Text from devices must not become a formula in a spreadsheet: one that begins
/// like a formula gets an apostrophe.
fn field(text: &str) -> String {
    let guarded = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if guarded.contains(['"', ',', '\r', '\n']) {
        return format!("\"{}\"", guarded.replace('"', "\"\""));
    }
    guarded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::time::Timestamp;
    use crate::routes::devices::measurements::MeasurementItem;

    fn page() -> MeasurementPage<'static> {
        let item = |metric, value, unit| MeasurementItem {
            metric,
            recorded_at: Timestamp::from_micros(0),
            value: Value(value),
            unit,
            quality: "ok".to_owned(),
            rollup: None,
        };
        let items = vec![
            item("battery_charge", StoredValue::Number(-71.5), Some("%")),
            item("state", StoredValue::Text("=1+1,\"x\"".to_owned()), None),
        ];
        MeasurementPage {
            serial: "A-1",
            source: "raw",
            complete: true,
            watermark: None,
            as_of: None,
            items,
            next_cursor: None,
        }
    }

    #[test]
    fn csv_is_quoted_and_harmless() {
        let mut body = Vec::new();
        csv(&mut body, &page()).unwrap();
        assert_eq!(
            String::from_utf8(body).unwrap(),
            "serial,metric,recorded_at,value,unit,quality\r\n\
             A-1,battery_charge,1970-01-01T00:00:00.000000Z,-71.5,%,ok\r\n\
             A-1,state,1970-01-01T00:00:00.000000Z,\"'=1+1,\"\"x\"\"\",,ok\r\n"
        );
    }

    #[test]
    fn ndjson_has_a_reading_per_line() {
        let mut body = Vec::new();
        ndjson(&mut body, &page()).unwrap();
        let lines: Vec<serde_json::Value> = body
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["value"], -71.5);
        assert_eq!(lines[1]["unit"], serde_json::Value::Null);
    }
}
