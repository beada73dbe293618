//! Storing a batch: hold while the database is away, find a refused row by halves, tell, then acknowledge.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use chrono::Utc;
use prometheus::IntCounterVec;
use sens_messaging::{DeadLetter, DeadLetterCause, Delivery};
use sens_observability::Repeat;
use sens_schema::{Micros, Position};
use sens_storage::write::{BatchOutcome, PendingMessage, record_dead};
use sens_storage::{Verdict, maintenance};

use super::fetch::give_back;
use super::{Batch, Pipeline, event};
use crate::hold::{Hold, unless_stopped};

/// After a stop a healthy database has this long for the transaction that runs. One that was away before has no time: its
/// messages are delivered again.
const LAST_WRITE: Duration = Duration::from_secs(10);
/// After a stop JetStream has this long to take the outcome and the acknowledgements.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Commits the batch whole, or in halves around a refused row. Returns when every message is acknowledged, or given back
/// because the service stops.
pub(super) async fn run(pipeline: &Pipeline, batch: Batch) {
    let mut waiting = vec![batch];
    while let Some(mut batch) = waiting.pop() {
        match store(pipeline, &batch).await {
            Stored::Committed(outcome) => finish(pipeline, &batch, &outcome).await,
            Stored::Refused { code, text } if batch.messages.len() == 1 => {
                bury(pipeline, batch, code, text).await;
            }
            Stored::Refused { .. } => {
                waiting.push(batch.split_half());
                waiting.push(batch);
            }
            Stored::Stopped => {
                waiting.push(batch);
                for batch in &waiting {
                    give_back(pipeline, batch.deliveries()).await;
                }
                return;
            }
        }
    }
}

enum Stored {
    Committed(BatchOutcome),
    Refused { code: String, text: String },
    Stopped,
}

/// Tries until the database takes the batch or refuses its data.
async fn store(pipeline: &Pipeline, batch: &Batch) -> Stored {
    let mut hold = Hold::default();
    let mut repeat = Repeat::default();
    loop {
        let started = Instant::now();
        let patience = if pipeline.database_away.load(Ordering::Relaxed) {
            Duration::ZERO
        } else {
            LAST_WRITE
        };
        let attempt = pipeline
            .writer
            .store(pipeline.origin.epoch, &batch.messages);
        let result = unless_stopped(&pipeline.shutdown, patience, attempt).await;
        let away = match &result {
            Some(Ok(_)) => false,
            Some(Err(error)) => error.verdict() == Verdict::Transient,
            None => true,
        };
        pipeline.database_away.store(away, Ordering::Relaxed);
        let Some(result) = result else {
            return Stored::Stopped;
        };
        match result {
            Ok(outcome) => {
                pipeline.database.set_ok();
                pipeline
                    .metrics
                    .insert_seconds
                    .observe(started.elapsed().as_secs_f64());
                pipeline
                    .metrics
                    .batch_size
                    .observe(batch.messages.len() as f64);
                return Stored::Committed(outcome);
            }
            Err(error) => match error.verdict() {
                Verdict::Permanent { code, text } => return Stored::Refused { code, text },
                Verdict::Transient => {
                    if repeat.is_due(&error.to_string(), Instant::now()) {
                        tracing::warn!(%error, batch.messages = batch.messages.len(), "the batch is held until the database takes it");
                    }
                    pipeline.database.set_failing(error.to_string());
                    pipeline.metrics.retries.inc();
                    if error.is_unavailable() {
                        pipeline.metrics.connection_failures.inc();
                    }
                }
            },
        }
        if !hold.wait(&pipeline.shutdown).await {
            return Stored::Stopped;
        }
    }
}

/// Tells the outcome, then acknowledges: whoever follows the events misses nothing.
async fn finish(pipeline: &Pipeline, batch: &Batch, outcome: &BatchOutcome) {
    count(pipeline, &batch.messages, outcome);
    note_redeliveries(pipeline, batch.deliveries()).await;
    let catalogue = pipeline.catalogue.borrow().clone();
    let event = event::of(pipeline.origin.epoch, &batch.messages, outcome, &catalogue);
    let told = async {
        let mut hold = Hold::default();
        let mut repeat = Repeat::default();
        while let Some(event) = &event
            && let Err(error) = pipeline.messaging.publish_event(event).await
        {
            if repeat.is_due(&error.to_string(), Instant::now()) {
                tracing::warn!(%error, "the outcome of a committed batch is not told yet, trying again");
            }
            if !hold.wait(&pipeline.shutdown).await {
                return;
            }
        }
        acknowledge(batch.deliveries()).await;
    };
    unless_stopped(&pipeline.shutdown, LAST_WORDS, told).await;
}

/// Leaves a trace of messages that came more than once. Nothing depends on it, so that a fault is told and no more.
async fn note_redeliveries(pipeline: &Pipeline, deliveries: &[Delivery]) {
    let again: Vec<(u64, u64)> = deliveries
        .iter()
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

async fn acknowledge(deliveries: &[Delivery]) {
    for delivery in deliveries {
        if let Err(error) = delivery.ack().await {
            // Committed messages that come again are known by their position.
            tracing::debug!(%error, "an acknowledgement was lost");
            return;
        }
    }
}

fn count(pipeline: &Pipeline, messages: &[PendingMessage], outcome: &BatchOutcome) {
    let metrics = &pipeline.metrics;
    let now = Utc::now().timestamp_micros();
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
            .observe(seconds_between(message.envelope.received_at, now));
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

/// Gives a refused message to the dead letters. It is acknowledged only when they and the ledger have it.
async fn bury(pipeline: &Pipeline, batch: Batch, code: String, text: String) {
    for (delivery, message) in batch.deliveries().iter().zip(&batch.messages) {
        tracing::error!(stream.sequence = message.sequence, sqlstate = code, %text, "the database refuses a message for good");
        let letter = DeadLetter {
            origin: Position {
                epoch: pipeline.origin.epoch,
                seq: message.sequence,
            },
            envelope: message.envelope.clone(),
            payload: message.payload.clone(),
            cause: DeadLetterCause {
                code: code.clone(),
                text: text.clone(),
                attempts: delivery.attempt,
            },
        };
        let mut hold = Hold::default();
        let mut repeat = Repeat::default();
        loop {
            let attempt = store_dead(pipeline, &letter);
            let Some(result) = unless_stopped(&pipeline.shutdown, LAST_WORDS, attempt).await else {
                return;
            };
            let Err(error) = result else { break };
            if repeat.is_due(&error, Instant::now()) {
                tracing::warn!(%error, "a dead letter is held until it can be stored");
            }
            if !hold.wait(&pipeline.shutdown).await {
                return;
            }
        }
        pipeline.metrics.dead_letters.inc();
        pipeline.metrics.messages.with_label_values(&["dead"]).inc();
    }
    let acknowledged = acknowledge(batch.deliveries());
    unless_stopped(&pipeline.shutdown, LAST_WORDS, acknowledged).await;
}

/// Tries once. The component that does not take the letter says so: its message stays in the raw stream until both have it.
async fn store_dead(pipeline: &Pipeline, letter: &DeadLetter) -> Result<(), String> {
    if let Err(error) = pipeline.messaging.bury(letter).await {
        pipeline.jetstream.set_failing(error.to_string());
        return Err(error.to_string());
    }
    pipeline.jetstream.set_ok();
    let Position { epoch, seq } = letter.origin;
    if let Err(error) = record_dead(&pipeline.pool, epoch, seq, letter.envelope.received_at).await {
        pipeline.database.set_failing(error.to_string());
        pipeline.metrics.retries.inc();
        return Err(error.to_string());
    }
    pipeline.database.set_ok();
    Ok(())
}
