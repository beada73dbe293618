//! What all streams of server-sent events share.

use axum::http::HeaderMap;
use utoipa::ToSchema;

/// One event of a stream, by its fields. Comments and what only says when to reconnect are no events.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what is written as text")]
pub(crate) struct ServerSentEvent {
    /// Sent back as `Last-Event-ID`, it resumes the stream after this event.
    id: Option<String>,
    /// What kind of event it is.
    event: String,
    /// A JSON object.
    data: String,
}

/// The event after which a client wants to go on; an empty one is none, as in the HTML standard. What is no text is no id of ours.
pub(crate) fn last_event_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get("last-event-id")?;
    let id = id.to_str().unwrap_or("?").trim();
    (!id.is_empty()).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_id_is_none() {
        let table: [(&[u8], Option<&str>); 4] = [
            (b"", None),
            (b"  ", None),
            (b" 7-1 ", Some("7-1")),
            (b"\xff", Some("?")),
        ];
        for (value, id) in table {
            let value = axum::http::HeaderValue::from_bytes(value).unwrap();
            let headers = HeaderMap::from_iter([("last-event-id".parse().unwrap(), value)]);
            assert_eq!(last_event_id(&headers), id);
        }
        assert_eq!(last_event_id(&HeaderMap::new()), None);
    }
}
