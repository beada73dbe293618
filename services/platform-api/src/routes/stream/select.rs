//! Which readings a stream wants, where it begins, and how they are written.

use std::sync::Arc;

use axum::http::HeaderMap;
use sens_messaging::FeedItem;
use sens_schema::event::ReadingEvent;
use sens_storage::query::Scope;
use sens_storage::query::family::{Devices, KnownDevice, find_families};
use serde::Serialize;

use crate::app::App;
use crate::cache::Registrar;
use crate::feed::{Batch, Start};
use crate::http::sse::last_event_id;
use crate::http::time::Timestamp;
use crate::http::value;
use crate::problem::{Code, FieldError, Problem};

/// Which readings a stream wants; an empty list wants all.
#[derive(Debug)]
pub(super) struct Selection {
    /// Of which devices: those that the key may see and that have the labels, at the moment of each reading.
    pub(super) scope: Scope,
    /// Names of devices as their messages have them.
    pub(super) devices: Vec<String>,
    /// Names of metrics.
    pub(super) metrics: Vec<String>,
}

/// The device of each reading of a batch.
pub(super) type DevicesOf<'a> = &'a [Option<Arc<KnownDevice>>];

impl Selection {
    /// The readings of some devices, of all when none is named. A device that is linked to a legacy number is meant with what
    /// goes under the number.
    ///
    /// # Errors
    /// That the database is away or takes too long.
    pub(super) async fn of(
        app: &App,
        scope: Scope,
        mut devices: Vec<String>,
        metrics: Vec<String>,
    ) -> Result<Self, Problem> {
        if !devices.is_empty() {
            let most = i64::try_from(devices.len()).unwrap_or(i64::MAX);
            let named = Devices::Named(&devices);
            let found = find_families(&app.pools.primary, &scope, named, most).await?;
            devices.extend(found.into_iter().flat_map(|family| family.names));
        }
        Ok(Self {
            scope,
            devices,
            metrics,
        })
    }

    /// Who the devices of a batch are, where this selection depends on it.
    ///
    /// # Errors
    /// That the database is away or takes too long.
    pub(super) async fn devices<'a>(
        &self,
        batch: &'a Batch,
        registrar: &Registrar,
    ) -> Result<Option<DevicesOf<'a>>, Problem> {
        if self.scope.is_everything() {
            return Ok(None);
        }
        batch.devices(registrar).await.map(Some)
    }

    fn wants(&self, reading: &ReadingEvent<'_>) -> bool {
        let among =
            |list: &[String], name: &str| list.is_empty() || list.iter().any(|entry| entry == name);
        among(&self.devices, &reading.serial) && among(&self.metrics, &reading.metric)
    }

    /// Of a device that is not there nobody may see anything but who may see everything.
    fn may_see(&self, devices: Option<DevicesOf<'_>>, index: usize) -> bool {
        if self.scope.is_everything() {
            return true;
        }
        let device = devices.and_then(|devices| devices.get(index)?.as_deref());
        device.is_some_and(|device| self.scope.takes(&device.serial, &device.labels))
    }
}

/// The place of a reading in the event stream, `<sequence>-<index>`: the id of its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Sequence of the batch.
    pub(super) sequence: u64,
    /// Index of the reading in its batch.
    pub(super) index: usize,
}

/// The place after which a client wants to go on, from `Last-Event-ID`.
///
/// # Errors
/// `bad_request` when it is none of ours.
pub(super) fn resume(headers: &HeaderMap) -> Result<Option<Place>, Problem> {
    let Some(text) = last_event_id(headers) else {
        return Ok(None);
    };
    read(text).map(Some).ok_or_else(|| {
        let detail = "Last-Event-ID must be the id of an event of this stream, <sequence>-<index>"
            .to_owned();
        Problem::with_errors(
            Code::BadRequest,
            vec![FieldError {
                detail,
                pointer: None,
                parameter: None,
            }],
        )
    })
}

/// Reads the id of an event.
pub(super) fn read(text: &str) -> Option<Place> {
    let (sequence, index) = text.split_once('-')?;
    Some(Place {
        sequence: sequence.parse().ok()?,
        index: index.parse().ok()?,
    })
}

/// Where to begin in the event stream.
pub(super) fn start(resume: Option<Place>) -> Start {
    resume.map_or(Start::Now, |place| Start::At(place.sequence))
}

/// A reading as every live message has it.
#[derive(Serialize)]
pub(super) struct Data<'a> {
    serial: &'a str,
    metric: &'a str,
    #[serde(serialize_with = "value::json")]
    value: &'a serde_json::Value,
    unit: Option<&'a str>,
    recorded_at: Timestamp,
    received_at: Timestamp,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.sequence, self.index)
    }
}

/// The wanted readings of a batch, leaving out those up to the place already seen.
pub(super) fn wanted<'a>(
    item: &'a FeedItem,
    devices: Option<DevicesOf<'a>>,
    selection: &'a Selection,
    seen: Option<Place>,
) -> impl Iterator<Item = (Place, Data<'a>)> {
    let readings = item.event.readings.iter().enumerate();
    readings.filter_map(move |(index, reading)| {
        let place = Place {
            sequence: item.sequence,
            index,
        };
        if seen.is_some_and(|seen| place <= seen)
            || !selection.wants(reading)
            || !selection.may_see(devices, index)
        {
            return None;
        }
        let data = Data {
            serial: &reading.serial,
            metric: &reading.metric,
            value: &reading.value,
            unit: reading.unit.as_deref(),
            recorded_at: Timestamp::from_micros(reading.recorded_at),
            received_at: Timestamp::from_micros(reading.received_at),
        };
        Some((place, data))
    })
}

/// Writes the wanted readings of a batch as server-sent events.
pub(super) fn write(
    item: &FeedItem,
    devices: Option<DevicesOf<'_>>,
    selection: &Selection,
    seen: Option<Place>,
) -> String {
    let mut text = String::new();
    for (place, data) in wanted(item, devices, selection, seen) {
        let json = serde_json::to_string(&data).unwrap_or_default();
        let place = place.to_string();
        text.extend(["id: ", &place, "\nevent: reading\ndata: ", &json, "\n\n"]);
    }
    text
}

#[cfg(test)]
mod tests {
    use sens_schema::LabelSelector;
    use sens_schema::event::{BatchCounts, BatchEvent};

    use super::*;

    fn batch() -> FeedItem {
        let reading = |serial: &'static str, metric: &'static str| ReadingEvent {
            serial: serial.into(),
            metric: metric.into(),
            value: serde_json::json!(1.5),
            unit: None,
            recorded_at: 0,
            received_at: 1,
        };
        let readings = vec![reading("A", "x"), reading("B", "x"), reading("A", "y")];
        let counts = BatchCounts::default();
        FeedItem {
            sequence: 7,
            event: BatchEvent {
                epoch: 1,
                committed_at: 2,
                readings,
                outcomes: Vec::new(),
                counts,
            },
        }
    }

    fn selection(devices: &[&str], metrics: &[&str]) -> Selection {
        let texts = |list: &[&str]| list.iter().map(ToString::to_string).collect();
        Selection {
            scope: Scope::EVERYTHING,
            devices: texts(devices),
            metrics: texts(metrics),
        }
    }

    fn ids(selection: &Selection, seen: Option<Place>) -> Vec<String> {
        let text = write(&batch(), None, selection, seen);
        text.lines()
            .filter_map(|line| line.strip_prefix("id: "))
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn events_are_filtered_and_resumed() {
        let all = selection(&[], &[]);
        assert_eq!(ids(&all, None), ["7-0", "7-1", "7-2"]);
        assert_eq!(
            ids(
                &all,
                Some(Place {
                    sequence: 7,
                    index: 1
                })
            ),
            ["7-2"]
        );
        assert_eq!(
            ids(
                &all,
                Some(Place {
                    sequence: 6,
                    index: 9
                })
            ),
            ["7-0", "7-1", "7-2"]
        );
        let only_a = selection(&["A"], &[]);
        assert_eq!(ids(&only_a, None), ["7-0", "7-2"]);
        let a_y = selection(&["A"], &["y"]);
        assert_eq!(ids(&a_y, None), ["7-2"]);
    }

    #[test]
    fn only_devices_of_the_scope_are_seen() {
        let known = |serial: &str, site: &str| {
            Some(Arc::new(KnownDevice {
                serial: serial.to_owned(),
                labels: [("site".to_owned(), site.to_owned())].into(),
            }))
        };
        let devices = [known("A", "vie"), known("B", "graz"), None];
        let seen = |selector: &str| {
            let limited = Selection {
                scope: Scope::EVERYTHING.narrowed(&LabelSelector::parse(selector).unwrap()),
                ..selection(&[], &[])
            };
            let batch = batch();
            let wanted = wanted(&batch, Some(&devices), &limited, None);
            wanted.map(|(place, _)| place.index).collect::<Vec<_>>()
        };
        assert_eq!(seen("site=vie"), [0]);
        assert_eq!(seen("site!=vie"), [1], "never of one that is not there");
        assert_eq!(
            write(&batch(), None, &selection(&[], &[]), None)
                .matches("event: ")
                .count(),
            3
        );
    }

    #[test]
    fn an_event_has_the_documented_form() {
        let b = selection(&["B"], &[]);
        assert_eq!(
            write(&batch(), None, &b, None),
            "id: 7-1\nevent: reading\ndata: {\"serial\":\"B\",\"metric\":\"x\",\"value\":1.5,\"unit\":null,\
             \"recorded_at\":\"1970-01-01T00:00:00.000000Z\",\"received_at\":\"1970-01-01T00:00:00.000001Z\"}\n\n"
        );
    }

    #[test]
    fn places_are_read() {
        let header = |value: &str| {
            HeaderMap::from_iter([("last-event-id".parse().unwrap(), value.parse().unwrap())])
        };
        assert_eq!(
            resume(&header("12-3")).unwrap(),
            Some(Place {
                sequence: 12,
                index: 3
            })
        );
        assert_eq!(resume(&HeaderMap::new()).unwrap(), None);
        assert!(resume(&header("12")).is_err());
    }
}
