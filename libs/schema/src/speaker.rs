//! Who sent a message, found out cheaply: for quotas, before anything is decoded.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::reading::DeviceRef;
use crate::topic::Topic;

/// The field of a flat event that names its device; everything else is passed over.
#[derive(Deserialize)]
struct Peek {
    device_id: i64,
}

/// The device that a message most likely comes from: the topic's, or on the legacy topic the one its event or its first
/// event names. `None` where nobody is named.
pub fn speaker(topic: &Topic, payload: &[u8]) -> Option<DeviceRef> {
    match topic {
        Topic::Telemetry(serial)
        | Topic::Startup(serial)
        | Topic::Status(serial)
        | Topic::CommandAck(serial) => Some(DeviceRef::from(serial.clone())),
        Topic::Legacy => peek(payload).map(|peek| DeviceRef::Legacy(peek.device_id)),
        Topic::Http | Topic::InvalidSerial(_) | Topic::Unknown => None,
    }
}

fn peek(payload: &[u8]) -> Option<Peek> {
    /// The first element of an array, however the others look.
    struct First(Peek);

    impl<'de> Deserialize<'de> for First {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visitor;
            impl<'de> serde::de::Visitor<'de> for Visitor {
                type Value = First;
                fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    formatter.write_str("an array of flat events")
                }
                fn visit_seq<A: serde::de::SeqAccess<'de>>(
                    self,
                    mut items: A,
                ) -> Result<First, A::Error> {
                    let first = items
                        .next_element()?
                        .ok_or_else(|| serde::de::Error::invalid_length(0, &self))?;
                    while items.next_element::<IgnoredAny>()?.is_some() {}
                    Ok(First(first))
                }
            }
            deserializer.deserialize_seq(Visitor)
        }
    }

    if payload.first() == Some(&b'[') {
        serde_json::from_slice(payload).ok().map(|First(peek)| peek)
    } else {
        serde_json::from_slice(payload).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_speaker_is_the_topics_device_or_the_events() {
        let of = |topic: &str, payload: &str| {
            speaker(&Topic::parse(topic), payload.as_bytes()).map(|device| device.to_string())
        };
        let some = |name: &str| Some(name.to_owned());
        assert_eq!(of("sens/v1/AI-1/telemetry", "rubbish"), some("AI-1"));
        assert_eq!(of("sens/v1/AI-1/startup", ""), some("AI-1"));
        assert_eq!(
            of(
                "sens/legacy/telemetry",
                r#"{"event_type":"x","device_id":7,"value":[1]}"#
            ),
            some("legacy-7")
        );
        assert_eq!(
            of(
                "sens/legacy/telemetry",
                r#"[{"device_id":8},{"device_id":9},3]"#
            ),
            some("legacy-8")
        );
        for nobody in ["", "[]", "{}", "no json", r#"{"device_id":"7"}"#, "[3]"] {
            assert_eq!(of("sens/legacy/telemetry", nobody), None, "{nobody}");
        }
        assert_eq!(of("http", r#"{"device_id":7}"#), None);
    }
}
