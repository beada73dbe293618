//! Acknowledgements on their way back to the broker, in order of arrival.
//!
//! Only the task that polls the connection hands them to the client, so that a reconnect cannot come between looking at a
//! packet's connection and acknowledging it. One that the client has no room for waits here: an acknowledgement that is
//! lost on a standing connection would never be asked for again, and a broker may send more than its window. Packet ids
//! bound what can wait to 65,535.

use std::collections::VecDeque;

use rumqttc::v5::AsyncClient;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::Publish;
use tokio::sync::mpsc;

use crate::metrics::Metrics;
use crate::window::{Epoch, Window};

/// A packet that JetStream holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ack {
    /// The connection that brought it.
    pub(crate) epoch: Epoch,
    /// Its packet id on that connection.
    pub(crate) packet_id: u16,
}

impl Ack {
    /// The packet as far as its acknowledgement needs it.
    fn packet(self) -> Publish {
        Publish {
            qos: QoS::AtLeastOnce,
            pkid: self.packet_id,
            ..Publish::default()
        }
    }
}

/// The acknowledgements that the broker has not been told yet.
#[derive(Debug)]
pub(crate) struct Acks {
    coming: mpsc::Receiver<Ack>,
    waiting: VecDeque<Ack>,
    closed: bool,
}

impl Acks {
    /// A channel with room for `capacity` acknowledgements.
    pub(crate) fn channel(capacity: usize) -> (mpsc::Sender<Ack>, Self) {
        let (sender, coming) = mpsc::channel(capacity);
        (
            sender,
            Self {
                coming,
                waiting: VecDeque::new(),
                closed: false,
            },
        )
    }

    /// Waits until there is another acknowledgement, or until there will be none.
    pub(crate) async fn arrived(&mut self) {
        if self.closed {
            return std::future::pending().await;
        }
        match self.coming.recv().await {
            Some(ack) => self.waiting.push_back(ack),
            None => self.closed = true,
        }
    }

    /// Hands over what the client has room for. One whose connection is gone is let go: the broker delivers its packet
    /// again.
    pub(crate) fn hand_over(&mut self, client: &AsyncClient, window: &Window, metrics: &Metrics) {
        while let Ok(ack) = self.coming.try_recv() {
            self.waiting.push_back(ack);
        }
        let current = window.current();
        while let Some(ack) = self.waiting.front() {
            if ack.epoch != current {
                metrics.stale_acks.inc();
            } else if client.try_ack(&ack.packet()).is_ok() {
                metrics.acked.inc();
            } else {
                return;
            }
            self.waiting.pop_front();
        }
    }

    /// Whether every acknowledgement there will ever be is handed over.
    pub(crate) fn all_handed_over(&self) -> bool {
        self.closed && self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use prometheus::Registry;
    use rumqttc::v5::{EventLoop, MqttOptions};

    use super::*;

    struct Bench {
        client: AsyncClient,
        eventloop: EventLoop,
        window: Window,
        metrics: Metrics,
        sender: mpsc::Sender<Ack>,
        acks: Acks,
    }

    /// A client with room for `room` requests, on its first connection.
    fn bench(room: usize) -> Bench {
        let (client, eventloop) = AsyncClient::new(MqttOptions::new("acks", "127.0.0.1", 1), room);
        let window = Window::default();
        window.disconnected();
        let (sender, acks) = Acks::channel(64);
        let metrics = Metrics::register(&Registry::new()).unwrap();
        Bench {
            client,
            eventloop,
            window,
            metrics,
            sender,
            acks,
        }
    }

    fn ack(epoch: Epoch, packet_id: u16) -> Ack {
        Ack { epoch, packet_id }
    }

    #[tokio::test]
    async fn a_full_client_delays_acknowledgements_and_loses_none() {
        let mut bench = bench(3);
        for pkid in 1..=10 {
            bench
                .sender
                .send(ack(bench.window.current(), pkid))
                .await
                .unwrap();
        }
        bench
            .acks
            .hand_over(&bench.client, &bench.window, &bench.metrics);
        assert_eq!(bench.metrics.acked.get(), 3);
        assert_eq!(bench.metrics.stale_acks.get(), 0);
        for _ in 0..3 {
            // Cleaning empties the client's queue, as polling does.
            bench.eventloop.clean();
            bench
                .acks
                .hand_over(&bench.client, &bench.window, &bench.metrics);
        }
        assert_eq!(bench.metrics.acked.get(), 10);
        drop(bench.sender);
        bench.acks.arrived().await;
        assert!(bench.acks.all_handed_over());
    }

    #[tokio::test]
    async fn an_acknowledgement_never_crosses_a_reconnect() {
        let mut bench = bench(8);
        let old = bench.window.current();
        bench.sender.send(ack(old, 7)).await.unwrap();
        bench
            .acks
            .hand_over(&bench.client, &bench.window, &bench.metrics);
        bench.sender.send(ack(old, 8)).await.unwrap();
        bench.window.disconnected();
        bench.eventloop.clean();
        assert!(
            bench.eventloop.pending.is_empty(),
            "a queued acknowledgement was carried over"
        );
        bench
            .acks
            .hand_over(&bench.client, &bench.window, &bench.metrics);
        assert_eq!(
            (bench.metrics.acked.get(), bench.metrics.stale_acks.get()),
            (1, 1)
        );
    }
}
