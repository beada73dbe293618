//! From the queue into JetStream, and the acknowledgement back: in order of arrival, and only for what is durable.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sens_messaging::{Outgoing, RawPublisher};
use sens_observability::Component;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::acks::Ack;
use crate::intake::Packet;
use crate::metrics::Metrics;
use crate::window::Window;

/// Most packets published together.
pub(crate) const BATCH: usize = 1000;
/// Pause after JetStream did not take everything.
const PAUSE: Duration = Duration::from_millis(200);

/// Publishes queued packets and acknowledges them.
pub(crate) struct Forwarder {
    pub(crate) publisher: RawPublisher,
    pub(crate) acks: mpsc::Sender<Ack>,
    pub(crate) window: Arc<Window>,
    pub(crate) metrics: Metrics,
    pub(crate) jetstream: Component,
    pub(crate) shutdown: CancellationToken,
}

impl Forwarder {
    /// Runs until the queue is closed and empty, or JetStream is away while the service stops: what is not acknowledged
    /// stays with the broker.
    pub(crate) async fn run(self, mut queue: mpsc::Receiver<Packet>) {
        let mut packets = Vec::with_capacity(BATCH);
        loop {
            packets.clear();
            if queue.recv_many(&mut packets, BATCH).await == 0 {
                return;
            }
            if !self.store(&mut packets).await {
                return;
            }
            if !self.acknowledge(&mut packets).await {
                return;
            }
        }
    }

    /// Publishes until JetStream holds every packet. Gives `false` when the service stops first.
    ///
    /// A packet that the broker will deliver again after a reconnect is let go instead of being stored twice.
    async fn store(&self, packets: &mut Vec<Packet>) -> bool {
        let mut stored = vec![false; packets.len()];
        loop {
            let waiting: Vec<usize> = (0..packets.len()).filter(|index| !stored[*index]).collect();
            let outgoing: Vec<Outgoing> = waiting
                .iter()
                .map(|index| packets[*index].outgoing.clone())
                .collect();
            let started = Instant::now();
            let results = self.publisher.publish(&outgoing).await;
            let mut failure = None;
            for (index, result) in waiting.iter().zip(results) {
                match result {
                    Ok(_) => stored[*index] = true,
                    Err(error) => {
                        self.metrics.publish_failures.inc();
                        failure = Some(error);
                    }
                }
            }
            let Some(error) = failure else {
                self.jetstream.set_ok();
                self.metrics
                    .publish_seconds
                    .observe(started.elapsed().as_secs_f64());
                self.metrics.publish_batch.observe(outgoing.len() as f64);
                return true;
            };
            tracing::warn!(%error, packets = waiting.len(), "packets are held, trying again");
            self.jetstream.set_failing(error.to_string());
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = self.shutdown.cancelled() => return false,
            }
            self.let_go(packets, &mut stored);
        }
    }

    fn let_go(&self, packets: &mut Vec<Packet>, stored: &mut Vec<bool>) {
        let keep: Vec<bool> = packets
            .iter()
            .zip(stored.iter())
            .map(|(packet, stored)| {
                *stored || !packet.wants_ack() || !self.window.comes_again(packet.epoch)
            })
            .collect();
        let mut flags = keep.iter();
        packets.retain(|_| flags.next().copied().unwrap_or(true));
        let mut flags = keep.iter();
        stored.retain(|_| flags.next().copied().unwrap_or(true));
    }

    /// Passes the acknowledgements on. Gives `false` when the connection's task is gone.
    async fn acknowledge(&self, packets: &mut Vec<Packet>) -> bool {
        let count = packets.len();
        for packet in packets.drain(..).filter(Packet::wants_ack) {
            let ack = Ack {
                epoch: packet.epoch,
                packet_id: packet.id,
            };
            if self.acks.send(ack).await.is_err() {
                return false;
            }
        }
        self.metrics
            .in_flight
            .sub(i64::try_from(count).unwrap_or(i64::MAX));
        true
    }
}
