//! Serials: the names of devices.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest serial in characters.
const MAX_LENGTH: usize = 64;

/// What the serial of a device known only by its number starts with.
const LEGACY_PREFIX: &str = "legacy-";

/// The name of a device: 1 to 64 of `A-Z a-z 0-9 . _ : -`. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Serial(Arc<str>);

/// A text that cannot be a serial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a serial is 1 to 64 of A-Z a-z 0-9 . _ : -")]
pub struct InvalidSerial;

impl Serial {
    /// Takes a text as a serial.
    ///
    /// # Errors
    /// [`InvalidSerial`] when it is empty, longer than 64 characters or holds another character.
    pub fn parse(text: &str) -> Result<Self, InvalidSerial> {
        let allowed =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'-');
        if text.is_empty() || text.len() > MAX_LENGTH || !text.bytes().all(allowed) {
            return Err(InvalidSerial);
        }
        Ok(Self(Arc::from(text)))
    }

    /// The serial of the device with this legacy number: `legacy-7`.
    pub fn legacy(id: i64) -> Self {
        Self(Arc::from(format!("{LEGACY_PREFIX}{id}")))
    }

    /// The serial as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is a reserved serial, `legacy-` and digits: no device may claim it for itself.
    pub fn is_legacy_reserved(&self) -> bool {
        self.legacy_digits().is_some()
    }

    /// The legacy number this serial stands for: 7 for `legacy-7`, none for `legacy-07` or other serials.
    pub fn legacy_id(&self) -> Option<i64> {
        let digits = self.legacy_digits()?;
        let canonical = digits == "0" || !digits.starts_with('0');
        if canonical { digits.parse().ok() } else { None }
    }

    fn legacy_digits(&self) -> Option<&str> {
        self.0
            .strip_prefix(LEGACY_PREFIX)
            .filter(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Serial({})", self.0)
    }
}

impl AsRef<str> for Serial {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for Serial {
    type Err = InvalidSerial;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for Serial {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Serial {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn takes_what_the_contract_allows_and_nothing_else() {
        for good in ["A", "AI-9F3C21", "a.b_c:d-e", &"x".repeat(64)] {
            assert_eq!(Serial::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "a b",
            "a/b",
            "ä",
            "a+",
            "#",
            "a\n",
            "a\0",
            &"x".repeat(65),
        ] {
            assert_eq!(Serial::parse(bad), Err(InvalidSerial), "{bad:?}");
        }
    }

    #[test]
    fn knows_reserved_serials() {
        let table = [
            ("legacy-7", true, Some(7)),
            ("legacy-0", true, Some(0)),
            ("legacy-07", true, None),
            ("legacy-9223372036854775807", true, Some(i64::MAX)),
            ("legacy-9223372036854775808", true, None),
            ("legacy-", false, None),
            ("legacy-7a", false, None),
            ("legacy--7", false, None),
            ("Legacy-7", false, None),
            ("AI-7", false, None),
        ];
        for (text, reserved, id) in table {
            let serial = Serial::parse(text).unwrap();
            assert_eq!(
                (serial.is_legacy_reserved(), serial.legacy_id()),
                (reserved, id),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn survives_text_and_json(text in "[A-Za-z0-9._:-]{1,64}") {
            let serial = Serial::parse(&text).unwrap();
            prop_assert_eq!(serial.to_string(), text.clone());
            let json = serde_json::to_string(&serial).unwrap();
            prop_assert_eq!(serde_json::from_str::<Serial>(&json).unwrap(), serial);
        }

        #[test]
        fn legacy_numbers_come_back(id in 0..=i64::MAX) {
            let serial = Serial::legacy(id);
            prop_assert_eq!(Serial::parse(serial.as_str()).unwrap().legacy_id(), Some(id));
        }
    }
}
