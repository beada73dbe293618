//! From delivery to acknowledgement: one task fetches and decodes, a few write, and beside each of them one tells.
//!
//! There is no fixed waiting time: a batch is whatever arrived while its writer was busy. For each writer there wait as many
//! messages as a batch may have, and one batch that is committed but not told yet: memory is bounded at any lag.

mod commit;
mod decode;
mod event;
mod fetch;
mod once;
pub(crate) mod progress;
mod queue;
mod tell;
mod trace;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sens_config::Config;
use sens_messaging::{Delivery, Messaging};
use sens_observability::Component;
use sens_schema::{Catalogue, DecoderMap, Position};
use sens_storage::PgPool;
use sens_storage::write::{BatchWriter, PendingMessage};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::metrics::Metrics;

/// Fewer messages than this are not worth a transaction of each writer.
const SMALL: usize = 64;

/// What the stages share.
pub(crate) struct Pipeline {
    pub(crate) config: Arc<Config>,
    pub(crate) messaging: Messaging,
    pub(crate) writer: BatchWriter,
    pub(crate) pool: PgPool,
    /// Epoch of the stream, and the highest sequence committed before this process started.
    pub(crate) origin: Position,
    /// Which decoders are asked for which message.
    pub(crate) decoders: DecoderMap,
    pub(crate) catalogue: watch::Receiver<Arc<Catalogue>>,
    pub(crate) metrics: Metrics,
    pub(crate) database: Component,
    /// The last attempt to write failed for a reason of the database.
    pub(crate) database_away: AtomicBool,
    pub(crate) jetstream: Component,
    /// After the stop JetStream did not take what was told: whatever is told next is not waited for.
    pub(crate) unheard: AtomicBool,
    /// What this worker holds.
    pub(crate) held: progress::Held,
    pub(crate) shutdown: CancellationToken,
}

impl Pipeline {
    /// How long after a stop something may take to be told. One wait for a server that is away is enough.
    fn last_words(&self) -> Duration {
        if self.unheard.load(Ordering::Relaxed) {
            Duration::ZERO
        } else {
            tell::LAST_WORDS
        }
    }
}

/// Deliveries with what the decoder made of them, in the same order.
pub(crate) struct Batch {
    /// What was delivered together, one after the other; halves share it.
    chunks: Vec<Arc<Vec<Delivery>>>,
    /// Which of the deliveries belong to the batch.
    range: Range<usize>,
    messages: Vec<PendingMessage>,
}

impl Batch {
    fn new(deliveries: Vec<Delivery>, messages: Vec<PendingMessage>) -> Self {
        Self {
            range: 0..deliveries.len(),
            chunks: vec![Arc::new(deliveries)],
            messages,
        }
    }

    /// The deliveries of the batch.
    fn deliveries(&self) -> impl Iterator<Item = &Delivery> + Send {
        let all = self.chunks.iter().flat_map(|chunk| chunk.iter());
        all.skip(self.range.start).take(self.range.len())
    }

    fn sequences(&self) -> impl Iterator<Item = u64> {
        self.messages.iter().map(|message| message.sequence)
    }

    /// Adds another batch that is whole. Gives it back when it is not later than this one: a message stands in a batch once.
    fn append(&mut self, later: Self) -> Result<(), Self> {
        if self.sequences().max() >= later.sequences().min() {
            return Err(later);
        }
        self.chunks.extend(later.chunks);
        self.range.end += later.messages.len();
        self.messages.extend(later.messages);
        Ok(())
    }

    /// Takes the second half away.
    fn split_half(&mut self) -> Self {
        let half = self.messages.len() / 2;
        let middle = self.range.start + half;
        let messages = self.messages.split_off(half);
        let range = middle..self.range.end;
        self.range.end = middle;
        Self {
            chunks: self.chunks.clone(),
            range,
            messages,
        }
    }

    /// Splits by device, so that writers side by side do not wait for each other's rows.
    fn split(deliveries: Vec<Delivery>, messages: Vec<PendingMessage>, parts: usize) -> Vec<Self> {
        if parts == 1 || messages.len() < SMALL {
            return vec![Self::new(deliveries, messages)];
        }
        let mut split: Vec<(Vec<Delivery>, Vec<PendingMessage>)> = Vec::new();
        split.resize_with(parts, Default::default);
        for (delivery, message) in deliveries.into_iter().zip(messages) {
            let mut hasher = DefaultHasher::new();
            message.decoded.device.hash(&mut hasher);
            let part = usize::try_from(hasher.finish() % parts as u64).unwrap_or_default();
            if let Some((deliveries, messages)) = split.get_mut(part) {
                deliveries.push(delivery);
                messages.push(message);
            }
        }
        split
            .into_iter()
            .map(|(deliveries, messages)| Self::new(deliveries, messages))
            .collect()
    }
}

/// Runs until shutdown, then gives back what is not committed, and returns.
pub(crate) async fn run(pipeline: Pipeline) {
    let pipeline = Arc::new(pipeline);
    let tasks = TaskTracker::new();
    let senders = (0..pipeline.config.worker.writers.max(1))
        .map(|_| {
            let (sender, receiver) = queue::queue(pipeline.config.worker.batch_size);
            let (told, committed) = mpsc::channel(1);
            tasks.spawn(write(Arc::clone(&pipeline), receiver, told));
            tasks.spawn(tell::run(Arc::clone(&pipeline), committed));
            sender
        })
        .collect();
    let reporting = tokio::spawn(progress::report(Arc::clone(&pipeline)));
    fetch::run(&pipeline, senders).await;
    tasks.close();
    tasks.wait().await;
    reporting.abort();
}

/// One writer: takes the next batch when it is done with the last.
async fn write(
    pipeline: Arc<Pipeline>,
    mut waiting: queue::Receiver,
    told: mpsc::Sender<tell::Committed>,
) {
    while let Some(batch) = waiting.recv().await {
        commit::run(&pipeline, batch, &told).await;
    }
}
