//! Collecting everything that happened to a device around a time.

use std::collections::BTreeSet;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use sens_schema::explain::{DeviceFacts, Verdict, device as explain_device};
use sens_schema::{Catalogue, Micros, Position};
use sens_storage::correction::{Correction, corrections_within};
use sens_storage::maintenance::missing_raw_records;
use sens_storage::query::explain::{
    self, DeviceStart, ExplainedDevice, WindowReading, arrivals_around, explained_device,
    positions_of_device, readings_claimed, readings_near, starts_of_device, unattributed_positions,
};
use sens_storage::query::messages::{arrived_between, raw_records_since};
use sens_storage::write::load_catalogue;

use super::stream;
use crate::app::App;
use crate::http::time::Timestamp;
use crate::problem::{Code, Problem};
use crate::routes::messages::Life;

/// Messages of the device that are looked at.
const MESSAGES: i64 = 50;
/// Messages of nobody that are looked at.
const OTHERS: i64 = 10;
/// Corrections that are told.
const CORRECTIONS: i64 = 10;
/// Readings that are shown.
const READINGS: i64 = 20;

/// What is asked.
pub(crate) struct Window {
    /// Whose reading, as was asked.
    pub(crate) serial: String,
    /// The names the device goes by.
    pub(crate) names: Vec<String>,
    /// Its ids; none when it is not in the registry.
    pub(crate) device_ids: Vec<i64>,
    /// When it should have been.
    pub(crate) at: DateTime<Utc>,
    /// Inclusive start.
    pub(crate) from: DateTime<Utc>,
    /// Exclusive end.
    pub(crate) to: DateTime<Utc>,
    /// Of which metric.
    pub(crate) metric: Option<String>,
    /// Nothing is told of messages that may be of other devices.
    pub(crate) alone: bool,
}

impl Window {
    /// Whether an arrival is in it.
    pub(crate) fn has(&self, received_at: Micros) -> bool {
        (self.from.timestamp_micros()..self.to.timestamp_micros()).contains(&received_at)
    }

    /// The whole minutes around it.
    pub(crate) fn minutes(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        let minute = TimeDelta::minutes(1);
        let from = self.from.duration_trunc(minute).unwrap_or(self.from);
        let to = (self.to + minute).duration_trunc(minute).unwrap_or(self.to);
        (from, to)
    }
}

/// What was found.
pub(super) struct Gathered {
    /// The device, when anything good ever came from it.
    pub(super) device: Option<ExplainedDevice>,
    /// Readings measured then, and those nearest to the time.
    pub(super) readings: (i64, Vec<WindowReading>),
    /// Readings that claim to be of then and are elsewhere.
    pub(super) claimed: Vec<WindowReading>,
    /// Starts of the device.
    pub(super) starts: Vec<DeviceStart>,
    /// Messages of the device, oldest first.
    pub(super) messages: Vec<Life>,
    /// Messages of nobody.
    pub(super) others: Vec<Life>,
    /// Everything in words, the most telling first.
    pub(super) findings: Vec<Verdict>,
    /// Set when the streams could not be asked.
    pub(super) streams_unknown: bool,
}

/// Collects everything.
///
/// # Errors
/// That the database is away or takes too long.
pub(super) async fn gather(app: &App, window: &Window) -> Result<Gathered, Problem> {
    let pool = &app.pools.primary;
    let catalogue = load_catalogue(pool).await?;
    let (streams, streams_unknown) = match stream::look(app, &catalogue, window).await {
        Ok(streams) => (streams, false),
        Err(problem) if problem.is(Code::MessagingUnavailable) => {
            (stream::Streams::default(), true)
        }
        Err(problem) => return Err(problem),
    };
    let device = explained_device(pool, &window.device_ids).await?;
    let asked = explain::Window {
        device_ids: &window.device_ids,
        names: &window.names,
        from: window.from,
        to: window.to,
    };
    let metric = window.metric.as_deref();
    let positions: BTreeSet<Position> = positions_of_device(pool, asked, MESSAGES)
        .await?
        .into_iter()
        .map(position)
        .chain(streams.positions)
        .collect();
    let others: BTreeSet<Position> = unattributed_positions(pool, window.from, window.to, OTHERS)
        .await?
        .into_iter()
        .map(position)
        .chain(streams.unattributed)
        .filter(|other| !window.alone && !positions.contains(other))
        .collect();
    let messages = lives(app, &catalogue, positions).await?;
    let others = lives(app, &catalogue, others).await?;
    let readings = readings_near(pool, asked, metric, window.at, READINGS).await?;
    let claimed = readings_claimed(pool, asked, metric, window.at, READINGS).await?;
    let corrections = corrections_within(
        pool,
        &window.names,
        metric,
        (window.from, window.to),
        CORRECTIONS,
    )
    .await?;
    let (before, after) = arrivals_around(pool, asked).await?;
    let (raw_missing, expired) = raw_records(app, window).await?;
    let facts = DeviceFacts {
        serial: window.serial.clone(),
        known: device.is_some() || before.is_some() || after.is_some() || !messages.is_empty(),
        last_before: before.map(text),
        first_after: after.map(text),
        stored: readings.1.first().map(|nearest| {
            let count = usize::try_from(readings.0).unwrap_or(usize::MAX);
            (count, text(nearest.recorded_at))
        }),
        claimed: claimed.first().map(|reading| text(reading.recorded_at)),
        corrected: corrections.iter().map(Correction::in_words).collect(),
        parked: streams.parked,
        unattributed: others
            .iter()
            .map(|life| life.verdict.text.clone())
            .collect(),
        lost: streams.lost,
        raw_missing,
        expired,
    };
    let verdicts = messages.iter().map(|life| life.verdict.clone()).collect();
    let findings = explain_device(&facts, verdicts);
    Ok(Gathered {
        starts: starts_of_device(pool, asked).await?,
        device,
        readings,
        claimed,
        messages,
        others,
        findings,
        streams_unknown,
    })
}

async fn lives(
    app: &App,
    catalogue: &Catalogue,
    positions: BTreeSet<Position>,
) -> Result<Vec<Life>, Problem> {
    let mut lives = Vec::with_capacity(positions.len());
    for position in positions {
        lives.extend(Life::of(app, catalogue, position).await?);
    }
    Ok(lives)
}

/// The raw records that somebody deleted, and whether retention has dropped some.
async fn raw_records(app: &App, window: &Window) -> Result<(Vec<String>, bool), Problem> {
    let pool = &app.pools.primary;
    let (from, to) = window.minutes();
    let since = raw_records_since(pool).await?.unwrap_or(from);
    let most = if window.alone { 0 } else { OTHERS };
    let missing = missing_raw_records(pool, from.max(since), to, most).await?;
    let ids = missing
        .iter()
        .map(|row| format!("{}-{}", row.epoch, row.seq))
        .collect();
    let dropped = from < since && arrived_between(pool, from, since.min(to)).await?;
    Ok((ids, dropped))
}

fn position((epoch, seq): (i32, i64)) -> Position {
    Position {
        epoch,
        seq: seq.cast_unsigned(),
    }
}

fn text(instant: DateTime<Utc>) -> String {
    Timestamp(instant).to_string()
}
