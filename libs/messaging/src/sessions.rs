//! The MQTT sessions that the ingestion workers hold at their broker.
//!
//! A persistent session keeps receiving its share of the packets while its worker is away. One that nobody serves any more
//! must be found before the broker forgets it together with the packets in it.

use std::fmt::Write as _;

use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType};
use futures_util::TryStreamExt;
use sens_config::Nats;
use sens_schema::Micros;
use serde::{Deserialize, Serialize};

use crate::{Error, Messaging};

pub(crate) const STREAM: &str = "SENS_SESSIONS";
pub(crate) const WILDCARD: &str = "sens.session.>";

/// A session as its worker announces it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MqttSession {
    /// The client id that owns the session.
    pub client_id: String,
    /// The shared subscription it belongs to.
    pub share_group: String,
    /// How long the broker keeps the session without its client, in seconds.
    pub session_expiry_seconds: u32,
    /// Packets the broker may send without an acknowledgement.
    pub receive_maximum: u16,
    /// Quality of service of the subscriptions.
    pub qos: u8,
    /// Version of the worker.
    pub version: String,
    /// When the worker last said that it serves the session.
    pub served_at: Micros,
}

/// What a look at a session shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    /// Its worker is there.
    Served,
    /// Nobody serves it, and the broker still keeps its packets.
    Orphaned,
    /// Nobody serves it, and the broker has dropped it with what was in it.
    Expired,
}

/// A worker that has been silent for this long does not serve its session any more.
const SILENT_AFTER: Micros = 120 * 1_000_000;

impl MqttSession {
    /// The state of the session at `now`.
    pub fn state(&self, now: Micros) -> SessionState {
        let silent = now.saturating_sub(self.served_at);
        let expiry = Micros::from(self.session_expiry_seconds) * 1_000_000;
        if silent < SILENT_AFTER {
            SessionState::Served
        } else if silent < expiry.max(SILENT_AFTER) {
            SessionState::Orphaned
        } else {
            SessionState::Expired
        }
    }
}

/// The stream that holds the newest announcement of each session.
pub(crate) fn stream(config: &Nats) -> Config {
    Config {
        name: STREAM.to_owned(),
        description: Some("MQTT sessions of the ingestion workers".to_owned()),
        subjects: vec![WILDCARD.to_owned()],
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::Old,
        max_messages_per_subject: 1,
        max_messages: -1,
        max_bytes: 16 * 1024 * 1024,
        storage: StorageType::File,
        num_replicas: config.replicas.max(1),
        allow_direct: true,
        ..Config::default()
    }
}

impl Messaging {
    /// Says that a session is served.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away.
    pub async fn announce_session(&self, session: &MqttSession) -> Result<(), Error> {
        let body = serde_json::to_vec(session)?;
        let failed =
            |error: &dyn std::fmt::Display| Error::jetstream("announce an MQTT session", &error);
        let ack = self
            .jetstream
            .publish(subject(&session.client_id), body.into())
            .await
            .map_err(|error| failed(&error))?;
        ack.await.map(drop).map_err(|error| failed(&error))
    }

    /// Forgets a session that was ended on purpose.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away.
    pub async fn forget_session(&self, client_id: &str) -> Result<(), Error> {
        let failed =
            |error: &dyn std::fmt::Display| Error::jetstream("forget an MQTT session", &error);
        let stream = self
            .jetstream
            .get_stream(STREAM)
            .await
            .map_err(|error| failed(&error))?;
        stream
            .purge()
            .filter(subject(client_id))
            .await
            .map(drop)
            .map_err(|error| failed(&error))
    }

    /// All known sessions, by client id.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away.
    pub async fn mqtt_sessions(&self) -> Result<Vec<MqttSession>, Error> {
        let failed =
            |error: &dyn std::fmt::Display| Error::jetstream("list the MQTT sessions", &error);
        let stream = self
            .jetstream
            .get_stream(STREAM)
            .await
            .map_err(|error| failed(&error))?;
        let mut subjects = stream
            .info_with_subjects(WILDCARD)
            .await
            .map_err(|error| failed(&error))?;
        let mut sessions: Vec<MqttSession> = Vec::new();
        while let Some((subject, _)) = subjects.try_next().await.map_err(|error| failed(&error))? {
            let message = stream
                .direct_get_last_for_subject(subject)
                .await
                .map_err(|error| failed(&error))?;
            match serde_json::from_slice(&message.payload) {
                Ok(session) => sessions.push(session),
                Err(error) => {
                    tracing::warn!(%error, "an unreadable session announcement was passed over");
                }
            }
        }
        sessions.sort_by(|left, right| left.client_id.cmp(&right.client_id));
        Ok(sessions)
    }
}

/// A client id may hold anything; a subject token may not.
fn subject(client_id: &str) -> String {
    let mut subject = String::from("sens.session.");
    for byte in client_id.bytes() {
        // Writing to a String cannot fail.
        _ = write!(subject, "{byte:02x}");
    }
    subject
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_served_then_orphaned_then_expired() {
        let session = MqttSession {
            client_id: "a b".to_owned(),
            share_group: "sens-ingest".to_owned(),
            session_expiry_seconds: 3600,
            receive_maximum: 10,
            qos: 1,
            version: "1".to_owned(),
            served_at: 0,
        };
        let state = |seconds: i64| session.state(seconds * 1_000_000);
        assert_eq!(state(119), SessionState::Served);
        assert_eq!(state(120), SessionState::Orphaned);
        assert_eq!(state(3599), SessionState::Orphaned);
        assert_eq!(state(3600), SessionState::Expired);
        assert_eq!(subject("a b"), "sens.session.612062");
    }
}
