//! Which messages a rule of the decoder map is about.

use crate::serial::Serial;
use crate::topic::{HTTP, LEGACY_TELEMETRY, Topic};

/// What ends the beginning of a serial.
const REST: char = '*';

/// Topics with one meaning: `sens/v1/+/telemetry`, `sens/v1/AI-*/telemetry`, `sens/legacy/telemetry`, `http`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TopicPattern {
    kind: Kind,
    serials: Serials,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Telemetry,
    Startup,
    Status,
    CommandAck,
    Legacy,
    Http,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Serials {
    Any,
    One(String),
    Beginning(String),
}

impl TopicPattern {
    /// Reads a pattern; none when no inbound topic is like it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let any = |kind| Self {
            kind,
            serials: Serials::Any,
        };
        match text {
            LEGACY_TELEMETRY => return Some(any(Kind::Legacy)),
            HTTP => return Some(any(Kind::Http)),
            _ => {}
        }
        let (serial, kind) = text.strip_prefix("sens/v1/")?.split_once('/')?;
        let kind = match kind {
            "telemetry" => Kind::Telemetry,
            "startup" => Kind::Startup,
            "status" => Kind::Status,
            "command/ack" => Kind::CommandAck,
            _ => return None,
        };
        let serials = match (serial, serial.strip_suffix(REST)) {
            ("+" | "*", _) => Serials::Any,
            (_, Some(beginning)) => Serials::Beginning(known(beginning)?),
            (one, None) => Serials::One(known(one)?),
        };
        Some(Self { kind, serials })
    }

    /// Whether the topic is one of these.
    pub(super) fn matches(&self, topic: &Topic) -> bool {
        let kind = match topic {
            Topic::Telemetry(_) => Kind::Telemetry,
            Topic::Startup(_) => Kind::Startup,
            Topic::Status(_) => Kind::Status,
            Topic::CommandAck(_) => Kind::CommandAck,
            Topic::Legacy => Kind::Legacy,
            Topic::Http => Kind::Http,
            Topic::InvalidSerial(_) | Topic::Unknown => return false,
        };
        let serial = || topic.serial().map_or("", Serial::as_str);
        self.kind == kind
            && match &self.serials {
                Serials::Any => true,
                Serials::One(one) => serial() == one,
                Serials::Beginning(beginning) => serial().starts_with(beginning),
            }
    }

    /// Whether these topics name a device.
    pub(super) fn names_device(&self) -> bool {
        !matches!(self.kind, Kind::Legacy | Kind::Http)
    }
}

/// The text, if a serial may be it or begin with it.
fn known(text: &str) -> Option<String> {
    Serial::parse(text).ok().map(|serial| serial.to_string())
}

/// The media type of a content type: without parameters and space around it.
pub(super) fn media_type(content_type: &str) -> &str {
    content_type
        .split_once(';')
        .map_or(content_type, |(essence, _)| essence)
        .trim()
}

/// Whether the text is a media type: type, slash, subtype.
pub(super) fn is_media_type(text: &str) -> bool {
    let is_token = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    text.split_once('/')
        .is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_topics() {
        let table = [
            ("sens/v1/+/telemetry", "sens/v1/AI-1/telemetry", true),
            ("sens/v1/*/telemetry", "sens/v1/AI-1/telemetry", true),
            ("sens/v1/+/telemetry", "sens/v1/AI-1/status", false),
            ("sens/v1/+/telemetry", "sens/v1/a b/telemetry", false),
            ("sens/v1/AI-*/telemetry", "sens/v1/AI-1/telemetry", true),
            ("sens/v1/AI-*/telemetry", "sens/v1/BI-1/telemetry", false),
            ("sens/v1/AI-1/startup", "sens/v1/AI-1/startup", true),
            ("sens/v1/AI-1/startup", "sens/v1/AI-10/startup", false),
            ("sens/v1/+/command/ack", "sens/v1/AI-1/command/ack", true),
            ("sens/legacy/telemetry", "sens/legacy/telemetry", true),
            ("sens/legacy/telemetry", "http", false),
            ("http", "http", true),
        ];
        for (pattern, topic, expected) in table {
            let parsed = TopicPattern::parse(pattern).unwrap();
            assert_eq!(
                parsed.matches(&Topic::parse(topic)),
                expected,
                "{pattern} {topic}"
            );
        }
        for bad in [
            "",
            "#",
            "sens/#",
            "sens/v1/+/command",
            "sens/v1/a b/telemetry",
            "sens/v1//telemetry",
            "sens/v1/A*B/telemetry",
            "sens/v1/+x/telemetry",
            "sens/legacy/+",
            "https",
        ] {
            assert_eq!(TopicPattern::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn media_types_are_compared_without_parameters() {
        assert_eq!(
            media_type(" application/senml+cbor ; charset=x"),
            "application/senml+cbor"
        );
        assert!(is_media_type("application/vnd.acme-1+json"));
        for bad in ["", "json", "a/", "/b", "a/b; c=d", "a b/c", "a/b/c"] {
            assert!(!is_media_type(bad), "{bad}");
        }
    }
}
