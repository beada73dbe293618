//! Times as the API writes them: RFC 3339, UTC with `Z`, always six fractional digits.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::{Serialize, Serializer};

/// An instant in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, utoipa::ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-11-20T10:00:00.000000Z")]
pub(crate) struct Timestamp(pub(crate) DateTime<Utc>);

impl From<DateTime<Utc>> for Timestamp {
    fn from(instant: DateTime<Utc>) -> Self {
        Self(instant)
    }
}

impl Timestamp {
    /// From microseconds since 1970; values beyond the calendar become its start.
    pub(crate) fn from_micros(micros: i64) -> Self {
        Self(DateTime::from_timestamp_micros(micros).unwrap_or_default())
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let date = self.0.date_naive();
        let time = self.0.time();
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
            date.year(),
            date.month(),
            date.day(),
            time.hour(),
            time.minute(),
            time.second(),
            (time.nanosecond() / 1000).min(999_999),
        )
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(27);
        write!(text, "{self}").map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(&text)
    }
}

/// Reads an RFC 3339 time with offset. A `+` that a URL turned into a space is understood.
pub(crate) fn parse(text: &str) -> Option<DateTime<Utc>> {
    let repaired = text
        .get(10..)
        .filter(|rest| rest.contains(' '))
        .map(|rest| {
            let (date, _) = text.split_at(10);
            format!("{date}{}", rest.replace(' ', "+"))
        });
    let instant = DateTime::parse_from_rfc3339(repaired.as_deref().unwrap_or(text))
        .ok()?
        .with_timezone(&Utc);
    // What PostgreSQL's timestamps and four digits of a year can hold.
    (1..=9999).contains(&instant.year()).then_some(instant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_with_six_digits() {
        let text = |micros| Timestamp::from_micros(micros).to_string();
        assert_eq!(text(0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(text(1_732_100_000_250_000), "2024-11-20T10:53:20.250000Z");
        assert_eq!(
            serde_json::to_string(&Timestamp::from_micros(1)).unwrap(),
            "\"1970-01-01T00:00:00.000001Z\""
        );
    }

    #[test]
    fn times_need_an_offset() {
        let micros = |text| parse(text).map(|instant| instant.timestamp_micros());
        assert_eq!(
            micros("2024-11-20T10:53:20.25Z"),
            Some(1_732_100_000_250_000)
        );
        assert_eq!(
            micros("2024-11-20T11:53:20.25+01:00"),
            Some(1_732_100_000_250_000)
        );
        assert_eq!(
            micros("2024-11-20T11:53:20.25 01:00"),
            Some(1_732_100_000_250_000)
        );
        for bad in [
            "2024-11-20T10:53:20",
            "2024-11-20",
            "1732100000",
            "",
            "yesterday",
            "2024-13-01T00:00:00Z",
            "äöü2024-11-20T",
        ] {
            assert_eq!(micros(bad), None, "{bad}");
        }
    }
}
