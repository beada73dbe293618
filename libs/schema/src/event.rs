//! What is told to `SENS_EVENTS` after each committed batch (subject [`crate::subject::EVENT_BATCH`]),
//! as compact JSON.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::time::Micros;

/// One committed batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchEvent<'a> {
    /// Epoch of the stream the messages came from.
    pub epoch: i32,
    /// When the batch was committed.
    pub committed_at: Micros,
    /// The readings that are new; duplicates are not repeated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<ReadingEvent<'a>>,
    /// Outcomes of the messages for which someone waits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<MessageOutcome>,
    /// What the batch came to.
    pub counts: BatchCounts,
}

/// A new reading. Borrowed when it is told, owned when it is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReadingEvent<'a> {
    /// Serial of the device.
    #[serde(rename = "s")]
    pub serial: Cow<'a, str>,
    /// Name of the metric.
    #[serde(rename = "m")]
    pub metric: Cow<'a, str>,
    /// Number, text or boolean.
    #[serde(rename = "v")]
    pub value: serde_json::Value,
    /// Unit, where there is one.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Cow<'a, str>>,
    /// When it was measured.
    #[serde(rename = "t")]
    pub recorded_at: Micros,
    /// When it arrived.
    #[serde(rename = "r")]
    pub received_at: Micros,
}

/// What became of one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageOutcome {
    /// Its sequence in the stream.
    pub seq: u64,
    /// The verdict on the whole message.
    pub outcome: Outcome,
    /// New readings.
    #[serde(default)]
    pub processed: u32,
    /// Readings that were there already.
    #[serde(default)]
    pub duplicate: u32,
    /// What was wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<OutcomeError>,
}

/// The verdict on a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// At least one reading is new, or it was a control message that took effect.
    Processed,
    /// Every good reading was there already.
    Duplicate,
    /// No good reading.
    Invalid,
    /// A `device_startup` with the right token.
    Provisioned,
    /// A `device_startup` with a wrong token, or while provisioning is off.
    Unauthorized,
}

impl Outcome {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Processed => "processed",
            Self::Duplicate => "duplicate",
            Self::Invalid => "invalid",
            Self::Provisioned => "provisioned",
            Self::Unauthorized => "unauthorized",
        }
    }
}

/// One thing that was wrong with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeError {
    /// Name of the [`crate::Reason`].
    pub reason: String,
    /// Words for people.
    pub detail: String,
    /// JSON Pointer into the payload.
    pub pointer: String,
}

/// What a batch came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchCounts {
    /// Messages committed.
    pub messages: u64,
    /// New readings.
    pub processed: u64,
    /// Readings that were there already.
    pub duplicate: u64,
    /// Errors.
    pub error: u64,
}

/// A change of a device's presence (subject [`crate::subject::EVENT_PRESENCE`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceEvent {
    /// Serial of the device.
    pub serial: String,
    /// `online`, `offline` (it, or its last will, said so) or `silent` (nothing was heard of it for long).
    pub state: String,
    /// What it was held for before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Since when.
    pub at: Micros,
}

/// What processes may keep in memory has changed and is to be read again (subject [`crate::subject::EVENT_CHANGE`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeEvent {
    /// Of which kind it is.
    pub kind: ChangeKind,
    /// Which ones; none stands for all of the kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

/// What can have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// API keys, by id.
    ApiKey,
    /// Devices by the names of their messages: their serial, labels, whether they are there, what they are linked to.
    Device,
    /// Metrics of the catalogue, by name.
    Metric,
    /// Newest values that were taken out, by serial of the device.
    Latest,
    /// Something that a newer version knows.
    #[serde(other)]
    Other,
}

impl ChangeKind {
    /// Reads the stable name.
    pub fn parse(name: &str) -> Self {
        match name {
            "api_key" => Self::ApiKey,
            "device" => Self::Device,
            "metric" => Self::Metric,
            "latest" => Self::Latest,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_compact_and_comes_back() {
        let batch = BatchEvent {
            epoch: 1,
            committed_at: 1_732_100_000_250_000,
            readings: vec![ReadingEvent {
                serial: "legacy-7".into(),
                metric: "battery_charge".into(),
                value: serde_json::json!(71.5),
                unit: None,
                recorded_at: 5,
                received_at: 6,
            }],
            outcomes: Vec::new(),
            counts: BatchCounts {
                messages: 1,
                processed: 1,
                duplicate: 0,
                error: 0,
            },
        };
        let json = serde_json::to_string(&batch).unwrap();
        assert_eq!(
            json,
            r#"{"epoch":1,"committed_at":1732100000250000,"readings":[{"s":"legacy-7","m":"battery_charge","v":71.5,"t":5,"r":6}],"counts":{"messages":1,"processed":1,"duplicate":0,"error":0}}"#
        );
        assert_eq!(
            serde_json::from_str::<BatchEvent<'_>>(&json).unwrap(),
            batch
        );
    }

    #[test]
    fn outcome_names_agree_with_json() {
        for outcome in [
            Outcome::Processed,
            Outcome::Duplicate,
            Outcome::Invalid,
            Outcome::Provisioned,
            Outcome::Unauthorized,
        ] {
            assert_eq!(serde_json::json!(outcome), outcome.as_str());
        }
    }

    #[test]
    fn kinds_of_changes_agree_with_json() {
        for kind in [
            ChangeKind::ApiKey,
            ChangeKind::Device,
            ChangeKind::Metric,
            ChangeKind::Latest,
        ] {
            let name = serde_json::to_value(kind).unwrap();
            assert_eq!(ChangeKind::parse(name.as_str().unwrap()), kind);
        }
        let newer: ChangeEvent = serde_json::from_str(r#"{"kind":"weather"}"#).unwrap();
        assert_eq!((newer.kind, newer.names.len()), (ChangeKind::Other, 0));
    }
}
