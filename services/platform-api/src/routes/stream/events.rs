//! The task behind an open stream, and its answer.

use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use prometheus::IntGauge;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use tokio::time::MissedTickBehavior;

use super::select::{self, Place, Selection};
use super::watch::{self, Watch};
use crate::app::App;
use crate::auth::Caller;
use crate::cache::Registrar;
use crate::feed::{Item, Sequel};
use crate::problem::{Code, Problem};

/// Pause after which a comment shows that the connection lives.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);
/// Batches written ahead for a client that reads slowly; beyond, the shared feed's backlog fills.
const AHEAD: usize = 16;
/// Told to the client at the start: it reconnects after two seconds.
const OPENING: &str = "retry: 2000\n: open\n\n";

/// How long a client may take nothing at all before it is cut off.
pub(super) const STALLED: Duration = Duration::from_secs(30);

/// Told to a client that may not see everything: it resumes after its last event.
pub(super) const UNKNOWN: &str = "it cannot be found out now which devices you may see";

/// Opens a stream of the selected readings.
///
/// # Errors
/// `bad_request` for a foreign `Last-Event-ID`, `too_many_streams`, `messaging_unavailable`.
pub(super) async fn open(
    app: &App,
    caller: Caller,
    headers: &HeaderMap,
    selection: Selection,
) -> Result<Response, Problem> {
    let seen = select::resume(headers)?;
    let open = OpenStream::new(app)?;
    let sequel = Sequel::open(&app.feed, &app.link, select::start(seen)).await?;
    let (sender, mut receiver) = mpsc::channel::<Bytes>(AHEAD);
    let (reason, ended) = oneshot::channel();
    let (shutdown, registrar) = (app.shutdown.clone(), app.registrar.clone());
    let mut watch = Watch::new(app.clone(), caller);
    tokio::spawn(async move {
        let _open = open;
        let why = tokio::select! {
            why = run(sequel, &selection, &registrar, seen, &sender) => why,
            () = watch.ended() => Some(watch::ENDED),
            () = sender.closed() => None,
            () = shutdown.cancelled() => None,
        };
        if let Some(why) = why
            && reason.send(why).is_err()
        {
            tracing::debug!(why, "a live stream ended and its client was gone");
        }
    });
    // What waits is sent before the reason of the end.
    let mut ended = Some(ended);
    let chunks = stream::poll_fn(move |context| {
        let Poll::Ready(chunk) = receiver.poll_recv(context) else {
            return Poll::Pending;
        };
        let last = || {
            let why = ended.take()?.try_recv().ok()?;
            Some(Bytes::from(named("error", why)))
        };
        Poll::Ready(chunk.or_else(last).map(Ok::<_, std::io::Error>))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-cache, no-transform"),
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Body::from_stream(chunks)).into_response())
}

/// Writes events until the client is gone or has to resume: the reason is for the client.
async fn run(
    mut sequel: Sequel,
    selection: &Selection,
    registrar: &Registrar,
    mut seen: Option<Place>,
    sender: &mpsc::Sender<Bytes>,
) -> Option<&'static str> {
    let mut heartbeat = tokio::time::interval(HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    heartbeat.reset();
    let mut text = OPENING.to_owned();
    loop {
        if !text.is_empty() {
            let chunk = Bytes::from(std::mem::take(&mut text));
            match tokio::time::timeout(STALLED, sender.send(chunk)).await {
                Ok(Ok(())) => {}
                Ok(Err(_gone)) => return None,
                Err(_) => return Some("the client reads too slowly"),
            }
        }
        tokio::select! {
            item = sequel.next() => match item {
                Item::Event(batch) => {
                    let Ok(devices) = selection.devices(&batch, registrar).await else {
                        return Some(UNKNOWN);
                    };
                    text = select::write(&batch.item, devices, selection, seen);
                }
                Item::Gap => {
                    // What the client has seen may be of another stream.
                    seen = None;
                    text = named("gap", "events after Last-Event-ID are no longer kept");
                }
                Item::Broken(why) => return Some(why),
            },
            _ = heartbeat.tick() => ": alive\n\n".clone_into(&mut text),
        }
    }
}

/// An event that is no reading.
fn named(event: &str, detail: &str) -> String {
    format!(
        "event: {event}\ndata: {}\n\n",
        serde_json::json!({ "detail": detail })
    )
}

/// A place among the open streams, for as long as one is open.
pub(super) struct OpenStream {
    gauge: IntGauge,
    _place: OwnedSemaphorePermit,
}

impl OpenStream {
    /// Takes a place.
    ///
    /// # Errors
    /// `too_many_streams` when all are taken.
    pub(super) fn new(app: &App) -> Result<Self, Problem> {
        let place = Arc::clone(&app.streams).try_acquire_owned();
        let place = place.map_err(|_| {
            let most = app.config.api.max_streams;
            let detail = format!("all {most} live streams of this server are taken");
            Problem::new(Code::TooManyStreams, detail)
        })?;
        app.counts.streams.inc();
        Ok(Self {
            gauge: app.counts.streams.clone(),
            _place: place,
        })
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.gauge.dec();
    }
}
