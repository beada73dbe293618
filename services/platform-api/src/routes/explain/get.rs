//! `GET /v1/devices/{serial}/explain`.

use axum::Json;
use axum::extract::{Path, State};
use chrono::{TimeDelta, Utc};
use sens_schema::Serial;
use sens_storage::query::explain::{DeviceStart, ExplainedDevice, WindowReading};
use sens_storage::query::family::find_family;
use serde::Serialize;
use utoipa::ToSchema;

use super::gather::{Gathered, Window, gather};
use crate::app::App;
use crate::auth::Reader;
use crate::http::params::Params;
use crate::http::time::Timestamp;
use crate::http::value::{Value, ValueSchema};
use crate::problem::{AccessErrors, Code, NotFoundError, ParameterErrors, Problem};
use crate::routes::devices::not_found;
use crate::routes::messages::{Finding, Life};

/// Seconds on each side of the time when nothing else is asked.
const WITHIN: i64 = 300;
/// Most seconds on each side.
const MOST: i64 = 86_400;

/// Why a reading is there or not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Explanation {
    /// The device.
    serial: String,
    /// The time that is explained.
    at: Timestamp,
    /// Start of what was looked at.
    from: Timestamp,
    /// End of what was looked at.
    to: Timestamp,
    /// The metric that was asked for.
    metric: Option<String>,
    /// What explains it best.
    verdict: Finding,
    /// Everything that was found, the most telling first.
    findings: Vec<Finding>,
    /// What is known of the device; `null` when nothing good ever came from it.
    device: Option<DeviceState>,
    /// How many readings measured in the interval are stored.
    readings_stored: i64,
    /// Those of them nearest to the time.
    readings: Vec<NearReading>,
    /// Readings that claim to be of the interval and are stored at another time, because that was not believed.
    claimed: Vec<NearReading>,
    /// Starts of the device.
    starts: Vec<Start>,
    /// Messages of the device that arrived in the interval, at most 50 of those that are stored.
    messages: Vec<MessageSummary>,
    /// Messages of which nobody can tell whose they are.
    unattributed: Vec<MessageSummary>,
    /// Whether everything could be asked: `false` while JetStream is away, when nobody knows what waits there.
    complete: bool,
}

/// What is known of a device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceState {
    /// What its last status message or last will said.
    online: Option<bool>,
    /// When that was said.
    status_at: Option<Timestamp>,
    /// Newest arrival of anything from it.
    last_seen_at: Option<Timestamp>,
}

/// A stored reading.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NearReading {
    /// Its metric.
    metric: String,
    /// Its value.
    #[schema(value_type = ValueSchema)]
    value: Value,
    /// Its time in the store.
    recorded_at: Timestamp,
    /// When it arrived.
    received_at: Timestamp,
    /// What the device claimed, where that was not believed.
    device_time: Option<Timestamp>,
    /// How far its time is to be trusted.
    quality: String,
    /// The message that brought it.
    message_id: String,
}

/// A start of the device.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeviceStart)]
pub(crate) struct Start {
    /// When, by its own clock where that is plausible.
    started_at: Timestamp,
    /// Its firmware, where it said so.
    firmware: Option<String>,
    /// The message that said so.
    message_id: String,
}

/// A message in short; `/v1/messages/{id}` has the rest.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageSummary {
    /// `<epoch>-<sequence>`.
    id: String,
    /// When it arrived, where that is known.
    received_at: Option<Timestamp>,
    /// Topic it came on.
    topic: Option<String>,
    /// Where it stands.
    verdict: Finding,
}

/// Why a reading is there or not
///
/// Looks at everything that happened to a device around a time: what arrived, was refused, is a duplicate, had a wrong
/// clock, waits, was given up, was lost, was deleted or never came. `verdict` explains it best.
#[utoipa::path(
    get,
    path = "/v1/devices/{serial}/explain",
    tag = "devices",
    params(
        ("serial" = String, Path, description = "serial of the device"),
        ("at" = Option<String>, Query, description = "when the reading should have been, RFC 3339; now when left out"),
        ("within" = Option<i64>, Query, description = "seconds to look at on each side, at most 86400; 300 when left out"),
        ("metric" = Option<String>, Query, description = "look at readings of this metric alone")
    ),
    responses(
        (status = 200, description = "the explanation", body = Explanation),
        NotFoundError,
        ParameterErrors,
        AccessErrors
    )
)]
pub(crate) async fn explain_device(
    Reader(scope): Reader,
    State(app): State<App>,
    Path(serial): Path<String>,
    mut params: Params,
) -> Result<Json<Explanation>, Problem> {
    let at = params.time("at").unwrap_or_else(Utc::now);
    let within = match params.text("within").map(|text| text.parse()) {
        None => WITHIN,
        Some(Ok(seconds @ 1..=MOST)) => seconds,
        Some(_) => {
            params.fault(
                "within",
                format!("within must be a number of seconds from 1 to {MOST}"),
            );
            WITHIN
        }
    };
    let metric = params.text("metric");
    params.finish()?;
    let serial = Serial::parse(&serial)
        .map_err(|error| Problem::new(Code::DeviceNotFound, error.to_string()))?;
    let side = TimeDelta::seconds(within);
    let found = find_family(&app.pools.primary, &scope, serial.as_str()).await?;
    if found.is_none() && !scope.is_everything() {
        return Err(not_found(serial.as_str()));
    }
    let (names, device_ids) = found.map_or_else(
        || (vec![serial.to_string()], Vec::new()),
        |family| (family.names, family.ids),
    );
    let window = Window {
        serial: serial.to_string(),
        names,
        device_ids,
        at,
        from: at - side,
        to: at + side,
        metric,
        alone: !scope.is_everything(),
    };
    let gathered = gather(&app, &window).await?;
    Ok(Json(Explanation::of(window, gathered)))
}

impl Explanation {
    fn of(window: Window, gathered: Gathered) -> Self {
        let findings: Vec<Finding> = gathered.findings.into_iter().map(Finding::from).collect();
        let verdict = findings.first().cloned().unwrap_or_else(|| Finding {
            code: "nothing",
            text: "nothing happened".to_owned(),
        });
        let summaries = |lives: Vec<Life>| lives.into_iter().map(MessageSummary::from).collect();
        let near =
            |readings: Vec<WindowReading>| readings.into_iter().map(NearReading::from).collect();
        Self {
            serial: window.serial,
            at: Timestamp(window.at),
            from: Timestamp(window.from),
            to: Timestamp(window.to),
            metric: window.metric,
            verdict,
            findings,
            device: gathered.device.map(DeviceState::from),
            readings_stored: gathered.readings.0,
            readings: near(gathered.readings.1),
            claimed: near(gathered.claimed),
            starts: gathered.starts.into_iter().map(Start::from).collect(),
            messages: summaries(gathered.messages),
            unattributed: summaries(gathered.others),
            complete: !gathered.streams_unknown,
        }
    }
}

impl From<ExplainedDevice> for DeviceState {
    fn from(device: ExplainedDevice) -> Self {
        Self {
            online: device.online,
            status_at: device.status_at.map(Timestamp),
            last_seen_at: device.last_seen_at.map(Timestamp),
        }
    }
}

impl From<WindowReading> for NearReading {
    fn from(reading: WindowReading) -> Self {
        Self {
            metric: reading.metric,
            value: Value(reading.value),
            recorded_at: Timestamp(reading.recorded_at),
            received_at: Timestamp(reading.received_at),
            device_time: reading.device_time.map(Timestamp),
            quality: reading.quality,
            message_id: format!("{}-{}", reading.epoch, reading.seq),
        }
    }
}

impl From<DeviceStart> for Start {
    fn from(start: DeviceStart) -> Self {
        Self {
            started_at: Timestamp(start.started_at),
            firmware: start.firmware,
            message_id: format!("{}-{}", start.epoch, start.seq),
        }
    }
}

impl From<Life> for MessageSummary {
    fn from(life: Life) -> Self {
        Self {
            received_at: life.received_at(),
            topic: life.topic(),
            id: life.id,
            verdict: Finding::from(life.verdict),
        }
    }
}
