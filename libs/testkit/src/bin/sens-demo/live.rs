//! The figures of the live line, from `GET /v1/overview`.

use anyhow::Result;
use sens_testkit::{Platform, grouped};
use serde_json::Value;

/// What the platform has done so far.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Figures {
    pub(crate) messages: u64,
    pub(crate) readings: u64,
    duplicates: u64,
    errors: u64,
    waiting: u64,
    dead_letters: u64,
    messages_per_second: f64,
}

impl Figures {
    /// Asks the platform.
    ///
    /// # Errors
    /// When it does not answer.
    pub(crate) async fn ask(platform: &Platform) -> Result<Self> {
        Ok(Self::of(&platform.get_json("/v1/overview").await?))
    }

    fn of(overview: &Value) -> Self {
        let count = |name: &str| overview["ingest"][name].as_u64().unwrap_or_default();
        Self {
            messages: count("messages"),
            readings: count("processed"),
            duplicates: count("duplicate"),
            errors: count("errors"),
            waiting: count("pending"),
            dead_letters: count("dead_letters"),
            messages_per_second: overview["rate"]["messages_per_second"]
                .as_f64()
                .unwrap_or_default(),
        }
    }

    /// The live line.
    pub(crate) fn line(&self) -> String {
        let mut line = format!(
            "messages {} ({:.0}/s) | readings stored {} | duplicates {} | errors {} | waiting {}",
            grouped(self.messages),
            self.messages_per_second,
            grouped(self.readings),
            grouped(self.duplicates),
            grouped(self.errors),
            grouped(self.waiting),
        );
        if self.dead_letters > 0 {
            line.push_str(" | dead letters ");
            line.push_str(&grouped(self.dead_letters));
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_an_overview() {
        let overview = serde_json::json!({
            "ingest": {"messages": 1200, "processed": 3000, "duplicate": 4, "errors": 5, "pending": 6, "dead_letters": 0},
            "rate": {"messages_per_second": 19.6, "readings_per_second": 40.0},
        });
        assert_eq!(
            Figures::of(&overview).line(),
            "messages 1,200 (20/s) | readings stored 3,000 | duplicates 4 | errors 5 | waiting 6"
        );
    }
}
