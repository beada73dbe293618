//! The bytes of a message, as people and programs want to see them.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use utoipa::ToSchema;

/// The bytes of a message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessagePayload)]
pub(crate) struct Payload {
    /// Length as it arrived.
    pub(crate) length: u64,
    /// How many bytes of it are kept; of an oversized payload only the beginning is.
    pub(crate) kept: usize,
    /// The kept bytes, two digits each.
    pub(crate) hex: String,
    /// The kept bytes as text, where they are UTF-8.
    pub(crate) text: Option<String>,
    /// The kept bytes.
    pub(crate) base64: String,
}

impl Payload {
    /// The kept bytes of a payload that arrived with a length.
    pub(crate) fn of(kept: &[u8], length: u64) -> Self {
        Self {
            length,
            kept: kept.len(),
            hex: hex::encode(kept),
            text: std::str::from_utf8(kept).ok().map(str::to_owned),
            base64: BASE64_STANDARD.encode(kept),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Payload;

    #[test]
    fn bytes_are_shown_in_every_form_they_have() {
        let text = Payload::of(b"{}", 2);
        assert_eq!(
            (text.hex.as_str(), text.text.as_deref()),
            ("7b7d", Some("{}"))
        );
        let bytes = Payload::of(&[0xff, 0], 5000);
        assert_eq!((bytes.length, bytes.kept, bytes.text), (5000, 2, None));
        assert_eq!(
            (bytes.hex.as_str(), bytes.base64.as_str()),
            ("ff00", "/wA=")
        );
    }
}
