//! What goes over a WebSocket: one JSON object per message, both ways.

use sens_messaging::FeedItem;
use serde::{Deserialize, Serialize};

use super::select::{self, Data, DevicesOf, Place, Selection};

/// What a client may say.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Order {
    /// Begin to send readings, under a name that the client chooses.
    Subscribe {
        /// The name.
        subscription: String,
        /// Only these serials.
        #[serde(default)]
        device: Vec<String>,
        /// Only devices with these labels.
        #[serde(default)]
        label: Vec<String>,
        /// Only these metrics.
        #[serde(default)]
        metric: Vec<String>,
        /// The id of the last reading that was seen: resume after it.
        #[serde(default)]
        after: Option<String>,
    },
    /// Stop it.
    Unsubscribe {
        /// The name.
        subscription: String,
    },
}

/// What a client is told.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said<'a> {
    Subscribed {
        subscription: &'a str,
    },
    Unsubscribed {
        subscription: &'a str,
    },
    Reading {
        subscription: &'a str,
        id: String,
        data: Data<'a>,
    },
    Gap {
        subscription: &'a str,
        detail: &'a str,
    },
    Error {
        subscription: Option<&'a str>,
        detail: &'a str,
    },
}

impl Said<'_> {
    fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// From now on its readings come.
pub(super) fn subscribed(subscription: &str) -> String {
    Said::Subscribed { subscription }.text()
}

/// No more readings of it come.
pub(super) fn unsubscribed(subscription: &str) -> String {
    Said::Unsubscribed { subscription }.text()
}

/// Some events before the next one are no longer kept.
pub(super) fn gap(subscription: &str) -> String {
    let detail = "events after the given place are no longer kept";
    Said::Gap {
        subscription,
        detail,
    }
    .text()
}

/// Something could not be done, or a subscription has ended.
pub(super) fn error(subscription: Option<&str>, detail: &str) -> String {
    Said::Error {
        subscription,
        detail,
    }
    .text()
}

/// The wanted readings of a batch, a message each.
pub(super) fn readings<'a>(
    subscription: &'a str,
    item: &'a FeedItem,
    devices: Option<DevicesOf<'a>>,
    selection: &'a Selection,
    seen: Option<Place>,
) -> impl Iterator<Item = String> {
    select::wanted(item, devices, selection, seen).map(move |(place, data)| {
        let id = place.to_string();
        Said::Reading {
            subscription,
            id,
            data,
        }
        .text()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_read() {
        let order = |text: &str| serde_json::from_str::<Order>(text).ok();
        assert_eq!(
            order(r#"{"type":"subscribe","subscription":"a","device":["A"],"after":"7-1"}"#),
            Some(Order::Subscribe {
                subscription: "a".to_owned(),
                device: vec!["A".to_owned()],
                label: Vec::new(),
                metric: Vec::new(),
                after: Some("7-1".to_owned()),
            })
        );
        let end = Order::Unsubscribe {
            subscription: "a".to_owned(),
        };
        assert_eq!(
            order(r#"{"type":"unsubscribe","subscription":"a"}"#),
            Some(end)
        );
        for bad in [
            "",
            "{}",
            r#"{"type":"subscribe"}"#,
            r#"{"type":"unsubscribe","subscription":"a","more":1}"#,
        ] {
            assert_eq!(order(bad), None, "{bad}");
        }
    }

    #[test]
    fn answers_have_the_documented_form() {
        assert_eq!(
            subscribed("a"),
            r#"{"type":"subscribed","subscription":"a"}"#
        );
        assert_eq!(
            error(None, "no"),
            r#"{"type":"error","subscription":null,"detail":"no"}"#
        );
    }
}
