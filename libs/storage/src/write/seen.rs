//! When devices were marked as seen: a busy device's row is updated once a second, not with every batch.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sens_schema::Micros;

use super::devices::DeviceNews;

/// `last_seen_at` is exact to this.
const GRANULARITY: Micros = 1_000_000;
/// Devices remembered; beyond that the memory starts over.
const LIMIT: usize = 100_000;

#[derive(Debug)]
struct Mark {
    received_at: Micros,
    firmware: Option<String>,
}

/// What this process has marked.
#[derive(Debug, Default)]
pub(super) struct SeenMarks(Mutex<HashMap<i64, Mark>>);

impl SeenMarks {
    /// The news that must reach the device's row now: the others say nothing that the row does not say to the second.
    pub(super) fn due(&self, mut news: Vec<DeviceNews>) -> Vec<DeviceNews> {
        let marks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        news.retain(|news| {
            marks.get(&news.id).is_none_or(|mark| {
                news.received_at >= mark.received_at + GRANULARITY
                    || (news.firmware.is_some() && news.firmware != mark.firmware)
            })
        });
        news
    }

    /// Remembers what was committed.
    pub(super) fn marked(&self, news: Vec<DeviceNews>) {
        let mut marks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if marks.len() + news.len() > LIMIT {
            marks.clear();
        }
        for news in news {
            let mark = marks.entry(news.id).or_insert(Mark {
                received_at: news.received_at,
                firmware: None,
            });
            mark.received_at = mark.received_at.max(news.received_at);
            if news.firmware.is_some() {
                mark.firmware = news.firmware;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn news(received_at: Micros, firmware: Option<&str>) -> Vec<DeviceNews> {
        vec![DeviceNews {
            id: 7,
            received_at,
            firmware: firmware.map(str::to_owned),
        }]
    }

    #[test]
    fn a_device_is_marked_once_a_second_and_when_its_firmware_changes() {
        let marks = SeenMarks::default();
        let due = |received_at, firmware| !marks.due(news(received_at, firmware)).is_empty();
        assert!(due(0, None));
        marks.marked(news(0, Some("1.0")));
        assert!(!due(999_999, Some("1.0")));
        assert!(!due(999_999, None));
        assert!(due(999_999, Some("1.1")));
        assert!(due(1_000_000, None));
    }
}
