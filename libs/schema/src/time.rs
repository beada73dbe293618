//! Time: Unix microseconds, what devices claim, and how far that is believed.

mod decimal;

use chrono::{DateTime, Utc};

pub use decimal::Decimal;

use crate::reading::Quality;

/// Unix microseconds, UTC.
pub type Micros = i64;

/// Microseconds in a second.
pub const SECOND: Micros = 1_000_000;
const HOUR: Micros = 3_600 * SECOND;
const DAY: Micros = 24 * HOUR;

/// First instant of year 1 and last of year 9999: every part of the platform can represent these.
const REPRESENTABLE: std::ops::RangeInclusive<Micros> =
    -62_135_596_800_000_000..=253_402_300_799_999_999;

/// Decimal digits of seconds that a microsecond has; then those of the units a device may have meant instead.
const SECONDS: i32 = 6;
const SUBSTITUTES: [i32; 3] = [3, 0, -3];

/// The instant as a `DateTime`; none outside the years 1 to 9999.
pub fn to_datetime(micros: Micros) -> Option<DateTime<Utc>> {
    representable(micros).and_then(DateTime::from_timestamp_micros)
}

/// The `DateTime` in microseconds, finer parts cut off.
pub fn from_datetime(at: DateTime<Utc>) -> Micros {
    at.timestamp_micros()
}

/// What a device says about the time of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Nothing.
    None,
    /// An instant, from a text.
    Instant(Micros),
    /// A number that should be Unix seconds.
    Seconds(Decimal),
}

/// The time a reading gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// When it was measured, as far as is known.
    pub recorded_at: Micros,
    /// The claim, where it was not used and can be represented.
    pub device_time: Option<Micros>,
    /// How far `recorded_at` is to be trusted.
    pub quality: Quality,
}

/// Which claims about time are plausible, seen from the time of arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockPolicy {
    /// How old a reading may be.
    pub past: Micros,
    /// How far ahead a clock may be.
    pub future: Micros,
}

impl Default for ClockPolicy {
    /// 10 years of 365.25 days back, 24 hours ahead.
    fn default() -> Self {
        Self {
            past: 3652 * DAY + 12 * HOUR,
            future: DAY,
        }
    }
}

impl ClockPolicy {
    /// Whether the instant lies in the window around the time of arrival, ends included.
    pub fn is_plausible(&self, at: Micros, received_at: Micros) -> bool {
        let window =
            received_at.saturating_sub(self.past)..=received_at.saturating_add(self.future);
        window.contains(&at)
    }

    /// Decides which time a reading gets.
    ///
    /// A number that is plausible as seconds is that. One that is plausible only as milli-, micro- or
    /// nanoseconds is scaled. Any other claim gives way to the time of arrival.
    pub fn judge(&self, claim: Claim, received_at: Micros) -> Moment {
        let arrival = |device_time, quality| Moment {
            recorded_at: received_at,
            device_time,
            quality,
        };
        let claimed = match claim {
            Claim::None => return arrival(None, Quality::ArrivalTime),
            Claim::Instant(at) => Some(at),
            Claim::Seconds(number) => micros(number, SECONDS),
        };
        let plausible = |at: &Micros| self.is_plausible(*at, received_at);
        if let Some(recorded_at) = claimed.filter(plausible) {
            return Moment {
                recorded_at,
                device_time: None,
                quality: Quality::Ok,
            };
        }
        if let Claim::Seconds(number) = claim {
            let scaled = SUBSTITUTES
                .into_iter()
                .filter_map(|digits| micros(number, digits))
                .find(plausible);
            if let Some(recorded_at) = scaled {
                return Moment {
                    recorded_at,
                    device_time: None,
                    quality: Quality::Scaled,
                };
            }
        }
        arrival(claimed.and_then(representable), Quality::ImplausibleClock)
    }
}

/// Reads RFC 3339 with offset, rounded to microseconds (halves to even). None when it is none; a text without
/// offset is none, because nobody can know what it means.
pub fn parse_rfc3339(text: &str) -> Option<Micros> {
    let at = DateTime::parse_from_rfc3339(text).ok()?;
    let nanos =
        i128::from(at.timestamp()) * 1_000_000_000 + i128::from(at.timestamp_subsec_nanos());
    micros(Decimal::from_scaled(nanos, 9), SECONDS)
}

/// The number times 10^`digits`, rounded: 6 for a number of seconds, 3 for milliseconds.
fn micros(number: Decimal, digits: i32) -> Option<Micros> {
    number
        .round_to(digits)
        .and_then(|micros| Micros::try_from(micros).ok())
}

fn representable(micros: Micros) -> Option<Micros> {
    REPRESENTABLE.contains(&micros).then_some(micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-20T10:00:00Z.
    const NOW: Micros = 1_795_168_800 * SECOND;

    fn seconds(text: &str) -> Claim {
        Claim::Seconds(Decimal::parse(text).unwrap())
    }

    #[test]
    fn reads_rfc_3339_with_offset_only() {
        let table = [
            ("2026-11-20T10:00:00Z", Some(NOW)),
            ("2026-11-20T10:00:00.000Z", Some(NOW)),
            ("2026-11-20t11:00:00.25+01:00", Some(NOW + 250_000)),
            ("2026-11-20T10:00:00.0000015Z", Some(NOW + 2)),
            ("2026-11-20T10:00:00.123456789Z", Some(NOW + 123_457)),
            ("2016-12-31T23:59:60Z", Some(1_483_228_800 * SECOND)),
            ("1970-01-01T00:00:00-00:00", Some(0)),
            ("2026-11-20T10:00:00", None),
            ("2026-11-20T10:00:00+0100", None),
            ("2026-11-20", None),
            ("2026-02-30T10:00:00Z", None),
            ("2026-11-20T10:00:00Z ", None),
            ("1795168800", None),
            ("yesterday", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse_rfc3339(text), expected, "{text}");
        }
    }

    #[test]
    fn believes_plausible_claims_and_keeps_the_others() {
        let table = [
            (Claim::None, NOW, None, Quality::ArrivalTime),
            (seconds("1795168799.5"), NOW - 500_000, None, Quality::Ok),
            (
                seconds("1795168799500"),
                NOW - 500_000,
                None,
                Quality::Scaled,
            ),
            (
                seconds("1795168799500000"),
                NOW - 500_000,
                None,
                Quality::Scaled,
            ),
            (
                seconds("1795168799500000123"),
                NOW - 500_000,
                None,
                Quality::Scaled,
            ),
            (seconds("0"), NOW, Some(0), Quality::ImplausibleClock),
            (
                seconds("-5"),
                NOW,
                Some(-5 * SECOND),
                Quality::ImplausibleClock,
            ),
            (
                seconds("4294967295"),
                NOW,
                Some(4_294_967_295 * SECOND),
                Quality::ImplausibleClock,
            ),
            (seconds("1e400"), NOW, None, Quality::ImplausibleClock),
            (seconds("1e12"), NOW, None, Quality::ImplausibleClock),
            (Claim::Instant(NOW + DAY), NOW + DAY, None, Quality::Ok),
            (
                Claim::Instant(NOW + DAY + 1),
                NOW,
                Some(NOW + DAY + 1),
                Quality::ImplausibleClock,
            ),
            (Claim::Instant(0), NOW, Some(0), Quality::ImplausibleClock),
        ];
        for (claim, recorded_at, device_time, quality) in table {
            let moment = ClockPolicy::default().judge(claim, NOW);
            assert_eq!(
                moment,
                Moment {
                    recorded_at,
                    device_time,
                    quality
                },
                "{claim:?}"
            );
        }
    }

    #[test]
    fn extremes_of_time_do_not_overflow() {
        for at in [i64::MIN, i64::MAX, 0] {
            let policy = ClockPolicy {
                past: i64::MAX,
                future: i64::MAX,
            };
            assert!(policy.is_plausible(at, at));
            let moment = policy.judge(seconds("1e18"), at);
            assert_eq!(
                moment.recorded_at == at,
                moment.quality == Quality::ImplausibleClock
            );
        }
    }

    #[test]
    fn datetimes_come_back() {
        assert_eq!(to_datetime(NOW).map(from_datetime), Some(NOW));
        assert_eq!(
            to_datetime(NOW).unwrap().to_rfc3339(),
            "2026-11-20T10:00:00+00:00"
        );
        assert_eq!(to_datetime(i64::MAX), None);
    }
}
