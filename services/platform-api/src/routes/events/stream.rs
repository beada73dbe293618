//! `GET /v1/events/stream`.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use sens_messaging::{Change, ChangeItem};
use serde_json::json;
use tokio::sync::mpsc;

use crate::app::App;
use crate::auth::Reader;
use crate::http::params::Params;
use crate::http::sse::{ServerSentEvent, last_event_id};
use crate::http::time::Timestamp;
use crate::problem::{AccessErrors, Code, ParameterErrors, Problem};

/// Pause after which a comment shows that the connection lives.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Events written ahead for a client that reads slowly.
const AHEAD: usize = 64;
/// Told to the client at the start: it reconnects after two seconds.
const OPENING: &str = "retry: 2000\n: open\n\n";

/// Which changes are wanted; an empty list wants all.
struct Wanted {
    kinds: Vec<String>,
    devices: Vec<String>,
}

/// Live changes: commands and presence
///
/// Server-sent events. `command`: `{"serial","id","name","state","at","detail"}` for each step of a command; `presence`:
/// `{"serial","state","before","at"}` when a device comes `online`, goes `offline` or falls `silent`. The id of an event, sent back as
/// `Last-Event-ID`, resumes after it. Each is told at least once.
#[utoipa::path(
    get,
    path = "/v1/events/stream",
    tag = "live",
    params(
        ("kind" = Option<Vec<String>>, Query, description = "only `command` or `presence`; may be repeated"),
        ("device" = Option<Vec<String>>, Query, description = "only these serials; may be repeated"),
        ("Last-Event-ID" = Option<String>, Header, description = "resume after this event")
    ),
    responses(
        (status = 200, description = "events", body = ServerSentEvent, content_type = "text/event-stream"),
        ParameterErrors,
        AccessErrors
    )
)]
pub(crate) async fn stream_changes(
    Reader(scope): Reader,
    State(app): State<App>,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Response, Problem> {
    let wanted = Wanted {
        kinds: params.many("kind"),
        devices: params.serials("device"),
    };
    if wanted
        .kinds
        .iter()
        .any(|kind| kind != "command" && kind != "presence")
    {
        params.fault("kind", "kind must be command or presence");
    }
    params.finish()?;
    let from = resume(&headers)?;
    let mut feed = app.link.get()?.changes(from).await?;
    let (sender, mut receiver) = mpsc::channel::<Bytes>(AHEAD);
    let (shutdown, registrar) = (app.shutdown.clone(), app.registrar.clone());
    tokio::spawn(async move {
        let mut text = OPENING.to_owned();
        loop {
            if !text.is_empty()
                && sender
                    .send(Bytes::from(std::mem::take(&mut text)))
                    .await
                    .is_err()
            {
                return;
            }
            tokio::select! {
                next = feed.next() => match next {
                    Ok(item) => {
                        let serial = std::iter::once(serial(&item));
                        match registrar.is_within(&scope, serial).await {
                            Ok(true) => text = write(&item, &wanted),
                            Ok(false) => {}
                            Err(_) => return,
                        }
                    }
                    // The client resumes from its last event.
                    Err(_) => return,
                },
                () = tokio::time::sleep(HEARTBEAT) => ": alive\n\n".clone_into(&mut text),
                () = sender.closed() => return,
                () = shutdown.cancelled() => return,
            }
        }
    });
    let chunks = stream::poll_fn(move |context| {
        receiver
            .poll_recv(context)
            .map(|chunk| chunk.map(Ok::<_, std::io::Error>))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-cache, no-transform"),
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Body::from_stream(chunks)).into_response())
}

/// The sequence after which a client wants to go on.
fn resume(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(id) = last_event_id(headers) else {
        return Ok(None);
    };
    let sequence: Option<u64> = id.parse().ok();
    sequence
        .map(|sequence| Some(sequence.saturating_add(1)))
        .ok_or_else(|| {
            let detail = "Last-Event-ID must be the id of an event of this stream, a number";
            Problem::new(Code::BadRequest, detail)
        })
}

/// The device that has changed.
fn serial(item: &ChangeItem) -> &str {
    match &item.change {
        Change::Command(event) => &event.serial,
        Change::Presence(event) => &event.serial,
    }
}

fn write(item: &ChangeItem, wanted: &Wanted) -> String {
    let (kind, serial, data) = match &item.change {
        Change::Command(event) => (
            "command",
            &event.serial,
            json!({
                "serial": event.serial, "id": event.id, "name": event.name, "state": event.state,
                "at": Timestamp::from_micros(event.at), "detail": event.detail,
            }),
        ),
        Change::Presence(event) => (
            "presence",
            &event.serial,
            json!({
                "serial": event.serial, "state": event.state, "before": event.before,
                "at": Timestamp::from_micros(event.at),
            }),
        ),
    };
    let among =
        |list: &[String], name: &str| list.is_empty() || list.iter().any(|entry| entry == name);
    if !among(&wanted.kinds, kind) || !among(&wanted.devices, serial) {
        return String::new();
    }
    format!("id: {}\nevent: {kind}\ndata: {data}\n\n", item.sequence)
}

#[cfg(test)]
mod tests {
    use sens_schema::event::PresenceEvent;

    use super::*;

    #[test]
    fn changes_are_filtered_and_written() {
        let item = ChangeItem {
            sequence: 7,
            change: Change::Presence(PresenceEvent {
                serial: "A".to_owned(),
                state: "silent".to_owned(),
                before: None,
                at: 0,
            }),
        };
        let wanted = |kind: &str, device: &str| Wanted {
            kinds: vec![kind.to_owned()],
            devices: vec![device.to_owned()],
        };
        assert_eq!(
            write(&item, &wanted("presence", "A")),
            "id: 7\nevent: presence\ndata: {\"at\":\"1970-01-01T00:00:00.000000Z\",\"before\":null,\"serial\":\"A\",\"state\":\"silent\"}\n\n"
        );
        assert_eq!(write(&item, &wanted("command", "A")), "");
        assert_eq!(write(&item, &wanted("presence", "B")), "");
    }
}
