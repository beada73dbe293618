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
