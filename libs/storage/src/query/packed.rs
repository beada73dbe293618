//! Columns of numbers in one value each: what the server sends of every row, one after the other. It takes both sides less than
//! an array, where a length stands before each element.

use chrono::{DateTime, Utc};

/// Bytes of a value.
pub(super) const WIDTH: usize = 8;
/// Microseconds from 1970 to 2000, where the times of PostgreSQL begin.
const EPOCH: i64 = 946_684_800_000_000;

/// What `string_agg(timestamptz_send(…), '')` gave.
pub(super) fn times(packed: &[u8]) -> impl Iterator<Item = DateTime<Utc>> {
    integers(packed).map(|micros| {
        let micros = micros.saturating_add(EPOCH);
        DateTime::from_timestamp_micros(micros).unwrap_or_default()
    })
}

/// What `string_agg(int8send(…), '')` gave.
pub(super) fn integers(packed: &[u8]) -> impl Iterator<Item = i64> {
    values(packed).map(i64::from_be_bytes)
}

/// What `string_agg(float8send(…), '')` gave.
pub(super) fn numbers(packed: &[u8]) -> impl Iterator<Item = f64> {
    values(packed).map(f64::from_be_bytes)
}

fn values(packed: &[u8]) -> impl Iterator<Item = [u8; WIDTH]> {
    packed.as_chunks().0.iter().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_the_binary_format() {
        let packed = [
            0, 0, 0, 0, 0, 15, 66, 64, 255, 255, 255, 255, 255, 255, 255, 255,
        ];
        assert_eq!(integers(&packed).collect::<Vec<_>>(), [1_000_000, -1]);
        let times: Vec<String> = times(&packed).map(|at| at.to_rfc3339()).collect();
        let expected = [
            "2000-01-01T00:00:01+00:00",
            "1999-12-31T23:59:59.999999+00:00",
        ];
        assert_eq!(times, expected);
        let packed = [64, 9, 33, 251, 84, 68, 45, 24];
        assert_eq!(numbers(&packed).collect::<Vec<_>>(), [std::f64::consts::PI]);
        assert_eq!(numbers(&[]).count(), 0);
    }
}
