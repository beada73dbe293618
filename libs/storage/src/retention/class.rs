//! Classes of data that are kept for different times.

/// What is kept for a time of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Payloads as they were received.
    Raw,
    /// What was refused, and why.
    Errors,
    /// Readings in full resolution, numbers and texts.
    Readings,
    /// Rollups by minute.
    RollupMinute,
    /// Rollups by hour.
    RollupHour,
    /// Rollups by day.
    RollupDay,
}

impl Class {
    /// In the order of a run: readings are held against rollups that are dropped after them.
    pub const ALL: [Self; 6] = [
        Self::Raw,
        Self::Errors,
        Self::Readings,
        Self::RollupMinute,
        Self::RollupHour,
        Self::RollupDay,
    ];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Errors => "errors",
            Self::Readings => "readings",
            Self::RollupMinute => "rollup_1m",
            Self::RollupHour => "rollup_1h",
            Self::RollupDay => "rollup_1d",
        }
    }

    /// The class of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == name)
    }

    /// Whether a metric may have a time of its own.
    pub fn has_metrics(self) -> bool {
        !matches!(self, Self::Raw | Self::Errors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for class in Class::ALL {
            assert_eq!(Class::parse(class.as_str()), Some(class));
        }
        assert_eq!(Class::parse("everything"), None);
    }
}
