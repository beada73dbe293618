//! Which connection a packet belongs to, and what that means for its acknowledgement.
//!
//! MQTT packet ids are only valid on the connection that brought them. After a reconnect the broker uses the same ids for
//! other packets: an acknowledgement sent late would confirm a packet that nobody stored.

use std::sync::{Mutex, PoisonError};

use rumqttc::v5::AsyncClient;
use rumqttc::v5::mqttbytes::v5::Publish;

/// Counts the connections to the broker; 0 before the first.
pub(crate) type Epoch = u64;

/// What became of an acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Acked {
    /// It is on its way to the broker.
    Sent,
    /// Its connection is gone: the broker delivers the packet again.
    Stale,
}

#[derive(Debug, Default, Clone, Copy)]
struct State {
    /// The connection that stands now.
    current: Epoch,
    /// The first connection of the session the broker keeps for us.
    session_start: Epoch,
}

/// The connection that stands now. Shared by the task that reads packets and the one that acknowledges them.
#[derive(Debug, Default)]
pub(crate) struct Window {
    state: Mutex<State>,
}

impl Window {
    /// The connection that stands now.
    pub(crate) fn current(&self) -> Epoch {
        self.lock().current
    }

    /// Ends the current connection: from here on nothing is acknowledged for it.
    pub(crate) fn disconnected(&self) {
        self.lock().current += 1;
    }

    /// Notes whether the broker still knows our session on the connection that stands now.
    pub(crate) fn connected(&self, session_present: bool) {
        let mut state = self.lock();
        if !session_present {
            state.session_start = state.current;
        }
    }

    /// Whether the broker will deliver an unacknowledged packet of that connection again, so that our copy is not needed.
    pub(crate) fn comes_again(&self, epoch: Epoch) -> bool {
        let state = self.lock();
        state.session_start <= epoch && epoch < state.current
    }

    /// Acknowledges a packet if, and only if, its connection still stands. The lock is held over the check and the
    /// hand-over, so that a reconnect cannot come between them.
    pub(crate) fn acknowledge(
        &self,
        client: &AsyncClient,
        epoch: Epoch,
        packet: &Publish,
    ) -> Acked {
        let state = self.lock();
        if state.current == epoch && client.try_ack(packet).is_ok() {
            Acked::Sent
        } else {
            Acked::Stale
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_comes_again_only_within_its_session() {
        let window = Window::default();
        window.disconnected();
        window.connected(false);
        let first = window.current();
        assert!(!window.comes_again(first), "the connection still stands");
        window.disconnected();
        window.connected(true);
        assert!(window.comes_again(first), "the session was resumed");
        let second = window.current();
        window.disconnected();
        window.connected(false);
        assert!(!window.comes_again(first), "the broker forgot the session");
        assert!(!window.comes_again(second), "the broker forgot the session");
    }

    #[test]
    fn nothing_comes_again_before_the_first_session() {
        let window = Window::default();
        assert!(!window.comes_again(0));
    }

    #[tokio::test]
    async fn an_acknowledgement_never_crosses_a_reconnect() {
        let options = rumqttc::v5::MqttOptions::new("window", "127.0.0.1", 1);
        let (client, mut eventloop) = AsyncClient::new(options, 8);
        let window = Window::default();
        window.disconnected();
        let epoch = window.current();
        let packet = Publish {
            qos: rumqttc::v5::mqttbytes::QoS::AtLeastOnce,
            pkid: 7,
            ..Publish::default()
        };
        assert_eq!(window.acknowledge(&client, epoch, &packet), Acked::Sent);
        window.disconnected();
        eventloop.clean();
        assert!(
            eventloop.pending.is_empty(),
            "a queued acknowledgement was carried over"
        );
        assert_eq!(window.acknowledge(&client, epoch, &packet), Acked::Stale);
    }
}
