//! What the platform says about messages: `GET /v1/accounting`.

use std::fmt;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use crate::target::Api;

/// The accounts of the platform at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Accounts {
    pub(crate) messages: Messages,
    pub(crate) readings: Readings,
}

/// Messages by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Messages {
    pub(crate) received: u64,
    pub(crate) parsed: u64,
    pub(crate) failed: u64,
    pub(crate) control: u64,
    pub(crate) dead: u64,
    pub(crate) in_flight: u64,
}

/// Readings by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Readings {
    pub(crate) processed: u64,
    pub(crate) duplicate: u64,
    pub(crate) error: u64,
}

impl Accounts {
    /// What has been added since `before`.
    pub(crate) fn since(&self, before: &Self) -> Self {
        let (m, r) = (&before.messages, &before.readings);
        Self {
            messages: Messages {
                received: self.messages.received.saturating_sub(m.received),
                parsed: self.messages.parsed.saturating_sub(m.parsed),
                failed: self.messages.failed.saturating_sub(m.failed),
                control: self.messages.control.saturating_sub(m.control),
                dead: self.messages.dead.saturating_sub(m.dead),
                in_flight: self.messages.in_flight,
            },
            readings: Readings {
                processed: self.readings.processed.saturating_sub(r.processed),
                duplicate: self.readings.duplicate.saturating_sub(r.duplicate),
                error: self.readings.error.saturating_sub(r.error),
            },
        }
    }
}

impl fmt::Display for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (m, r) = (&self.messages, &self.readings);
        writeln!(
            f,
            "messages: {} received = {} parsed + {} failed + {} control + {} dead + {} in flight",
            m.received, m.parsed, m.failed, m.control, m.dead, m.in_flight
        )?;
        write!(
            f,
            "readings: {} processed, {} duplicate, {} error",
            r.processed, r.duplicate, r.error
        )
    }
}

/// Asks for the accounts.
pub(crate) struct Accountant {
    client: reqwest::Client,
    url: String,
    key: String,
}

impl Accountant {
    /// For the API at an `http://` address.
    pub(crate) fn new(api: &Api) -> Result<Self> {
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(10))
            .no_proxy()
            .build()
            .context("cannot make an HTTP client")?;
        let url = format!("{}/v1/accounting", api.url.trim_end_matches('/'));
        Ok(Self {
            client,
            url,
            key: api.key.clone(),
        })
    }

    /// The accounts now.
    pub(crate) async fn ask(&self) -> Result<Accounts> {
        let answer = self
            .client
            .get(&self.url)
            .bearer_auth(&self.key)
            .send()
            .await;
        let answer = answer.with_context(|| format!("cannot ask {}", self.url))?;
        let status = answer.status();
        if !status.is_success() {
            bail!("{} answered {status}; is the API key right?", self.url);
        }
        answer
            .json()
            .await
            .with_context(|| format!("{} gave no accounts", self.url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_accounts_and_tells_the_difference() {
        let text = r#"{"from":null,"to":null,"messages":{"received":10,"parsed":7,"failed":1,"control":1,"dead":0,"in_flight":1},
            "readings":{"decoded":9,"processed":7,"duplicate":1,"error":1},"balanced":true}"#;
        let now: Accounts = serde_json::from_str(text).unwrap();
        let mut before = now;
        before.messages.received = 4;
        before.messages.parsed = 2;
        before.readings.processed = 7;
        let difference = now.since(&before).to_string();
        assert_eq!(
            difference,
            "messages: 6 received = 5 parsed + 0 failed + 0 control + 0 dead + 1 in flight\n\
             readings: 0 processed, 0 duplicate, 0 error"
        );
    }
}
