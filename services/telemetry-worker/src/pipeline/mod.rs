//! From delivery to acknowledgement: one task fetches and decodes, a few write.
//!
//! There is no fixed waiting time: a batch is whatever arrived while the writers were busy. The channel between the two
//! holds one batch for each writer, so memory is bounded at any lag.

mod commit;
mod decode;
mod event;
mod fetch;

use std::sync::Arc;

use sens_config::Config;
use sens_messaging::{Delivery, Messaging};
use sens_observability::Component;
use sens_schema::{Catalogue, Position};
use sens_storage::PgPool;
use sens_storage::write::{BatchWriter, PendingMessage};
use tokio::sync::{Mutex, mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::metrics::Metrics;

/// What the stages share.
pub(crate) struct Pipeline {
    pub(crate) config: Arc<Config>,
    pub(crate) messaging: Messaging,
    pub(crate) writer: BatchWriter,
    pub(crate) pool: PgPool,
    /// Epoch of the stream, and the highest sequence committed before this process started.
    pub(crate) origin: Position,
    pub(crate) catalogue: watch::Receiver<Arc<Catalogue>>,
    pub(crate) metrics: Metrics,
    pub(crate) database: Component,
    pub(crate) jetstream: Component,
    pub(crate) shutdown: CancellationToken,
}

/// Deliveries with what the decoder made of them, in the same order.
pub(crate) struct Batch {
    deliveries: Vec<Delivery>,
    messages: Vec<PendingMessage>,
}

/// Runs until shutdown, then gives back what is not committed, and returns.
pub(crate) async fn run(pipeline: Pipeline) {
    let pipeline = Arc::new(pipeline);
    let writers = pipeline.config.worker.writers.max(1);
    let (sender, receiver) = mpsc::channel::<Batch>(1);
    let receiver = Arc::new(Mutex::new(receiver));
    let tasks = TaskTracker::new();
    for _ in 0..writers {
        tasks.spawn(write(Arc::clone(&pipeline), Arc::clone(&receiver)));
    }
    fetch::run(&pipeline, sender).await;
    tasks.close();
    tasks.wait().await;
}

/// One writer: takes the next batch when it is done with the last.
async fn write(pipeline: Arc<Pipeline>, receiver: Arc<Mutex<mpsc::Receiver<Batch>>>) {
    loop {
        let next = receiver.lock().await.recv().await;
        let Some(batch) = next else { return };
        commit::run(&pipeline, batch).await;
    }
}
