//! The task behind an open stream, and its answer.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use prometheus::IntGauge;
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use super::select::{self, Selection};
use crate::app::App;
use crate::feed::{Item, Sequel};
use crate::problem::Problem;

/// Pause after which a comment shows that the connection lives.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Batches written ahead for a client that reads slowly; beyond, the shared feed's backlog fills.
const AHEAD: usize = 16;
/// Told to the client at the start: it reconnects after two seconds.
const OPENING: &str = "retry: 2000\n: open\n\n";

/// Opens a stream of the selected readings.
///
/// # Errors
/// `bad_request` for a foreign `Last-Event-ID`, `messaging_unavailable`.
pub(super) async fn open(
    app: &App,
    headers: &HeaderMap,
    selection: Selection,
) -> Result<Response, Problem> {
    let mut seen = select::resume(headers)?;
    let mut sequel = Sequel::open(&app.feed, &app.link, select::start(seen)).await?;
    let (sender, mut receiver) = mpsc::channel::<Bytes>(AHEAD);
    let shutdown = app.shutdown.clone();
    let open = OpenStream::new(&app.counts.streams);
    tokio::spawn(async move {
        let _open = open;
        let mut heartbeat = tokio::time::interval(HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        heartbeat.reset();
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
                item = sequel.next() => match item {
                    Item::Event(item) => text = select::write(&item, &selection, seen),
                    Item::Gap => {
                        // What the client has seen may be of another stream.
                        seen = None;
                        text = named("gap", "events after Last-Event-ID are no longer kept");
                    }Item::Broken(why) => {
                        // The client is gone or resumes; either way this stream is over.
                        drop(sender.send(Bytes::from(named("error", why))).await);
                        return;
                    }
                },
                _ = heartbeat.tick() => ": alive\n\n".clone_into(&mut text),
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

/// An event that is no reading.
fn named(event: &str, detail: &str) -> String {
    format!(
        "event: {event}\ndata: {}\n\n",
        serde_json::json!({ "detail": detail })
    )
}

/// Counts a stream for as long as it is open.
struct OpenStream(IntGauge);

impl OpenStream {
    fn new(gauge: &IntGauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.dec();
    }
}
