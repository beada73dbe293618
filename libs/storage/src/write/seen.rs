//! When devices were marked as seen: a busy device's row is updated once a second, not with every batch, and once a minute for
//! its errors.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sens_schema::Micros;

use super::devices::DeviceNews;

/// `last_seen_at` is exact to this.
const GRANULARITY: Micros = 1_000_000;
/// `last_error_at` is exact to this.
const ERROR_GRANULARITY: Micros = 60_000_000;
/// Devices remembered; beyond that the memory starts over.
const LIMIT: usize = 100_000;

#[derive(Debug, Default)]
struct Mark {
    received_at: Option<Micros>,
    firmware: Option<String>,
    erred_at: Option<Micros>,
}

impl Mark {
    /// Whether the row says it already.
    fn covers(&self, news: &DeviceNews) -> bool {
        is_near(self.received_at, news.received_at, GRANULARITY)
            && is_near(self.erred_at, news.erred_at, ERROR_GRANULARITY)
            && (news.firmware.is_none() || news.firmware == self.firmware)
    }
}

fn is_near(marked: Option<Micros>, new: Option<Micros>, granularity: Micros) -> bool {
    match (marked, new) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(marked), Some(new)) => new < marked + granularity,
    }
}

/// What this process has marked.
#[derive(Debug, Default)]
pub(super) struct SeenMarks(Mutex<HashMap<i64, Mark>>);

impl SeenMarks {
    /// The news that must reach the device's row now: the others say nothing that the row does not say nearly enough.
    pub(super) fn due(&self, mut news: Vec<DeviceNews>) -> Vec<DeviceNews> {
        let marks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        news.retain(|news| marks.get(&news.id).is_none_or(|mark| !mark.covers(news)));
        news
    }

    /// Remembers what was committed.
    pub(super) fn marked(&self, news: Vec<DeviceNews>) {
        let mut marks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if marks.len() + news.len() > LIMIT {
            marks.clear();
        }
        for news in news {
            let mark = marks.entry(news.id).or_default();
            mark.received_at = mark.received_at.max(news.received_at);
            mark.erred_at = mark.erred_at.max(news.erred_at);
            if news.firmware.is_some() {
                mark.firmware = news.firmware;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn news(received_at: Option<Micros>, firmware: Option<&str>) -> DeviceNews {
        DeviceNews {
            id: 7,
            received_at,
            firmware: firmware.map(str::to_owned),
            erred_at: None,
        }
    }

    #[test]
    fn a_device_is_marked_once_a_second_and_when_its_firmware_changes() {
        let marks = SeenMarks::default();
        let due = |received_at, firmware| {
            !marks
                .due(vec![news(Some(received_at), firmware)])
                .is_empty()
        };
        assert!(due(0, None));
        marks.marked(vec![news(Some(0), Some("1.0"))]);
        assert!(!due(999_999, Some("1.0")));
        assert!(!due(999_999, None));
        assert!(due(999_999, Some("1.1")));
        assert!(due(1_000_000, None));
    }

    #[test]
    fn errors_are_marked_once_a_minute() {
        let marks = SeenMarks::default();
        let erred = |received_at, erred_at| DeviceNews {
            erred_at: Some(erred_at),
            ..news(received_at, None)
        };
        let due = |news: DeviceNews| !marks.due(vec![news]).is_empty();
        assert!(due(erred(None, 0)));
        marks.marked(vec![erred(None, 0)]);
        assert!(!due(erred(None, 59_999_999)));
        assert!(due(erred(None, 60_000_000)));
        assert!(due(erred(Some(5), 5)), "it was never seen");
        marks.marked(vec![news(Some(5), None)]);
        assert!(!due(erred(Some(5), 5)));
    }
}
