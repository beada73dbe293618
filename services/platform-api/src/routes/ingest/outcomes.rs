//! What becomes of posted items, and waiting for it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use sens_observability::CancellationToken;
use sens_schema::event::{MessageOutcome, Outcome};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use tokio::time::Instant;
use utoipa::ToSchema;

use crate::feed::Outcomes;

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ItemStatus {
    /// JetStream holds it; the outcome is not known yet.
    Accepted,
    /// At least one reading is new, or a control message took effect.
    Processed,
    /// Every good reading was there already.
    Duplicate,
    /// No good reading.
    Invalid,
    /// A startup message with the right token.
    Provisioned,
    /// A startup message with a wrong token, or while provisioning is off.
    Unauthorized,
    /// JetStream did not take it: repeat it.
    Refused,
}

impl From<Outcome> for ItemStatus {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Processed => Self::Processed,
            Outcome::Duplicate => Self::Duplicate,
            Outcome::Invalid => Self::Invalid,
            Outcome::Provisioned => Self::Provisioned,
            Outcome::Unauthorized => Self::Unauthorized,
        }
    }
}

/// What became of one item, in the order of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ItemResult {
    /// What became of it.
    pub(crate) status: ItemStatus,
    /// Its raw record, `<epoch>-<sequence>`; `null` when it was refused, or the epoch is not known yet.
    pub(crate) raw_record_id: Option<String>,
    /// The first thing that is wrong with it, as in `/v1/ingest-errors`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// Explanation of the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
    /// JSON Pointer into the item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pointer: Option<String>,
}

impl ItemResult {
    /// A result without a fault.
    pub(super) fn of(status: ItemStatus, raw_record_id: Option<String>) -> Self {
        Self {
            status,
            raw_record_id,
            reason: None,
            detail: None,
            pointer: None,
        }
    }

    /// A result with a fault of the whole item.
    pub(super) fn faulty(
        status: ItemStatus,
        raw_record_id: Option<String>,
        reason: &str,
        detail: &str,
    ) -> Self {
        let (reason, detail) = (Some(reason.to_owned()), Some(detail.to_owned()));
        Self {
            status,
            raw_record_id,
            reason,
            detail,
            pointer: Some(String::new()),
        }
    }

    /// Takes over what the worker says.
    pub(super) fn settle(&mut self, outcome: &MessageOutcome) {
        self.status = outcome.outcome.into();
        if let Some(error) = outcome.errors.first() {
            self.reason = Some(error.reason.clone());
            self.detail = Some(error.detail.clone());
            self.pointer = Some(error.pointer.clone());
        }
    }
}

/// Waits until every position has its outcome, the time is over or the service drains; gives what came.
///
/// `epoch` may be unknown as long as nothing of the stream is committed; then the sequence alone decides.
pub(super) async fn wait_for(
    mut feed: broadcast::Receiver<Arc<Outcomes>>,
    epoch: Option<i32>,
    mut open: HashSet<u64>,
    patience: Duration,
    shutdown: &CancellationToken,
) -> (HashMap<u64, MessageOutcome>, Option<i32>) {
    let deadline = Instant::now() + patience;
    let mut found = HashMap::with_capacity(open.len());
    let mut epoch = epoch;
    while !open.is_empty() {
        let received = tokio::select! {
            received = tokio::time::timeout_at(deadline, feed.recv()) => received,
            () = shutdown.cancelled() => break,
        };
        let Ok(Ok(batch)) = received else { break };
        if epoch.is_some_and(|epoch| epoch != batch.epoch) {
            continue;
        }
        for outcome in &batch.outcomes {
            if open.remove(&outcome.seq) {
                epoch = Some(batch.epoch);
                found.insert(outcome.seq, outcome.clone());
            }
        }
    }
    (found, epoch)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(epoch: i32, sequences: &[u64]) -> Arc<Outcomes> {
        let outcome = |seq: &u64| MessageOutcome {
            seq: *seq,
            outcome: Outcome::Processed,
            processed: 1,
            duplicate: 0,
            errors: Vec::new(),
        };
        Arc::new(Outcomes {
            epoch,
            outcomes: sequences.iter().map(outcome).collect(),
        })
    }

    #[tokio::test(start_paused = true)]
    async fn outcomes_are_matched_by_position() {
        let (sender, receiver) = broadcast::channel(8);
        for outcomes in [batch(1, &[5]), batch(2, &[4, 5]), batch(2, &[6])] {
            sender.send(outcomes).unwrap();
        }
        let (found, epoch) = wait_for(
            receiver,
            Some(2),
            HashSet::from([5, 6]),
            Duration::from_secs(5),
            &CancellationToken::new(),
        )
        .await;
        let mut sequences: Vec<u64> = found.into_keys().collect();
        sequences.sort_unstable();
        assert_eq!((sequences, epoch), (vec![5, 6], Some(2)));
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_ends() {
        let (sender, receiver) = broadcast::channel(8);
        sender.send(batch(1, &[5])).unwrap();
        let (found, epoch) = wait_for(
            receiver,
            None,
            HashSet::from([5, 6]),
            Duration::from_secs(5),
            &CancellationToken::new(),
        )
        .await;
        assert_eq!((found.len(), epoch), (1, Some(1)));
    }
}
