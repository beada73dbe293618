//! Which devices are asked for: the filters and orders that lists and exports share.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sens_storage::PgPool;
use sens_storage::query::Scope;
use sens_storage::query::devices::{
    self, Count, Device, DeviceFilter, DeviceSort, DeviceStatus, Place, SortKey,
};

use crate::http::cursor::Fingerprint;
use crate::http::params::Params;
use crate::problem::Problem;

const STATUSES: [(&str, DeviceStatus); 3] = [
    ("online", DeviceStatus::Online),
    ("silent", DeviceStatus::Silent),
    ("never_seen", DeviceStatus::NeverSeen),
];

/// The orders by name, `-` for descending.
const SORTS: [(&str, DeviceSort); 8] = [
    ("serial", by(SortKey::Serial, false)),
    ("-serial", by(SortKey::Serial, true)),
    ("last_seen_at", by(SortKey::LastSeen, false)),
    ("-last_seen_at", by(SortKey::LastSeen, true)),
    ("name", by(SortKey::Name, false)),
    ("-name", by(SortKey::Name, true)),
    ("firmware", by(SortKey::Firmware, false)),
    ("-firmware", by(SortKey::Firmware, true)),
];

const fn by(key: SortKey, descending: bool) -> DeviceSort {
    DeviceSort { key, descending }
}

/// What was asked for.
pub(super) struct Selected {
    scope: Scope,
    text: Option<String>,
    label: Option<String>,
    status: Option<DeviceStatus>,
    erring: Option<bool>,
    firmware: Option<String>,
    model: Option<String>,
    seen: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    sort: DeviceSort,
}

impl Selected {
    /// Takes the parameters that choose and sort devices.
    pub(super) fn take(scope: Scope, params: &mut Params) -> Self {
        let mut scope = scope;
        let mut labels: Vec<String> = Vec::new();
        for selector in params.selectors("label") {
            scope = scope.narrowed(&selector);
            labels.push(selector.to_string());
        }
        let seen = (params.time("last_seen_from"), params.time("last_seen_to"));
        if let (Some(from), Some(to)) = seen
            && from >= to
        {
            params.fault(
                "last_seen_to",
                "last_seen_to must be later than last_seen_from",
            );
        }
        Self {
            scope,
            text: params.text("q"),
            label: (!labels.is_empty()).then(|| labels.join(",")),
            status: params.choice("status", &STATUSES),
            erring: params.choice("erring", &[("true", true), ("false", false)]),
            firmware: params.text("firmware"),
            model: params.text("model"),
            seen,
            sort: params.choice("sort", &SORTS).unwrap_or(SORTS[0].1),
        }
    }

    /// Identifies the list; a limit of the key belongs to it.
    pub(super) fn fingerprint(&self) -> Fingerprint {
        let time = |time: Option<DateTime<Utc>>| {
            time.map_or_else(String::new, |time| time.timestamp_micros().to_string())
        };
        let limit = self.scope.labels().map(ToString::to_string);
        let serials = self.scope.serials().map(|serials| serials.join(","));
        Fingerprint::of(&[
            "devices",
            self.text.as_deref().unwrap_or_default(),
            self.label.as_deref().unwrap_or_default(),
            self.status.map(DeviceStatus::as_str).unwrap_or_default(),
            match self.erring {
                None => "",
                Some(true) => "erring",
                Some(false) => "not erring",
            },
            self.firmware.as_deref().unwrap_or_default(),
            self.model.as_deref().unwrap_or_default(),
            &time(self.seen.0),
            &time(self.seen.1),
            sort_name(self.sort),
            limit.as_deref().unwrap_or_default(),
            serials.as_deref().unwrap_or_default(),
        ])
    }

    fn filter(&self) -> DeviceFilter<'_> {
        DeviceFilter {
            text: self.text.as_deref(),
            status: self.status,
            erring: self.erring,
            firmware: self.firmware.as_deref(),
            model: self.model.as_deref(),
            seen_from: self.seen.0,
            seen_to: self.seen.1,
        }
    }

    /// At most `limit` devices after a place.
    ///
    /// # Errors
    /// That the database is away or takes too long.
    pub(super) async fn page(
        &self,
        pool: &PgPool,
        offline_after: Duration,
        after: Option<Place>,
        limit: i64,
    ) -> Result<Vec<Device>, Problem> {
        let filter = self.filter();
        Ok(devices::list_devices(
            pool,
            &self.scope,
            &filter,
            self.sort,
            after,
            offline_after,
            limit,
        )
        .await?)
    }

    /// How many there are.
    ///
    /// # Errors
    /// That the database is away or takes too long.
    pub(super) async fn count(
        &self,
        pool: &PgPool,
        offline_after: Duration,
        how: Count,
    ) -> Result<i64, Problem> {
        Ok(devices::count_devices(pool, &self.scope, &self.filter(), offline_after, how).await?)
    }

    /// Where a device stands in the list.
    pub(super) fn place(&self, device: &Device) -> Place {
        self.sort.place(device)
    }

    /// Writes a place for a cursor.
    pub(super) fn write_place(&self, device: &Device) -> String {
        match self.place(device) {
            Place::Serial(serial) => serial,
            Place::Time(time, serial) => {
                let micros = time.map(|time| time.timestamp_micros());
                serde_json::json!([micros, serial]).to_string()
            }
            Place::Text(text, serial) => serde_json::json!([text, serial]).to_string(),
        }
    }

    /// Reads what [`write_place`](Self::write_place) wrote.
    pub(super) fn read_place(&self, text: &str) -> Option<Place> {
        match self.sort.key {
            SortKey::Serial => Some(Place::Serial(text.to_owned())),
            SortKey::LastSeen => {
                let (micros, serial): (Option<i64>, String) = serde_json::from_str(text).ok()?;
                let time = match micros {
                    Some(micros) => Some(DateTime::from_timestamp_micros(micros)?),
                    None => None,
                };
                Some(Place::Time(time, serial))
            }
            SortKey::Name | SortKey::Firmware => {
                let (text, serial) = serde_json::from_str(text).ok()?;
                Some(Place::Text(text, serial))
            }
        }
    }
}

fn sort_name(sort: DeviceSort) -> &'static str {
    let named = SORTS.iter().find(|(_, entry)| *entry == sort);
    named.map_or("", |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(query: &str) -> (Selected, bool) {
        let mut params = Params::of(&format!("/v1/devices?{query}").parse().unwrap());
        let selected = Selected::take(Scope::EVERYTHING, &mut params);
        (selected, params.finish().is_ok())
    }

    #[test]
    fn a_list_is_named_by_what_shapes_it() {
        let of = |query: &str| selected(query).0.fingerprint();
        assert_eq!(of("label=a,b"), of("label=b,a"));
        assert_eq!(of("sort=serial"), of(""));
        let different = [
            "",
            "q=a",
            "label=a",
            "label=!a",
            "status=online",
            "erring=true",
            "erring=false",
            "firmware=a",
            "model=a",
            "sort=-serial",
            "sort=name",
            "last_seen_from=2026-11-20T10:00:00Z",
            "last_seen_to=2026-11-20T10:00:00Z",
        ];
        for (index, one) in different.iter().enumerate() {
            for other in &different[index + 1..] {
                assert_ne!(of(one), of(other), "{one} {other}");
            }
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for query in [
            "label=a;b",
            "label=",
            "sort=age",
            "status=off",
            "erring=perhaps",
            "last_seen_from=2026-11-20T10:00:00Z&last_seen_to=2026-11-20T10:00:00Z",
        ] {
            assert_eq!(selected(query).1, query == "label=", "{query}");
        }
    }

    #[test]
    fn places_are_read_back() {
        let at = DateTime::from_timestamp_micros(7).unwrap();
        for (query, text, place) in [
            ("", "A", Place::Serial("A".to_owned())),
            (
                "sort=-last_seen_at",
                "[7,\"A\"]",
                Place::Time(Some(at), "A".to_owned()),
            ),
            (
                "sort=last_seen_at",
                "[null,\"A\"]",
                Place::Time(None, "A".to_owned()),
            ),
            (
                "sort=name",
                "[\"x\",\"A\"]",
                Place::Text(Some("x".to_owned()), "A".to_owned()),
            ),
        ] {
            assert_eq!(selected(query).0.read_place(text), Some(place));
        }
        assert_eq!(selected("sort=name").0.read_place("A"), None);
    }
}
