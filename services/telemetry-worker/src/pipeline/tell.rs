//! Telling what became of a committed batch, and acknowledging it, while its writer is at the next one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use prometheus::IntCounterVec;
use sens_observability::Repeat;
use sens_schema::Micros;
use sens_storage::maintenance;
use sens_storage::write::{BatchOutcome, PendingMessage};
use tokio::sync::mpsc;

use super::{Batch, Pipeline, event, trace};
use crate::hold::{Hold, unless_stopped};

/// After a stop JetStream has this long to take the outcome and the acknowledgements.
pub(super) const LAST_WORDS: Duration = Duration::from_secs(1);

/// A batch that is in the database.
pub(super) struct Committed {
    pub(super) batch: Batch,
    pub(super) outcome: BatchOutcome,
    /// When COMMIT returned.
    pub(super) at: Micros,
}

/// Tells of one batch after the other, in the order in which they were committed.
pub(super) async fn run(pipeline: Arc<Pipeline>, mut committed: mpsc::Receiver<Committed>) {
    while let Some(committed) = committed.recv().await {
        finish(&pipeline, committed).await;
    }
}

/// Tells the outcome, then acknowledges: whoever follows the events misses nothing.
async fn finish(pipeline: &Pipeline, Committed { batch, outcome, at }: Committed) {
    count(pipeline, &batch.messages, &outcome, at);
    trace::committed(pipeline.origin.epoch, &batch.messages, &outcome, at);
    note_redeliveries(pipeline, &batch).await;
    let catalogue = pipeline.catalogue.borrow().clone();
    let event = event::of(
        pipeline.origin.epoch,
        at,
        &batch.messages,
        &outcome,
        &catalogue,
    );
    let bodies = event.map(|event| pipeline.messaging.event_bodies(&event));
    let bodies = bodies.transpose().unwrap_or_else(|error| {
        tracing::error!(%error, "the outcome of a committed batch cannot be told");
        None
    });
    let told = async {
        let mut hold = Hold::default();
        let mut repeat = Repeat::default();
        for body in bodies.into_iter().flatten() {
            while let Err(error) = pipeline.messaging.publish_event_body(body.clone()).await {
                if repeat.is_due(&error.to_string(), Instant::now()) {
                    tracing::warn!(%error, "the outcome of a committed batch is not told yet, trying again");
                }
                if !hold.wait(&pipeline.shutdown).await {
                    return;
                }
            }
        }
        acknowledge(&batch).await;
    };
    let patience = pipeline.last_words();
    if unless_stopped(&pipeline.shutdown, patience, told)
        .await
        .is_none()
    {
        pipeline.unheard.store(true, Ordering::Relaxed);
    }
}

/// Leaves a trace of messages that came more than once. Nothing depends on it, so that a fault is told and no more.
async fn note_redeliveries(pipeline: &Pipeline, batch: &Batch) {
    let again: Vec<(u64, u64)> = batch
        .deliveries()
        .filter(|delivery| delivery.attempt > 1)
        .map(|delivery| (delivery.sequence, delivery.attempt))
        .collect();
    if again.is_empty() {
        return;
    }
    let noting = maintenance::note_redeliveries(&pipeline.pool, pipeline.origin.epoch, &again);
    if let Some(Err(error)) = unless_stopped(&pipeline.shutdown, LAST_WORDS, noting).await {
        tracing::warn!(%error, messages = again.len(), "repeated deliveries left no trace");
    }
}

pub(super) async fn acknowledge(batch: &Batch) {
    for delivery in batch.deliveries() {
        if let Err(error) = delivery.ack().await {
            // Committed messages that come again are known by their position.
            tracing::debug!(%error, "an acknowledgement was lost");
            return;
        }
    }
}

fn count(pipeline: &Pipeline, messages: &[PendingMessage], outcome: &BatchOutcome, at: Micros) {
    let metrics = &pipeline.metrics;
    let (mut processed, mut duplicate, mut refused) = (0, 0, 0);
    let mut outcomes: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut reasons: BTreeMap<&'static str, u64> = BTreeMap::new();
    for (message, stored) in messages
        .iter()
        .zip(&outcome.messages)
        .filter(|(_, stored)| !stored.known_before)
    {
        processed += stored.processed() as u64;
        duplicate += stored.duplicates() as u64;
        refused += stored.errors as u64;
        *outcomes.entry(message.outcome_name()).or_default() += 1;
        for error in &message.decoded.errors {
            *reasons.entry(error.reason.as_str()).or_default() += 1;
        }
        metrics
            .end_to_end_seconds
            .observe(seconds_between(message.envelope.received_at, at));
    }
    let records = [
        ("processed", processed),
        ("duplicate", duplicate),
        ("error", refused),
    ];
    add(&metrics.records, records);
    add(&metrics.messages, outcomes);
    add(&metrics.errors, reasons);
}

fn add(counters: &IntCounterVec, counts: impl IntoIterator<Item = (&'static str, u64)>) {
    for (label, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        counters.with_label_values(&[label]).inc_by(count);
    }
}

fn seconds_between(from: Micros, to: Micros) -> f64 {
    (to - from).max(0) as f64 / 1e6
}
