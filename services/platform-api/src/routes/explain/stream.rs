//! What the streams know of a device around a time: messages that wait, were given up, or are lost.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sens_messaging::{Bytes, Messaging};
use sens_schema::envelope::Envelope;
use sens_schema::{Catalogue, ClockPolicy, DecodeContext, Position, Serial, Topic};
use sens_storage::query::messages::dead_positions;

use super::gather::Window;
use crate::app::App;
use crate::http::time::Timestamp;
use crate::problem::Problem;
use crate::routes::accounting::{LostRange, lost_messages};
use crate::routes::messages::current_epoch;

/// Waiting messages that are looked at.
const WAITING: u64 = 1000;
/// Newest dead letters that are looked at.
const LETTERS: u64 = 1000;

/// What the streams know.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    /// Messages of the device that wait or were given up.
    pub(crate) positions: BTreeSet<Position>,
    /// Messages that were given up and whose payload is gone.
    pub(crate) unattributed: BTreeSet<Position>,
    /// How many of its messages wait for the quota.
    pub(crate) parked: usize,
    /// Lost messages, in words.
    pub(crate) lost: Vec<String>,
}

/// Looks into the streams.
///
/// # Errors
/// That JetStream or the database is away.
pub(crate) async fn look(
    app: &App,
    catalogue: &Catalogue,
    window: &Window,
) -> Result<Streams, Problem> {
    let messaging = app.link.get()?;
    let (Some(epoch), status) = current_epoch(app).await? else {
        return Ok(Streams::default());
    };
    let mut found = Streams::default();
    let waiting = messaging
        .raw_messages(status.floor() + 1, WAITING)
        .await?
        .into_iter();
    for message in waiting {
        let position = Position {
            epoch,
            seq: message.sequence,
        };
        if window.has(message.envelope.received_at)
            && names(
                app,
                catalogue,
                window,
                position,
                &message.envelope,
                &message.payload,
            )
        {
            found.positions.insert(position);
        }
    }
    let mut letters = BTreeSet::new();
    for stored in messaging.newest_dead_letters(LETTERS).await? {
        let letter = stored.letter;
        letters.insert(letter.origin);
        if window.has(letter.envelope.received_at)
            && names(
                app,
                catalogue,
                window,
                letter.origin,
                &letter.envelope,
                &letter.payload,
            )
        {
            found.positions.insert(letter.origin);
        }
    }
    let (from, to) = window.minutes();
    let given_up = dead_positions(&app.pools.primary, epoch, from, to, 20).await?;
    found.unattributed = given_up
        .into_iter()
        .map(|seq| Position {
            epoch,
            seq: seq.cast_unsigned(),
        })
        .filter(|position| !letters.contains(position))
        .collect();
    found.parked = parked(&messaging, &window.names).await?;
    let lost = lost_messages(app, epoch, &status).await?;
    found.lost = lost
        .iter()
        .filter(|lost| !window.alone && lost.touches(Some(window.from), Some(window.to)))
        .take(20)
        .map(|lost| words(epoch, lost))
        .collect();
    Ok(found)
}

fn words(epoch: i32, range: &LostRange) -> String {
    let (first, last) = (range.sequences.start(), range.sequences.end());
    let what = if first == last {
        format!("message {epoch}-{first}")
    } else {
        format!("messages {epoch}-{first} to {epoch}-{last}")
    };
    let text = |instant: DateTime<Utc>| Timestamp(instant).to_string();
    match (range.around.before.map(text), range.around.after.map(text)) {
        (Some(after), Some(before)) => format!("{what}, received between {after} and {before},"),
        (Some(after), None) => format!("{what}, received after {after},"),
        (None, Some(before)) => format!("{what}, received before {before},"),
        (None, None) => what,
    }
}

async fn parked(messaging: &Messaging, names: &[String]) -> Result<usize, Problem> {
    let devices = messaging.parked_devices().await?;
    let waiting = devices
        .into_iter()
        .filter(|device| names.contains(&device.serial));
    Ok(waiting.map(|device| device.waiting).sum())
}

/// Whether anything in a message speaks of the device.
fn names(
    app: &App,
    catalogue: &Catalogue,
    window: &Window,
    position: Position,
    envelope: &Envelope,
    payload: &Bytes,
) -> bool {
    let topic = Topic::parse(&envelope.topic);
    let full_length = envelope
        .truncated
        .as_ref()
        .map_or(payload.len() as u64, |whole| whole.full_length);
    let decoded = app.decoders.decode(
        payload,
        &DecodeContext {
            topic: &topic,
            received_at: envelope.received_at,
            content_type: envelope.content_type.as_deref(),
            truncated: envelope.truncated.is_some(),
            full_length,
            position,
            catalogue,
            clock: ClockPolicy::default(),
        },
    );
    let is_it = |serial: &Serial| window.names.iter().any(|name| name == serial.as_str());
    let readings = decoded.readings.iter().map(|reading| &reading.device);
    let errors = decoded
        .errors
        .iter()
        .filter_map(|error| error.device.as_ref());
    let mut devices = decoded.device.iter().chain(readings).chain(errors);
    devices.any(|device| is_it(&device.serial()))
        || decoded
            .startups
            .iter()
            .any(|startup| is_it(&startup.serial))
}
