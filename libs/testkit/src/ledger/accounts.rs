//! The platform's own accounts: `GET /v1/accounting`.

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::Platform;

const ATTEMPTS: u32 = 6;

/// What the platform says of all messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct Accounts {
    /// Messages.
    pub messages: Messages,
    /// Readings.
    pub readings: Readings,
    /// Whether every sum agrees.
    pub balanced: bool,
}

/// Messages by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct Messages {
    /// All that JetStream took.
    pub received: u64,
    /// With a good reading.
    pub parsed: u64,
    /// Without one.
    pub failed: u64,
    /// Startups, presence, acknowledgements.
    pub control: u64,
    /// Given up; they are in the dead letters.
    pub dead: u64,
    /// Not committed yet.
    pub in_flight: u64,
}

/// Readings by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct Readings {
    /// All that stood in messages.
    pub decoded: u64,
    /// Stored.
    pub processed: u64,
    /// Stored before.
    pub duplicate: u64,
    /// Bad.
    pub error: u64,
}

impl Accounts {
    /// Asks the platform, a few times: on a busy machine an answer may come too late.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn ask(platform: &Platform) -> Result<Self> {
        let mut answer = platform.get_json("/v1/accounting").await;
        for _ in 1..ATTEMPTS {
            if answer.is_ok() {
                break;
            }
            answer = platform.get_json("/v1/accounting").await;
        }
        serde_json::from_value(answer?).context("/v1/accounting gave no accounts")
    }

    /// Whether they balance, nothing is dead or on its way, and they count what is stored.
    pub fn agree(&self, arrivals: u64, stored: u64) -> bool {
        let (m, r) = (&self.messages, &self.readings);
        self.balanced
            && m.dead == 0
            && m.in_flight == 0
            && m.received == m.parsed + m.failed + m.control
            && m.received == arrivals
            && r.decoded == r.processed + r.duplicate + r.error
            && r.processed == stored
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agree_only_when_every_sum_does() {
        let good: Accounts = serde_json::from_str(
            r#"{"from":null,"to":null,"messages":{"received":10,"parsed":7,"failed":2,"control":1,"dead":0,"in_flight":0},
            "readings":{"decoded":9,"processed":7,"duplicate":1,"error":1},"balanced":true}"#,
        )
        .unwrap();
        assert!(good.agree(10, 7));
        assert!(!good.agree(11, 7) && !good.agree(10, 8));
        let mut bad = good;
        bad.messages.dead = 1;
        assert!(!bad.agree(10, 7));
        let mut bad = good;
        bad.balanced = false;
        assert!(!bad.agree(10, 7));
        let mut bad = good;
        bad.readings.decoded = 10;
        assert!(!bad.agree(10, 7));
    }
}
