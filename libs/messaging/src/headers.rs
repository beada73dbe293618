//! The envelope of a payload as NATS headers, and back.

use async_nats::HeaderMap;
use sens_schema::Micros;
use sens_schema::envelope::Envelope;

pub(crate) fn to_headers(envelope: &Envelope) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in envelope.to_pairs() {
        headers.insert(name, header_value(&value));
    }
    headers
}

/// Reads an envelope leniently: what is missing or unreadable takes a default, so that a foreign publisher's message is
/// kept as well.
pub(crate) fn from_headers(headers: Option<&HeaderMap>, published_at: Micros) -> Envelope {
    Envelope::from_lookup(
        |name| {
            headers
                .and_then(|map| map.get(name))
                .map(async_nats::HeaderValue::as_str)
        },
        published_at,
    )
}

/// A header value must not hold line breaks: a topic or a content type is whatever a device sent.
fn header_value(value: &str) -> String {
    if value.contains(['\r', '\n']) {
        value.replace(['\r', '\n'], "\u{fffd}")
    } else {
        value.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_cannot_smuggle_a_header() {
        assert_eq!(
            header_value("a\r\nNats-Batch-Id: x"),
            "a\u{fffd}\u{fffd}Nats-Batch-Id: x"
        );
    }
}
