//! Everything about a received packet except its bytes. It travels as message headers, so that the
//! payload itself stays untouched.

use sha2::{Digest, Sha256};

use crate::time::Micros;

/// Topic on which it came.
pub const TOPIC: &str = "Sens-Topic";
/// Time of arrival in Unix microseconds, decimal.
pub const RECEIVED_AT: &str = "Sens-Received-At";
/// Way by which it came: `mqtt`, `http` or `import`.
pub const SOURCE: &str = "Sens-Source";
/// Content type the sender gave.
pub const CONTENT_TYPE: &str = "Sens-Content-Type";
/// W3C trace context.
pub const TRACEPARENT: &str = "traceparent";
/// Length of a payload that was too large to be kept whole.
pub const FULL_LENGTH: &str = "Sens-Full-Length";
/// SHA-256 of a payload that was too large to be kept whole, hex.
pub const FULL_SHA256: &str = "Sens-Full-Sha256";
/// `1` when someone waits for the outcome.
pub const WAIT: &str = "Sens-Wait";

/// How much of an oversized payload is kept.
pub const TRUNCATED_KEEP: usize = 4096;

/// The way by which a packet came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// From the broker.
    Mqtt,
    /// Through the REST interface.
    Http,
    /// From a file of past readings.
    Import,
}

impl Source {
    /// Reads a stable name; what is not known came from the broker.
    pub fn of(name: &str) -> Self {
        let others = [Self::Http, Self::Import];
        let known = others.into_iter().find(|source| source.as_str() == name);
        known.unwrap_or(Self::Mqtt)
    }

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mqtt => "mqtt",
            Self::Http => "http",
            Self::Import => "import",
        }
    }
}

/// What is known of a payload of which only the beginning is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truncated {
    /// Its full length in bytes.
    pub full_length: u64,
    /// SHA-256 of all its bytes.
    pub sha256: [u8; 32],
}

/// Everything about a packet except its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Topic on which it came.
    pub topic: String,
    /// Way by which it came.
    pub source: Source,
    /// Time of arrival.
    pub received_at: Micros,
    /// Content type the sender gave.
    pub content_type: Option<String>,
    /// W3C trace context.
    pub traceparent: Option<String>,
    /// Set when only the beginning of the payload is kept.
    pub truncated: Option<Truncated>,
    /// Whether someone waits for the outcome.
    pub wait: bool,
}

impl Envelope {
    /// The headers. Control characters in what a device chose (topic, content type, trace context) become
    /// U+FFFD: a header must never be able to start another one.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::with_capacity(8);
        pairs.push((TOPIC, printable(&self.topic)));
        pairs.push((SOURCE, self.source.as_str().to_owned()));
        pairs.push((RECEIVED_AT, self.received_at.to_string()));
        if let Some(content_type) = &self.content_type {
            pairs.push((CONTENT_TYPE, printable(content_type)));
        }
        if let Some(traceparent) = &self.traceparent {
            pairs.push((TRACEPARENT, printable(traceparent)));
        }
        if let Some(truncated) = &self.truncated {
            pairs.push((FULL_LENGTH, truncated.full_length.to_string()));
            pairs.push((FULL_SHA256, hex::encode(truncated.sha256)));
        }
        if self.wait {
            pairs.push((WAIT, "1".to_owned()));
        }
        pairs
    }

    /// Reads the headers back. It never fails, because a message without or with broken headers must be
    /// kept too: a missing topic is empty, a missing time of arrival is the fallback, a missing source is MQTT.
    pub fn from_lookup<'a>(
        get: impl Fn(&str) -> Option<&'a str>,
        fallback_received_at: Micros,
    ) -> Self {
        let truncated = get(FULL_LENGTH)
            .and_then(|length| length.parse().ok())
            .zip(get(FULL_SHA256).and_then(sha256_from_hex))
            .map(|(full_length, sha256)| Truncated {
                full_length,
                sha256,
            });
        Self {
            topic: get(TOPIC).unwrap_or_default().to_owned(),
            source: Source::of(get(SOURCE).unwrap_or_default()),
            received_at: get(RECEIVED_AT)
                .and_then(|micros| micros.parse().ok())
                .unwrap_or(fallback_received_at),
            content_type: get(CONTENT_TYPE).map(str::to_owned),
            traceparent: get(TRACEPARENT).map(str::to_owned),
            truncated,
            wait: get(WAIT) == Some("1"),
        }
    }
}

/// When the payload is over the limit: what to keep of it and what to remember about the rest.
pub fn truncate_oversized(payload: &[u8], limit: usize) -> Option<(&[u8], Truncated)> {
    if payload.len() <= limit {
        return None;
    }
    let truncated = Truncated {
        full_length: payload.len() as u64,
        sha256: Sha256::digest(payload).into(),
    };
    Some((&payload[..payload.len().min(TRUNCATED_KEEP)], truncated))
}

fn printable(text: &str) -> String {
    if text.chars().any(char::is_control) {
        text.chars()
            .map(|character| {
                if character.is_control() {
                    char::REPLACEMENT_CHARACTER
                } else {
                    character
                }
            })
            .collect()
    } else {
        text.to_owned()
    }
}

fn sha256_from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&'static str, String)]) -> Envelope {
        Envelope::from_lookup(
            |name| {
                pairs
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| value.as_str())
            },
            99,
        )
    }

    #[test]
    fn comes_back_whole() {
        let full = Envelope {
            topic: "sens/legacy/telemetry".into(),
            source: Source::Http,
            received_at: 1_732_100_000_250_000,
            content_type: Some("application/json".into()),
            traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into()),
            truncated: Some(Truncated {
                full_length: 300_000,
                sha256: [7; 32],
            }),
            wait: true,
        };
        let bare = Envelope {
            source: Source::Mqtt,
            content_type: None,
            traceparent: None,
            truncated: None,
            wait: false,
            ..full.clone()
        };
        for envelope in [full, bare] {
            assert_eq!(read(&envelope.to_pairs()), envelope);
        }
    }

    #[test]
    fn broken_headers_never_fail() {
        let envelope = read(&[
            (RECEIVED_AT, "soon".into()),
            (FULL_LENGTH, "5".into()),
            (FULL_SHA256, "zz".into()),
        ]);
        assert_eq!(
            (
                envelope.received_at,
                envelope.topic.as_str(),
                envelope.truncated
            ),
            (99, "", None)
        );
    }

    #[test]
    fn a_header_cannot_start_another() {
        let mut envelope = read(&[]);
        envelope.topic = "sens/v1/a\r\nSens-Wait: 1/telemetry".into();
        envelope.content_type = Some("x\ny".into());
        let pairs = envelope.to_pairs();
        assert!(pairs.iter().all(|(_, value)| !value.contains(['\r', '\n'])));
    }

    #[test]
    fn keeps_the_beginning_of_what_is_too_large() {
        assert_eq!(truncate_oversized(&[0; 10], 10), None);
        let payload = [1; 5000];
        let (kept, truncated) = truncate_oversized(&payload, 4999).unwrap();
        assert_eq!((kept.len(), truncated.full_length), (TRUNCATED_KEEP, 5000));
        let (kept, _) = truncate_oversized(&payload[..12], 10).unwrap();
        assert_eq!(kept.len(), 12);
    }
}
