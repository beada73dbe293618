//! What waits for a writer. A writer takes all of it at once: at low rates a message waits for nothing but the transaction
//! before it, and under load the batches grow by themselves. What waits is bounded in messages and in bytes.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::Batch;

/// Bytes that take as much room as a message: larger messages take more of it.
const MESSAGE: usize = 8 * 1024;

/// Puts batches into the queue.
pub(super) struct Sender {
    batches: mpsc::Sender<Waiting>,
    room: Arc<Semaphore>,
    limit: u32,
}

/// Takes them out, merged.
pub(super) struct Receiver {
    batches: mpsc::Receiver<Waiting>,
    room: Arc<Semaphore>,
    next: Option<Waiting>,
    limit: usize,
}

struct Waiting {
    batch: Batch,
    /// Bounds what is in the queue; given back when the writer takes it.
    room: OwnedSemaphorePermit,
}

/// The writer of the queue has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Closed;

/// A queue for at most `limit` messages, fewer when they are large.
pub(super) fn queue(limit: usize) -> (Sender, Receiver) {
    let limit = limit.max(1);
    // Every batch has a message, so that whoever has room for its messages has room in the channel.
    let (sender, receiver) = mpsc::channel(limit);
    let room = Arc::new(Semaphore::new(limit));
    let sender = Sender {
        batches: sender,
        room: Arc::clone(&room),
        limit: u32::try_from(limit).unwrap_or(u32::MAX),
    };
    let receiver = Receiver {
        batches: receiver,
        room,
        next: None,
        limit,
    };
    (sender, receiver)
}

impl Sender {
    /// Waits for room, then queues the batch. One that is larger than the queue waits until this is empty.
    ///
    /// # Errors
    /// [`Closed`]: nobody will take it.
    pub(super) async fn send(&self, batch: Batch) -> Result<(), Closed> {
        let needed = u32::try_from(size(&batch)).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.room)
            .acquire_many_owned(needed.min(self.limit))
            .await
            .map_err(|_| Closed)?;
        self.batches
            .send(Waiting { batch, room })
            .await
            .map_err(|_| Closed)
    }
}

impl Receiver {
    /// Waits for a batch, and adds what waits behind it as far as it fits. `None` when no more will come.
    pub(super) async fn recv(&mut self) -> Option<Batch> {
        let first = match self.next.take() {
            Some(waiting) => waiting,
            None => self.batches.recv().await?,
        };
        let mut batch = first.batch;
        let mut total = size(&batch);
        drop(first.room);
        while let Ok(waiting) = self.batches.try_recv() {
            total += size(&waiting.batch);
            if total > self.limit {
                self.next = Some(waiting);
                break;
            }
            if let Err(other) = batch.append(waiting.batch) {
                self.next = Some(Waiting {
                    batch: other,
                    room: waiting.room,
                });
                break;
            }
        }
        Some(batch)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // Whoever waits for room would wait for ever.
        self.room.close();
    }
}

/// The room that a batch takes, counted in small messages.
fn size(batch: &Batch) -> usize {
    let bytes: usize = batch
        .messages
        .iter()
        .map(|message| message.payload.len())
        .sum();
    batch.messages.len().max(bytes / MESSAGE)
}
