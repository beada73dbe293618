//! How far work is.

/// How far work is that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkState {
    /// Waits for a worker.
    Requested,
    /// At work, or waits for a worker to go on.
    Running,
    /// Everything was done.
    Done,
    /// Ended by an error; what was done until then stays.
    Failed,
    /// Ended by somebody; what was done until then stays.
    Cancelled,
}

impl WorkState {
    const ALL: [Self; 5] = [
        Self::Requested,
        Self::Running,
        Self::Done,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads what a row says.
    pub(crate) fn parse(name: &str) -> Result<Self, sqlx::Error> {
        let known = Self::ALL.into_iter().find(|state| state.as_str() == name);
        known.ok_or_else(|| {
            sqlx::Error::Decode(format!("{name} is not known to this version").into())
        })
    }

    /// Whether nothing more will happen.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}
