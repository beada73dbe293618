//! Every payload in `testdata/<decoder>/v<version>/` decodes for ever to what stands beside it.
//! How to add one: `testdata/README.md`.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::fs;
use std::path::{Path, PathBuf};

use sens_schema::{
    Catalogue, ClockPolicy, Control, DecodeContext, Decoded, MetricKind, MetricRule, Position,
    Reading, Topic, Value, decode,
};
use serde_json::json;

/// The four built-in metrics and one of each other kind.
fn catalogue() -> Catalogue {
    let rule = |id, name: &str, kind, unit: Option<&str>| MetricRule {
        id,
        name: name.into(),
        unit: unit.map(Into::into),
        kind,
        min: None,
        max: None,
    };
    let mut rules: Vec<MetricRule> = Catalogue::builtin().iter().cloned().collect();
    rules.push(rule(5, "door_open", MetricKind::Boolean, None));
    rules.push(rule(6, "state", MetricKind::Text, None));
    rules.push(rule(7, "temperature", MetricKind::Number, Some("Cel")));
    Catalogue::new(rules)
}

fn reading(reading: &Reading) -> serde_json::Value {
    let value = match (&reading.value, reading.boolean) {
        (Value::Number(number), true) => json!(*number != 0.0),
        (Value::Number(number), false) => json!(number),
        (Value::Text(text), _) => json!(text),
    };
    json!({
        "device": reading.device.to_string(), "metric": reading.metric.as_ref(), "listed": reading.listed, "value": value,
        "unit": reading.unit.as_deref(), "recorded_at": reading.recorded_at, "device_time": reading.device_time,
        "device_seq": reading.device_seq, "quality": reading.quality.as_str(), "dedup": reading.dedup,
        "item": reading.item,
    })
}

fn outcome(decoded: &Decoded) -> serde_json::Value {
    let startups: Vec<_> = decoded
        .startups
        .iter()
        .map(|startup| {
            json!({
                "serial": startup.serial, "token": startup.token, "firmware": startup.firmware, "model": startup.model,
                "started_at": startup.started_at, "item": startup.item,
            })
        })
        .collect();
    let errors: Vec<_> = decoded
        .errors
        .iter()
        .map(|error| {
            assert!(!error.detail.is_empty() && !error.detail.chars().any(char::is_control), "{error:?}");
            json!({
                "device": error.device.as_ref().map(ToString::to_string), "reason": error.reason.as_str(),
                "pointer": error.pointer, "item": error.item,
            })
        })
        .collect();
    let control = decoded.control.as_ref().map(|control| match control {
        Control::Status { serial, online } => json!({"serial": serial, "online": online}),
        Control::CommandAck { serial, answer } => json!({
            "serial": serial, "command_ack": true,
            "answer": answer.as_ref().map(|answer| json!({
                "id": answer.id, "verdict": answer.verdict.as_str(), "detail": answer.detail, "result": answer.result,
            })),
        }),
    });
    json!({
        "decoder": decoded.decoder.map(|tag| tag.to_string()),
        "device": decoded.device.as_ref().map(ToString::to_string),
        "firmware": decoded.firmware,
        "readings": decoded.readings.iter().map(reading).collect::<Vec<_>>(),
        "startups": startups, "errors": errors, "control": control,
    })
}

/// What a payload comes to in the context that stands in its expectation.
fn decode_case(payload: &[u8], case: &serde_json::Value) -> serde_json::Value {
    let topic = Topic::parse(case["topic"].as_str().unwrap());
    let catalogue = catalogue();
    let context = DecodeContext {
        topic: &topic,
        received_at: case["received_at"].as_i64().unwrap(),
        content_type: case["content_type"].as_str(),
        truncated: case["truncated"].as_bool().unwrap_or(false),
        full_length: payload.len() as u64,
        position: Position { epoch: 1, seq: 42 },
        catalogue: &catalogue,
        clock: ClockPolicy::default(),
    };
    // Through text, as the expectation came: the last bit of a double may be lost on the way. Its identity keeps it.
    serde_json::from_str(&outcome(&decode(payload, &context)).to_string()).unwrap()
}

fn payloads(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            payloads(&path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "payload")
        {
            found.push(path);
        }
    }
}

#[test]
fn every_payload_decodes_as_it_always_did() {
    let mut paths = Vec::new();
    payloads(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata"),
        &mut paths,
    );
    paths.retain(|path| {
        !path.starts_with(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/samples"))
    });
    paths.sort();
    assert!(paths.len() > 40, "only {} payloads found", paths.len());
    let mut wrong = Vec::new();
    for path in paths {
        let expected = path.with_extension("expected.json");
        let case: serde_json::Value =
            serde_json::from_slice(&fs::read(&expected).unwrap()).unwrap();
        let found = decode_case(&fs::read(&path).unwrap(), &case);
        if found != case["outcome"] {
            wrong.push(format!("{}\n{found:#}\n", expected.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "other outcomes than expected:\n{}",
        wrong.join("\n")
    );
}
