//! Rows for the tests of the formats.

use chrono::DateTime;
use sens_storage::query::StoredValue;
use sens_storage::query::buckets::Bucket;
use sens_storage::query::measurements::{DeviceMetric, Measurement, ReadingKey};
use sens_storage::query::targets::Target;

use super::grammar::Ask;
use super::rows::{Row, Table};
use crate::http::params::Params;

fn target(id: i32, name: &str, unit: Option<&str>, kind: &str) -> Target {
    Target {
        device_id: 1,
        serial: "A-1".into(),
        metric: DeviceMetric {
            id,
            name: name.to_owned(),
            unit: unit.map(str::to_owned),
            kind: kind.to_owned(),
            display_unit: None,
            display_factor: None,
            newest: DateTime::UNIX_EPOCH,
            corrected: false,
        },
        first: None,
    }
}

/// The table of an answer about three series: numbers, texts, booleans.
pub(super) fn table(query: &str) -> Table {
    let targets = vec![
        numbers(),
        target(2, "state", None, "text"),
        target(3, "door", None, "boolean"),
    ];
    table_of(query, targets)
}

/// A series of numbers.
pub(super) fn numbers() -> Target {
    target(1, "battery_charge", Some("%"), "number")
}

/// The table of an answer about these series.
pub(super) fn table_of(query: &str, targets: Vec<Target>) -> Table {
    let params = Params::of(&format!("/x?{query}").parse().unwrap());
    let now = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
    Table::new(&Ask::read(None, params, now).unwrap(), targets).unwrap()
}

pub(super) fn key(metric_id: i32, micros: i64) -> ReadingKey {
    let at = DateTime::from_timestamp_micros(micros).unwrap();
    ReadingKey {
        at,
        device_id: 1,
        metric_id,
        recorded_at: at,
        dedup: 0,
    }
}

/// A number and a text.
pub(super) fn readings() -> (Table, Vec<Row>) {
    let table = table("");
    let values = [
        (1, StoredValue::Number(-71.5)),
        (2, StoredValue::Text("=1+1,\"x\"".to_owned())),
    ];
    let rows = values.map(|(metric_id, value)| {
        let quality = "ok".into();
        let key = key(metric_id, 0);
        table
            .reading(Measurement {
                key,
                value,
                quality,
            })
            .unwrap()
    });
    (table, rows.into())
}

/// A bucket of two numbers, at a minute.
pub(super) fn bucket(minute: i64, low: f64, high: f64) -> Bucket {
    let place = key(1, minute * 60_000_000);
    Bucket {
        key: place,
        n: 2,
        min: Some(low),
        max: Some(high),
        sum: Some(low + high),
        first: Some(low),
        last: Some(high),
        first_at: place.at,
        last_at: key(1, minute * 60_000_000 + 30_000_000).at,
        texts: 0,
        last_text: None,
        percentiles: vec![low],
    }
}

/// A rolled-up minute.
pub(super) fn buckets() -> (Table, Vec<Row>) {
    let table = table("resolution=1m");
    let rows = vec![table.bucket(&bucket(0, 70.0, 80.0)).unwrap()];
    (table, rows)
}
