//! Which decoders are asked for which topics and content types: data, not code.

use std::sync::LazyLock;

use serde::Deserialize;

use super::pattern::{TopicPattern, is_media_type, media_type};
use super::{Decoder, Encoding, decoders};
use crate::topic::Topic;

/// What holds where nothing else is configured, in the notation of [`DecoderMap::parse`].
const BUILTIN: &str = r#"[
  { topic = "sens/v1/+/status", decoder = "status" },
  { topic = "sens/v1/+/command/ack", decoder = "command_ack" },
  { topic = "sens/v1/+/startup", decoder = "device_startup" },
  { topic = "sens/legacy/telemetry", decoder = ["device_startup", "flat"] },
  { topic = ["sens/v1/+/telemetry", "http"], content_type = ["application/senml+json", "application/sensml+json"],
    decoder = ["senml", "device_startup", "flat", "sens_v1"] },
  { topic = ["sens/v1/+/telemetry", "http"], content_type = ["application/senml+cbor", "application/sensml+cbor"],
    decoder = ["senml_cbor", "device_startup", "senml", "flat", "sens_v1"] },
  { topic = ["sens/v1/+/telemetry", "http"], decoder = ["device_startup", "senml", "flat", "sens_v1", "senml_cbor"] },
]"#;

/// Which decoders are asked for a topic and a content type. Rules are looked at in order; the first one that is about
/// a message decides, and its decoders are asked in their order.
#[derive(Debug, Clone)]
pub struct DecoderMap {
    rules: Vec<Rule>,
}

/// What is wrong with a configured map; one line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidDecoderMap(String);

#[derive(Clone)]
struct Rule {
    topics: Vec<TopicPattern>,
    /// Any content type, or none, when empty.
    content_types: Vec<String>,
    decoders: Vec<&'static dyn Decoder>,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tags = self
            .decoders
            .iter()
            .map(|decoder| decoder.tag().to_string());
        formatter
            .debug_struct("Rule")
            .field("topics", &self.topics)
            .field("content_types", &self.content_types)
            .field("decoders", &tags.collect::<Vec<_>>())
            .finish()
    }
}

/// A rule as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    topic: OneOrMore,
    content_type: Option<OneOrMore>,
    decoder: OneOrMore,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a text or a list of texts")]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::More(texts) => texts,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    rules: Vec<Written>,
}

impl DecoderMap {
    /// The map that holds where nothing is configured.
    pub fn builtin() -> &'static Self {
        static MAP: LazyLock<DecoderMap> = LazyLock::new(|| DecoderMap {
            rules: rules(BUILTIN).unwrap_or_default(),
        });
        &MAP
    }

    /// Reads a list of rules in TOML; the built-in rules follow them and hold for every message none of them is about.
    ///
    /// ```
    /// use sens_schema::DecoderMap;
    /// let map = DecoderMap::parse(
    ///     r#"[{ topic = "sens/v1/AI-*/telemetry", content_type = "application/x-acme", decoder = ["senml", "flat"] }]"#,
    /// );
    /// assert!(map.is_ok());
    /// ```
    ///
    /// `topic` is one of the inbound topics with `+` for any serial, or a serial, or the beginning of one and `*`; or
    /// `http`. `content_type` may be left out (any, or none) and is compared without parameters. `decoder` names
    /// decoders. Each may be a text or a list. The first decoder of a rule with a content type takes it as proof of
    /// its format.
    ///
    /// # Errors
    /// One line naming the rule and the value, and what to write instead.
    pub fn parse(text: &str) -> Result<Self, InvalidDecoderMap> {
        let mut map = Self {
            rules: rules(text).map_err(InvalidDecoderMap)?,
        };
        map.rules.extend_from_slice(&Self::builtin().rules);
        Ok(map)
    }

    /// The map of a setting: [`DecoderMap::parse`] where there is one, else the built-in one.
    ///
    /// # Errors
    /// As [`DecoderMap::parse`].
    pub fn configured(setting: Option<&str>) -> Result<Self, InvalidDecoderMap> {
        setting.map_or_else(|| Ok(Self::builtin().clone()), Self::parse)
    }

    /// The way of a message; without decoders when no rule is about it.
    pub(super) fn route(&self, topic: &Topic, content_type: Option<&str>) -> Route<'_> {
        let content_type = content_type.map(media_type);
        let rule = self.rules.iter().find(|rule| {
            let said = || {
                content_type.is_some_and(|said| {
                    rule.content_types
                        .iter()
                        .any(|known| known.eq_ignore_ascii_case(said))
                })
            };
            rule.topics.iter().any(|pattern| pattern.matches(topic))
                && (rule.content_types.is_empty() || said())
        });
        Route {
            decoders: rule.map_or(&[], |rule| &rule.decoders),
            is_declared: rule.is_some_and(|rule| !rule.content_types.is_empty()),
        }
    }
}

/// The decoders that are asked for one message.
pub(super) struct Route<'a> {
    decoders: &'a [&'static dyn Decoder],
    is_declared: bool,
}

impl<'a> Route<'a> {
    /// The decoders in order, each with whether the content type is its own.
    pub(super) fn decoders(&self) -> impl Iterator<Item = (&'a dyn Decoder, bool)> {
        let is_declared = self.is_declared;
        self.decoders
            .iter()
            .enumerate()
            .map(move |(index, decoder)| (*decoder, is_declared && index == 0))
    }

    /// Whether a decoder of this encoding is asked.
    pub(super) fn asks(&self, encoding: Encoding) -> bool {
        self.decoders()
            .any(|(decoder, _)| decoder.encoding() == encoding)
    }

    /// Whether the content type says that the message is in this encoding.
    pub(super) fn declares(&self, encoding: Encoding) -> bool {
        self.decoders()
            .any(|(decoder, declared)| declared && decoder.encoding() == encoding)
    }
}

fn rules(text: &str) -> Result<Vec<Rule>, String> {
    let document = format!("rules = {text}");
    let written: Rules = toml::from_str(&document).map_err(|error| {
        let message = error.message().lines().collect::<Vec<_>>().join("; ");
        format!(
            "no list of rules ({message}); write [{{ topic = \"sens/v1/+/telemetry\", content_type = \"application/senml+cbor\", decoder = \"senml_cbor\" }}]"
        )
    })?;
    let numbered = written.rules.into_iter().zip(1..);
    numbered
        .map(|(written, number)| rule(written).map_err(|fault| format!("rule {number}: {fault}")))
        .collect()
}

fn rule(written: Written) -> Result<Rule, String> {
    let topics = parts("topic", written.topic, topic)?;
    let content_types = match written.content_type {
        Some(types) => parts("content_type", types, content_type)?,
        None => Vec::new(),
    };
    let decoders = parts("decoder", written.decoder, |name| decoder(name, &topics))?;
    Ok(Rule {
        topics,
        content_types,
        decoders,
    })
}

/// Reads each text of a key; there must be at least one.
fn parts<T>(
    key: &str,
    written: OneOrMore,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    let texts = written.into_vec();
    if texts.is_empty() {
        return Err(format!("{key} is an empty list; name at least one"));
    }
    texts.iter().map(|text| read(text)).collect()
}

fn topic(text: &str) -> Result<TopicPattern, String> {
    TopicPattern::parse(text).ok_or_else(|| {
        format!(
            "topic {text:?} is like no inbound topic; use for example sens/v1/+/telemetry, sens/v1/AI-*/telemetry, sens/legacy/telemetry or http"
        )
    })
}

fn content_type(text: &str) -> Result<String, String> {
    if is_media_type(text) {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "content_type {text:?} is no media type; write it without parameters, for example application/senml+cbor"
        ))
    }
}

fn decoder(name: &str, topics: &[TopicPattern]) -> Result<&'static dyn Decoder, String> {
    let Some(decoder) = decoders()
        .into_iter()
        .find(|decoder| decoder.tag().id() == name)
    else {
        let known = decoders().map(|decoder| decoder.tag().id()).join(", ");
        return Err(format!("decoder {name:?} is not known; use {known}"));
    };
    let needs_device = matches!(name, "status" | "command_ack");
    if needs_device && !topics.iter().all(TopicPattern::names_device) {
        return Err(format!(
            "decoder {name:?} speaks of the device its topic names; use a topic of sens/v1/"
        ));
    }
    Ok(decoder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(map: &DecoderMap, topic: &str, content_type: Option<&str>) -> Vec<String> {
        let topic = Topic::parse(topic);
        let route = map.route(&topic, content_type);
        route
            .decoders()
            .map(|(decoder, declared)| {
                format!("{}{}", decoder.tag().id(), if declared { "!" } else { "" })
            })
            .collect()
    }

    #[test]
    fn the_builtin_map_covers_every_inbound_topic() {
        let map = DecoderMap::builtin();
        assert_eq!(rules(BUILTIN).unwrap().len(), map.rules.len());
        for filter in crate::topic::filters() {
            let topic = filter.replace('+', "AI-1");
            assert!(!asked(map, &topic, None).is_empty(), "{topic}");
        }
        let table = [
            ("http", None, "device_startup senml flat sens_v1 senml_cbor"),
            (
                "sens/v1/AI-1/telemetry",
                Some("text/plain"),
                "device_startup senml flat sens_v1 senml_cbor",
            ),
            (
                "sens/v1/AI-1/telemetry",
                Some("Application/SenML+JSON; x=y"),
                "senml! device_startup flat sens_v1",
            ),
            (
                "http",
                Some("application/senml+cbor"),
                "senml_cbor! device_startup senml flat sens_v1",
            ),
            (
                "sens/legacy/telemetry",
                Some("application/senml+cbor"),
                "device_startup flat",
            ),
            ("sens/v1/AI-1/status", None, "status"),
            ("elsewhere", None, ""),
        ];
        for (topic, content_type, expected) in table {
            assert_eq!(
                asked(map, topic, content_type).join(" "),
                expected,
                "{topic} {content_type:?}"
            );
        }
    }

    #[test]
    fn configured_rules_come_first() {
        let map = DecoderMap::parse(
            r#"[
              { topic = "sens/v1/AI-*/telemetry", decoder = "flat" },
              { topic = ["http", "sens/legacy/telemetry"], content_type = "application/x-a", decoder = ["sens_v1"] },
            ]"#,
        )
        .unwrap();
        assert_eq!(asked(&map, "sens/v1/AI-1/telemetry", None), ["flat"]);
        assert_eq!(asked(&map, "http", Some("application/x-a")), ["sens_v1!"]);
        assert_eq!(
            asked(&map, "sens/legacy/telemetry", None),
            ["device_startup", "flat"]
        );
        let unchanged = DecoderMap::parse("[]").unwrap();
        assert_eq!(unchanged.rules.len(), DecoderMap::builtin().rules.len());
    }

    #[test]
    fn faults_name_the_rule_the_value_and_the_way_out() {
        let table = [
            ("", "no list of rules"),
            ("{}", "no list of rules"),
            ("[]\nx = 1", "no list of rules"),
            ("[{ topic = \"http\" }]", "missing field `decoder`"),
            (
                "[{ topic = \"http\", decoder = 1 }]",
                "a text or a list of texts",
            ),
            (
                "[{ topic = \"http\", decoder = \"flat\", x = 1 }]",
                "unknown field `x`",
            ),
            (
                "[{ topic = \"http\", decoder = [] }]",
                "rule 1: decoder is an empty list",
            ),
            (
                "[{ topic = \"http\", decoder = \"flat\" }, { topic = \"sens/#\", decoder = \"flat\" }]",
                "rule 2: topic \"sens/#\"",
            ),
            (
                "[{ topic = \"http\", content_type = \"json\", decoder = \"flat\" }]",
                "rule 1: content_type \"json\"",
            ),
            (
                "[{ topic = \"http\", decoder = \"xml\" }]",
                "use status, command_ack, device_startup, senml, senml_cbor, flat, sens_v1",
            ),
            (
                "[{ topic = \"http\", decoder = \"status\" }]",
                "rule 1: decoder \"status\" speaks of the device",
            ),
        ];
        for (text, expected) in table {
            let fault = DecoderMap::parse(text).unwrap_err().to_string();
            assert!(fault.contains(expected), "{text}: {fault}");
            assert!(!fault.contains('\n'), "{fault}");
        }
    }
}
