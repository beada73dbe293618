//! Flat legacy events.

use serde::Serialize;

use super::{Sample, json, seconds};

#[derive(Serialize)]
struct Event<'a> {
    device_id: i64,
    #[serde(rename = "event_type")]
    metric: &'a str,
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<f64>,
}

/// One event, or an array when there are several samples.
pub(crate) fn render(device_id: i64, samples: &[Sample]) -> Vec<u8> {
    let events: Vec<_> = samples
        .iter()
        .map(|sample| Event {
            device_id,
            metric: sample.metric,
            value: sample.value,
            timestamp: sample.at.map(seconds),
        })
        .collect();
    match events.as_slice() {
        [event] => json(event),
        events => json(&events),
    }
}
