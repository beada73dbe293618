//! Which connection a packet belongs to, and what that means for its acknowledgement.
//!
//! MQTT packet ids are only valid on the connection that brought them. After a reconnect the broker uses the same ids for
//! other packets: an acknowledgement sent late would confirm a packet that nobody stored.

use std::sync::{Mutex, PoisonError};

/// Counts the connections to the broker; 0 before the first.
pub(crate) type Epoch = u64;

#[derive(Debug, Default, Clone, Copy)]
struct State {
    /// The connection that stands now.
    current: Epoch,
    /// The first connection of the session the broker keeps for us.
    session_start: Epoch,
}

/// The connection that stands now. Shared by the task that reads packets and the one that stores them.
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
}
