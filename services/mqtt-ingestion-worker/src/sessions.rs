//! Telling the other replicas that this session is served, and noticing sessions that nobody serves.

use std::time::Duration;

use chrono::Utc;
use sens_config::Mqtt;
use sens_messaging::{Messaging, MqttSession, SessionState};
use tokio_util::sync::CancellationToken;

use crate::metrics::Metrics;

const PERIOD: Duration = Duration::from_secs(30);
/// Quality of service of all our subscriptions.
const QOS: u8 = 1;

/// The session of this worker as it stands now.
fn own(config: &Mqtt) -> MqttSession {
    MqttSession {
        client_id: config.client_id.clone(),
        share_group: config.share_group.clone(),
        session_expiry_seconds: config.session_expiry_seconds,
        receive_maximum: config.receive_maximum,
        qos: QOS,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        served_at: Utc::now().timestamp_micros(),
    }
}

/// Announces the session and looks for orphaned ones, until shutdown. A NATS server that is away is told elsewhere.
pub(crate) async fn watch(
    messaging: Messaging,
    config: Mqtt,
    metrics: Metrics,
    shutdown: CancellationToken,
) {
    tokio::select! {
        () = look(&messaging, &config, &metrics) => {}
        () = shutdown.cancelled() => {}
    }
}

async fn look(messaging: &Messaging, config: &Mqtt, metrics: &Metrics) {
    loop {
        if let Err(error) = messaging.announce_session(&own(config)).await {
            tracing::debug!(%error, "the session was not announced this time");
        }
        match messaging.mqtt_sessions().await {
            Ok(sessions) => tell(&sessions, metrics),
            Err(error) => tracing::debug!(%error, "sessions were not looked at this time"),
        }
        tokio::time::sleep(PERIOD).await;
    }
}

fn tell(sessions: &[MqttSession], metrics: &Metrics) {
    let now = Utc::now().timestamp_micros();
    let mut orphaned = 0;
    for session in sessions {
        match session.state(now) {
            SessionState::Served => {}
            SessionState::Orphaned => {
                orphaned += 1;
                tracing::warn!(
                    mqtt.client_id = %session.client_id,
                    "no worker serves this session while the broker keeps packets for it: start its worker again, or run \
                     `mqtt-ingestion-worker retire` with SENS_MQTT__CLIENT_ID set to it"
                );
            }
            SessionState::Expired => {
                orphaned += 1;
                tracing::error!(
                    mqtt.client_id = %session.client_id,
                    "the broker has dropped this session because nobody served it; packets in it are lost. \
                     `mqtt-ingestion-worker retire` with SENS_MQTT__CLIENT_ID set to it ends this warning"
                );
            }
        }
    }
    metrics.orphaned_sessions.set(orphaned);
}
