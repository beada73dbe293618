//! MQTT topics: what a payload arrived on, and what to subscribe to.

use crate::serial::Serial;

/// The shared topic of devices that know only their number.
pub const LEGACY_TELEMETRY: &str = "sens/legacy/telemetry";

/// The "topic" under which the REST interface hands in what it was sent.
pub const HTTP: &str = "http";

const PREFIX: &str = "sens/v1/";
const STATUS_FILTER: &str = "sens/v1/+/status";

/// A topic as the platform understands it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Topic {
    /// `sens/v1/{serial}/telemetry`
    Telemetry(Serial),
    /// `sens/v1/{serial}/startup`
    Startup(Serial),
    /// `sens/v1/{serial}/status`
    Status(Serial),
    /// `sens/v1/{serial}/command/ack`
    CommandAck(Serial),
    /// `sens/legacy/telemetry`
    Legacy,
    /// Handed in over REST.
    Http,
    /// One of the `sens/v1` topics with a text in the serial's place that is none.
    InvalidSerial(String),
    /// Anything else.
    Unknown,
}

impl Topic {
    /// Reads a topic. Never fails: what is not ours is [`Topic::Unknown`].
    ///
    /// A reserved serial that names no legacy number (`legacy-07`) is an invalid serial.
    pub fn parse(topic: &str) -> Self {
        if topic == LEGACY_TELEMETRY {
            return Self::Legacy;
        }
        if topic == HTTP {
            return Self::Http;
        }
        let Some((name, kind)) = topic
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split_once('/'))
        else {
            return Self::Unknown;
        };
        let build: fn(Serial) -> Self = match kind {
            "telemetry" => Self::Telemetry,
            "startup" => Self::Startup,
            "status" => Self::Status,
            "command/ack" => Self::CommandAck,
            _ => return Self::Unknown,
        };
        match Serial::parse(name) {
            Ok(serial) if !serial.is_legacy_reserved() || serial.legacy_id().is_some() => {
                build(serial)
            }
            _ => Self::InvalidSerial(name.to_owned()),
        }
    }

    /// The device the topic itself names.
    pub fn serial(&self) -> Option<&Serial> {
        match self {
            Self::Telemetry(serial)
            | Self::Startup(serial)
            | Self::Status(serial)
            | Self::CommandAck(serial) => Some(serial),
            Self::Legacy | Self::Http | Self::InvalidSerial(_) | Self::Unknown => None,
        }
    }
}

/// The subscription filters: exactly the inbound topics, so that our own commands never come back.
pub fn filters() -> [&'static str; 5] {
    [
        "sens/v1/+/telemetry",
        "sens/v1/+/startup",
        STATUS_FILTER,
        "sens/v1/+/command/ack",
        LEGACY_TELEMETRY,
    ]
}

/// Whether a filter of [`filters`] is subscribed to through the share group. Retained messages do not
/// reach shared subscriptions, so `status` has an ordinary one.
pub fn is_shared(filter: &str) -> bool {
    filter != STATUS_FILTER
}

/// The topic on which a device publishes.
pub fn telemetry(serial: &Serial) -> String {
    format!("{PREFIX}{serial}/telemetry")
}

/// The topic on which a device listens for commands.
pub fn command(serial: &Serial) -> String {
    format!("{PREFIX}{serial}/command")
}

/// The topic on which a device answers commands.
pub fn command_ack(serial: &Serial) -> String {
    format!("{PREFIX}{serial}/command/ack")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn serial(text: &str) -> Serial {
        Serial::parse(text).unwrap()
    }

    #[test]
    fn reads_every_topic() {
        let table = [
            ("sens/v1/AI-1/telemetry", Topic::Telemetry(serial("AI-1"))),
            ("sens/v1/AI-1/startup", Topic::Startup(serial("AI-1"))),
            ("sens/v1/AI-1/status", Topic::Status(serial("AI-1"))),
            (
                "sens/v1/AI-1/command/ack",
                Topic::CommandAck(serial("AI-1")),
            ),
            (
                "sens/v1/legacy-7/telemetry",
                Topic::Telemetry(serial("legacy-7")),
            ),
            ("sens/legacy/telemetry", Topic::Legacy),
            ("http", Topic::Http),
            (
                "sens/v1/legacy-07/telemetry",
                Topic::InvalidSerial("legacy-07".into()),
            ),
            ("sens/v1/a b/telemetry", Topic::InvalidSerial("a b".into())),
            ("sens/v1//telemetry", Topic::InvalidSerial(String::new())),
            ("sens/v1/AI-1/command", Topic::Unknown),
            ("sens/v1/AI-1/telemetry/x", Topic::Unknown),
            ("sens/v1/AI-1", Topic::Unknown),
            ("sens/v2/AI-1/telemetry", Topic::Unknown),
            ("", Topic::Unknown),
            ("http/x", Topic::Unknown),
        ];
        for (text, topic) in table {
            assert_eq!(Topic::parse(text), topic, "{text}");
        }
    }

    #[test]
    fn filters_cover_inbound_topics_but_not_commands() {
        assert_eq!(
            filters().iter().filter(|filter| !is_shared(filter)).count(),
            1
        );
        assert!(filters().iter().all(|filter| !filter.contains('#')));
        assert_eq!(Topic::parse(&command(&serial("AI-1"))), Topic::Unknown);
        for filter in filters() {
            assert_ne!(
                Topic::parse(&filter.replace('+', "AI-1")),
                Topic::Unknown,
                "{filter}"
            );
        }
    }
}
