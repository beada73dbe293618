//! Why something that arrived did not become a reading.

use std::fmt;
use std::str::FromStr;

macro_rules! reasons {
    ($($variant:ident = $name:literal, $description:literal;)+) => {
        /// Why something that arrived did not become a reading. The names are stable. Of several reasons that
        /// apply to one item the smallest is given.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Reason {
            $(#[doc = $description] $variant,)+
        }

        impl Reason {
            /// Every reason, in the order in which they are looked for.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable name, as in `ingest_error.reason`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// What it means, in one sentence for people.
            pub fn describe(self) -> &'static str {
                match self {
                    $(Self::$variant => $description,)+
                }
            }
        }
    };
}

reasons! {
    PayloadTooLarge = "payload_too_large", "The payload is longer than the limit; its first 4 KiB, length and hash are kept.";
    UnknownTopic = "unknown_topic", "The topic is none of the platform's inbound topics.";
    InvalidJson = "invalid_json", "The bytes are no JSON document.";
    InvalidCbor = "invalid_cbor", "The content type says CBOR, and the bytes are neither CBOR nor JSON.";
    UnknownFormat = "unknown_format", "The payload is of no format the platform knows.";
    MissingField = "missing_field", "A field that the format requires is not there.";
    WrongType = "wrong_type", "A field holds a value of another type than the format requires.";
    InvalidSerial = "invalid_serial", "A serial is not 1 to 64 letters, digits, dots, underscores, colons or hyphens, or is reserved.";
    DeviceMismatch = "device_mismatch", "The payload names another device than its topic.";
    UnknownEventType = "unknown_event_type", "The event type of a flat event is not in the catalogue of metrics.";
    InvalidMetric = "invalid_metric", "A metric name is not 1 to 128 printable characters.";
    TimestampInvalid = "timestamp_invalid", "A time is a text that is not RFC 3339 with offset.";
    UnitMismatch = "unit_mismatch", "The unit is another than the catalogue's and no conversion is known.";
    OutOfRange = "out_of_range", "The value lies outside the range of its metric or field.";
    StartupAuthError = "startup_auth_error", "The provisioning token of a `device_startup` is not the one for its serial.";
    StartupDisabled = "startup_disabled", "Provisioning by `device_startup` is switched off.";
    StorageRefused = "storage_refused", "The database refused this item for a reason of its own.";
}

/// A text that names no [`Reason`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such reason")]
pub struct UnknownReason;

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Reason {
    type Err = UnknownReason;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|reason| reason.as_str() == text)
            .ok_or(UnknownReason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_and_are_snake_case() {
        for &reason in Reason::ALL {
            assert_eq!(reason.as_str().parse(), Ok(reason));
            assert!(
                reason
                    .as_str()
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            );
            assert!(reason.describe().ends_with('.'));
        }
        assert_eq!("nothing".parse::<Reason>(), Err(UnknownReason));
    }
}
