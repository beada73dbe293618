//! SENS v1 batches.

use sens_schema::Micros;
use serde::Serialize;

use super::{Sample, json, rfc3339};

#[derive(Serialize)]
struct Batch<'a> {
    v: u8,
    seq: u64,
    sent_at: String,
    firmware: &'a str,
    readings: Vec<Reading<'a>>,
}

#[derive(Serialize)]
struct Reading<'a> {
    metric: &'a str,
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
}

/// A batch.
pub(crate) fn render(seq: u64, sent_at: Micros, firmware: &str, samples: &[Sample]) -> Vec<u8> {
    let readings = samples
        .iter()
        .map(|sample| Reading {
            metric: sample.metric,
            value: sample.value,
            at: sample.at.map(rfc3339),
        })
        .collect();
    json(&Batch {
        v: 1,
        seq,
        sent_at: rfc3339(sent_at),
        firmware,
        readings,
    })
}
