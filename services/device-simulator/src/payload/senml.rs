//! SenML packs (RFC 8428): the first record carries the base name and time.

use sens_schema::Micros;
use serde::Serialize;

use super::{Sample, json, seconds};

#[derive(Serialize)]
struct Record<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    bn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bt: Option<f64>,
    n: &'a str,
    u: &'a str,
    v: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    t: Option<f64>,
}

/// A pack whose base name is the serial.
pub(crate) fn render(serial: &str, sent_at: Micros, samples: &[Sample]) -> Vec<u8> {
    let record = |(index, sample): (usize, &Sample)| Record {
        bn: (index == 0).then_some(serial),
        bt: (index == 0).then(|| seconds(sent_at)),
        n: sample.metric,
        u: sample.unit,
        v: sample.value,
        t: sample
            .at
            .filter(|at| *at != sent_at)
            .map(|at| seconds(at - sent_at)),
    };
    json(&samples.iter().enumerate().map(record).collect::<Vec<_>>())
}
