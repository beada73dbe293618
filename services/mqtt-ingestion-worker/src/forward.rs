//! From the queue into JetStream, and the acknowledgement back: in order of arrival, and only for what is durable.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sens_messaging::{PublishError, RawPublisher};
use sens_observability::{Component, Repeat};
use sens_schema::DeviceRef;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::acks::Ack;
use crate::intake::Packet;
use crate::metrics::Metrics;
use crate::parking::Parking;
use crate::trace;
use crate::window::Window;

/// Most packets published together.
pub(crate) const BATCH: usize = 1000;
/// Pause after JetStream did not take everything.
const PAUSE: Duration = Duration::from_millis(200);
/// After a stop JetStream has this long to answer; the broker still has what it does not hold.
const LAST_PUBLISH: Duration = Duration::from_secs(3);

/// Publishes queued packets and acknowledges them.
pub(crate) struct Forwarder {
    pub(crate) publisher: RawPublisher,
    pub(crate) parking: Parking,
    pub(crate) acks: mpsc::Sender<Ack>,
    pub(crate) window: Arc<Window>,
    pub(crate) metrics: Metrics,
    pub(crate) jetstream: Component,
    pub(crate) shutdown: CancellationToken,
}

/// A packet until it is acknowledged.
struct Held {
    packet: Packet,
    /// The device it is to be parked for; `None` sends it to the raw stream.
    over_quota: Option<DeviceRef>,
    stored: bool,
}

impl Forwarder {
    /// Runs until the queue is closed and empty, or JetStream is away while the service stops: what is not acknowledged
    /// stays with the broker.
    pub(crate) async fn run(self, mut queue: mpsc::Receiver<Packet>) {
        let mut packets = Vec::with_capacity(BATCH);
        loop {
            if queue.recv_many(&mut packets, BATCH).await == 0 {
                return;
            }
            let mut held: Vec<Held> = packets.drain(..).map(|packet| self.hold(packet)).collect();
            if !self.store(&mut held).await {
                return;
            }
            if !self.acknowledge(held).await {
                return;
            }
        }
    }

    fn hold(&self, packet: Packet) -> Held {
        let over_quota = self.parking.over_quota(&packet.outgoing);
        Held {
            packet,
            over_quota,
            stored: false,
        }
    }

    /// Publishes until JetStream holds every packet. Gives `false` when the service stops first.
    ///
    /// A packet that the broker will deliver again after a reconnect is let go instead of being stored twice.
    async fn store(&self, held: &mut Vec<Held>) -> bool {
        let mut repeat = Repeat::default();
        loop {
            let attempt = tokio::select! {
                biased;
                attempt = self.publish(held) => attempt,
                () = self.stopped_for_long() => return false,
            };
            let Some(error) = attempt else {
                self.jetstream.set_ok();
                return true;
            };
            let waiting = held.iter().filter(|held| !held.stored).count();
            if repeat.is_due(&error.to_string(), Instant::now()) {
                tracing::warn!(%error, packets = waiting, "packets are held until JetStream takes them");
            }
            self.jetstream.set_failing(error.to_string());
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = self.shutdown.cancelled() => return false,
            }
            held.retain(|held| held.stored || !self.comes_again(&held.packet));
        }
    }

    async fn stopped_for_long(&self) {
        self.shutdown.cancelled().await;
        tokio::time::sleep(LAST_PUBLISH).await;
    }

    /// Tries once to have every packet stored that is not. Gives the last failure.
    async fn publish(&self, held: &mut [Held]) -> Option<PublishError> {
        let mut raw = Vec::with_capacity(held.len());
        let mut outgoing = Vec::with_capacity(held.len());
        let mut over = Vec::new();
        for (index, held) in held.iter().enumerate().filter(|(_, held)| !held.stored) {
            if held.over_quota.is_some() {
                over.push(index);
            } else {
                raw.push(index);
                outgoing.push(held.packet.outgoing.clone());
            }
        }
        let mut failure = None;
        if !raw.is_empty() {
            let started = Instant::now();
            let results = self.publisher.publish(&outgoing).await;
            if results.iter().all(Result::is_ok) {
                let seconds = started.elapsed().as_secs_f64();
                self.metrics.publish_seconds.observe(seconds);
                self.metrics.publish_batch.observe(outgoing.len() as f64);
            }
            let results = results.into_iter().map(|result| result.map(drop));
            failure = self.note(held, raw.into_iter().zip(results));
        }
        if !over.is_empty() {
            let messages: Vec<_> = over
                .iter()
                .filter_map(|index| held.get(*index))
                .filter_map(|held| Some((held.over_quota.as_ref()?, &held.packet.outgoing)))
                .collect();
            let results = self.parking.park(&messages).await;
            failure = self.note(held, over.into_iter().zip(results)).or(failure);
        }
        failure
    }

    fn note(
        &self,
        held: &mut [Held],
        results: impl Iterator<Item = (usize, Result<(), PublishError>)>,
    ) -> Option<PublishError> {
        let mut failure = None;
        for (index, result) in results {
            match result {
                Ok(()) => {
                    if let Some(held) = held.get_mut(index) {
                        held.stored = true;
                    }
                }
                Err(error) => {
                    self.metrics.publish_failures.inc();
                    if let (PublishError::TooLarge(_), Some(held)) = (&error, held.get_mut(index)) {
                        held.packet.too_large();
                    }
                    failure = Some(error);
                }
            }
        }
        failure
    }

    fn comes_again(&self, packet: &Packet) -> bool {
        packet.wants_ack() && self.window.comes_again(packet.epoch)
    }

    /// Passes the acknowledgements on. Gives `false` when the connection's task is gone.
    async fn acknowledge(&self, held: Vec<Held>) -> bool {
        let count = held.len();
        trace::stored(held.iter().map(|held| &held.packet));
        let packets = held.into_iter().map(|held| held.packet);
        for packet in packets.filter(Packet::wants_ack) {
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
