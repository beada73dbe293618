//! The three widths of a rollup.

use sens_schema::Micros;

pub(super) const MINUTE: Micros = 60_000_000;
pub(super) const HOUR: Micros = 60 * MINUTE;
pub(super) const DAY: Micros = 24 * HOUR;

/// Width of a rollup's buckets, which start at whole UTC minutes, hours and days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// `rollup_1m`.
    Minute,
    /// `rollup_1h`.
    Hour,
    /// `rollup_1d`.
    Day,
}

impl Level {
    /// From fine to coarse.
    pub const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    /// The width of a bucket in microseconds.
    pub fn width(self) -> Micros {
        match self {
            Self::Minute => MINUTE,
            Self::Hour => HOUR,
            Self::Day => DAY,
        }
    }

    /// The start of the bucket that holds the instant.
    pub fn bucket(self, at: Micros) -> Micros {
        at.div_euclid(self.width()) * self.width()
    }

    /// Its table, which is also the name of its class in `retention_floor`.
    pub fn table(self) -> &'static str {
        match self {
            Self::Minute => "rollup_1m",
            Self::Hour => "rollup_1h",
            Self::Day => "rollup_1d",
        }
    }

    /// As `date_trunc` calls it.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// The next finer one.
    pub(super) fn finer(self) -> Self {
        match self {
            Self::Minute | Self::Hour => Self::Minute,
            Self::Day => Self::Hour,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_start_at_whole_units_also_before_1970() {
        assert_eq!(Level::Minute.bucket(MINUTE + 1), MINUTE);
        assert_eq!(Level::Hour.bucket(-1), -HOUR);
        assert_eq!(Level::Day.bucket(DAY), DAY);
    }
}
