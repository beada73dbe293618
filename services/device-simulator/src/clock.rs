//! Clocks that are wrong in the ways seen in the field.

use rand::Rng;
use sens_schema::Micros;

const MINUTE: Micros = 60_000_000;
const HOUR: Micros = 60 * MINUTE;
const DAY: Micros = 24 * HOUR;
/// The satellites count weeks in ten bits.
const ROLLOVER: Micros = 1024 * 7 * DAY;
/// 6 January 1980: where a satellite receiver begins without a fix.
const GPS_EPOCH: Micros = 315_964_800_000_000;
/// 7 February 2106: all ones in 32 bits of seconds.
const ALL_ONES: Micros = 4_294_967_295_000_000;

/// What a wrong clock shows at `now`.
pub(crate) fn wrong(now: Micros, random: &mut impl Rng) -> Micros {
    match random.random_range(0..6) {
        0 => GPS_EPOCH + random.random_range(0..DAY),
        1 => ALL_ONES,
        2 => now - ROLLOVER,
        // Drift.
        3 => now + random.random_range(-10 * MINUTE..10 * MINUTE),
        // Local time taken for UTC.
        4 => now + random.random_range(-12..=14) * HOUR,
        _ => now + random.random_range(2 * DAY..40 * DAY),
    }
}
