//! Telling the other replicas that this session is served, and noticing sessions that nobody serves.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::Utc;
use sens_config::Mqtt;
use sens_messaging::{Messaging, MqttSession, SessionState};
use sens_observability::Component;
use sens_schema::Micros;
use tokio_util::sync::CancellationToken;

use crate::metrics::Metrics;

const PERIOD: Duration = Duration::from_secs(10);
/// Quality of service of all our subscriptions.
const QOS: u8 = 1;

/// What this worker has announced lately, to know its own announcements again.
#[derive(Debug, Default)]
struct Announced {
    times: VecDeque<Micros>,
}

impl Announced {
    /// Notes an announcement before it is sent: whether a failed one has arrived is not known.
    fn add(&mut self, time: Micros) {
        self.times.push_back(time);
        // One that was sent may overtake one that failed before.
        if self.times.len() > 4 {
            self.times.pop_front();
        }
    }

    /// Whether the newest announcement of the session is by somebody else, made since ours.
    fn is_contested(&self, newest: Option<&MqttSession>) -> bool {
        newest.is_some_and(|session| {
            !self.times.is_empty() && !self.times.contains(&session.served_at)
        })
    }
}

/// The session of this worker as it stands now.
fn own(config: &Mqtt, now: Micros) -> MqttSession {
    MqttSession {
        client_id: config.client_id.clone(),
        share_group: config.share_group.clone(),
        session_expiry_seconds: config.session_expiry_seconds,
        receive_maximum: config.receive_maximum,
        qos: QOS,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        served_at: now,
    }
}

/// Announces the session and looks for orphaned and contested ones, until shutdown. A NATS server that is away is told
/// elsewhere.
pub(crate) async fn watch(
    messaging: Messaging,
    config: Mqtt,
    metrics: Metrics,
    health: Component,
    shutdown: CancellationToken,
) {
    health.set_ok();
    tokio::select! {
        () = look(&messaging, &config, &metrics, &health) => {}
        () = shutdown.cancelled() => {}
    }
}

async fn look(messaging: &Messaging, config: &Mqtt, metrics: &Metrics, health: &Component) {
    let mut announced = Announced::default();
    loop {
        match messaging.mqtt_sessions().await {
            Ok(sessions) => {
                tell(&sessions, metrics);
                let newest = sessions
                    .iter()
                    .find(|session| session.client_id == config.client_id);
                tell_contested(config, announced.is_contested(newest), metrics, health);
            }
            Err(error) => tracing::debug!(%error, "sessions were not looked at this time"),
        }
        let now = Utc::now().timestamp_micros();
        announced.add(now);
        if let Err(error) = messaging.announce_session(&own(config, now)).await {
            tracing::debug!(%error, "the session was not announced this time");
        }
        tokio::time::sleep(PERIOD).await;
    }
}

/// Not every broker says that it gave the session to another client: workers with the same client id find each other here.
fn tell_contested(config: &Mqtt, contested: bool, metrics: &Metrics, health: &Component) {
    metrics.contested.set(i64::from(contested));
    if contested {
        health.set_failing(format!(
            "another worker serves the session of the client id {} too: give each replica its own SENS_MQTT__CLIENT_ID",
            config.client_id
        ));
    } else {
        health.set_ok();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_announcement_of_somebody_else_after_ours_contests_the_session() {
        let config = sens_config::Config::default().mqtt;
        let mut announced = Announced::default();
        let predecessor = own(&config, 1);
        assert!(!announced.is_contested(None));
        assert!(!announced.is_contested(Some(&predecessor)), "it has gone");
        announced.add(2);
        announced.add(3);
        assert!(!announced.is_contested(Some(&own(&config, 3))));
        assert!(
            !announced.is_contested(Some(&own(&config, 2))),
            "ours, when the last one got lost"
        );
        assert!(announced.is_contested(Some(&own(&config, 4))));
        for time in 5..10 {
            announced.add(time);
        }
        assert!(announced.is_contested(Some(&own(&config, 2))));
        assert_eq!(announced.times.len(), 4);
    }
}
