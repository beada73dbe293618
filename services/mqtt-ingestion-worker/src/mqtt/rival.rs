//! Another client with our client id. The broker gives the session to whoever came last: two such clients take it from each
//! other for ever, and nobody notices as long as both reconnect.

use std::time::Instant;

use rumqttc::v5::mqttbytes::v5::DisconnectReasonCode;
use rumqttc::v5::{ConnectionError, StateError};

use crate::backoff::HEALTHY;

/// What is known of it.
#[derive(Debug, Default)]
pub(super) struct Rival {
    takeovers: u32,
    gone_at: Option<Instant>,
}

impl Rival {
    /// Whether the connection ended because another client took the session; if so, it is remembered.
    pub(super) fn took_over(&mut self, error: &ConnectionError) -> bool {
        let taken = matches!(
            error,
            ConnectionError::MqttState(StateError::ServerDisconnect {
                reason_code: DisconnectReasonCode::SessionTakenOver,
                ..
            })
        );
        if taken {
            self.takeovers = self.takeovers.saturating_add(1);
        }
        self.gone_at = None;
        taken
    }

    /// Notes that we have the session since `now`.
    pub(super) fn connected(&mut self, now: Instant) {
        self.gone_at = (self.takeovers > 0).then(|| now + HEALTHY);
    }

    /// When it may be forgotten, if nothing happens until then.
    pub(super) fn gone_at(&self) -> Option<Instant> {
        self.gone_at
    }

    /// Forgets it.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// What is to be told as long as it is not forgotten.
    pub(super) fn detail(&self, client_id: &str) -> Option<String> {
        (self.takeovers > 0).then(|| {
            format!(
                "another client with the client id {client_id} took the session ({} times until now): give each replica \
                 its own SENS_MQTT__CLIENT_ID",
                self.takeovers
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost(reason_code: DisconnectReasonCode) -> ConnectionError {
        ConnectionError::MqttState(StateError::ServerDisconnect {
            reason_code,
            reason_string: None,
        })
    }

    #[test]
    fn a_rival_is_told_until_we_have_been_alone_for_a_while() {
        let mut rival = Rival::default();
        let now = Instant::now();
        rival.connected(now);
        assert_eq!((rival.gone_at(), rival.detail("a")), (None, None));
        assert!(!rival.took_over(&lost(DisconnectReasonCode::ServerBusy)));
        assert!(rival.took_over(&lost(DisconnectReasonCode::SessionTakenOver)));
        assert_eq!(rival.gone_at(), None, "we are not connected");
        rival.connected(now);
        assert_eq!(rival.gone_at(), Some(now + HEALTHY));
        assert!(rival.detail("replica-1").unwrap().contains("replica-1"));
        rival.forget();
        assert_eq!(rival.detail("replica-1"), None);
    }
}
