//! Storing a batch: hold while the database is away, find a refused row by halves.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use chrono::Utc;
use sens_messaging::{DeadLetter, DeadLetterCause};
use sens_observability::Repeat;
use sens_schema::Position;
use sens_storage::Verdict;
use sens_storage::write::{BatchOutcome, record_dead};
use tokio::sync::mpsc;

use super::fetch::give_back;
use super::tell::{Committed, acknowledge};
use super::{Batch, Pipeline};
use crate::hold::{Hold, unless_stopped};

/// After a stop a healthy database has this long for the transaction that runs. One that was away before has no time: its
/// messages are delivered again.
const LAST_WRITE: Duration = Duration::from_secs(10);

/// Commits the batch whole, or in halves around a refused row. Returns when all of it is on its way to be told, buried, or
/// given back because the service stops.
pub(super) async fn run(pipeline: &Pipeline, batch: Batch, told: &mpsc::Sender<Committed>) {
    let mut waiting = vec![batch];
    while let Some(mut batch) = waiting.pop() {
        match store(pipeline, &batch).await {
            Stored::Committed(outcome) => {
                // Lost only when this process is going down: then the messages come again, and are known.
                let at = Utc::now().timestamp_micros();
                drop(told.send(Committed { batch, outcome, at }).await);
            }
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

/// Gives a refused message to the dead letters. It is acknowledged only when they and the ledger have it.
async fn bury(pipeline: &Pipeline, batch: Batch, code: String, text: String) {
    for (delivery, message) in batch.deliveries().zip(&batch.messages) {
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
            let Some(result) =
                unless_stopped(&pipeline.shutdown, pipeline.last_words(), attempt).await
            else {
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
    let acknowledged = acknowledge(&batch);
    unless_stopped(&pipeline.shutdown, pipeline.last_words(), acknowledged).await;
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
