//! The live settings of NATS and of the MQTT sessions, as far as acknowledgements rest on them.

use std::time::Duration;

use async_nats::jetstream::stream::{DiscardPolicy, RetentionPolicy, StorageType};
use sens_config::Nats;
use sens_schema::durability::{Known, NatsSync, SessionSettings, StreamSettings};
use sens_schema::{Micros, subject};
use serde::Deserialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::sessions::SessionState;
use crate::{Error, Messaging};

/// How long the monitoring endpoint may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// More than the endpoint ever says.
const LONGEST_ANSWER: u64 = 4 * 1024 * 1024;

/// Asks the monitoring endpoint of nats-server how it writes to its disk.
pub async fn nats_sync(config: &Nats) -> Known<NatsSync> {
    let Some(url) = &config.monitor_url else {
        return Err("SENS_NATS__MONITOR_URL is not set".to_owned());
    };
    let asked = tokio::time::timeout(PATIENCE, get(url, "/varz")).await;
    let body = asked
        .map_err(|_| format!("{url} does not answer within {} s", PATIENCE.as_secs()))?
        .map_err(|error| format!("{url}: {error}"))?;
    read_varz(&body).map_err(|reason| format!("{url}: {reason}"))
}

/// One plain HTTP request, the connection closed after it.
async fn get(url: &str, path: &str) -> std::io::Result<Vec<u8>> {
    let authority = url
        .trim_start_matches("http://")
        .split('/')
        .next()
        .unwrap_or_default();
    let address = if authority
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok())
    {
        authority.to_owned()
    } else {
        format!("{authority}:80")
    };
    let mut connection = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.0\r\nHost: {authority}\r\n\r\n");
    connection.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    connection
        .take(LONGEST_ANSWER)
        .read_to_end(&mut answer)
        .await?;
    Ok(answer)
}

#[derive(Deserialize)]
struct Varz {
    jetstream: Option<JetStream>,
}

#[derive(Deserialize)]
struct JetStream {
    config: Option<JetStreamConfig>,
}

#[derive(Deserialize)]
struct JetStreamConfig {
    /// Nanoseconds.
    #[serde(default)]
    sync_interval: u64,
    #[serde(default)]
    sync_always: bool,
}

fn read_varz(answer: &[u8]) -> Result<NatsSync, String> {
    let head_end = answer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .ok_or("the answer is no HTTP")?;
    let (head, body) = answer.split_at(head_end);
    let status = head.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
    if status != b"200" {
        let status = String::from_utf8_lossy(status);
        return Err(format!(
            "it answers {status}, it is no monitoring endpoint of nats-server"
        ));
    }
    let varz: Varz = serde_json::from_slice(body.trim_ascii_start())
        .map_err(|_| "it is no monitoring endpoint of nats-server")?;
    let config = varz
        .jetstream
        .and_then(|jetstream| jetstream.config)
        .ok_or("JetStream is not switched on there")?;
    Ok(NatsSync {
        always: config.sync_always,
        interval_seconds: config.sync_interval / 1_000_000_000,
    })
}

impl Messaging {
    /// The settings in force of the streams that must not lose messages.
    ///
    /// # Errors
    /// [`Error::JetStream`] when a stream is missing or the server is away.
    pub async fn stream_settings(&self) -> Result<Vec<StreamSettings>, Error> {
        let mut settings = Vec::new();
        for name in [subject::RAW_STREAM, subject::DLQ_STREAM] {
            let stream = self
                .jetstream
                .get_stream(name)
                .await
                .map_err(|error| Error::jetstream(format!("describe stream {name}"), &error))?;
            let config = &stream.cached_info().config;
            settings.push(StreamSettings {
                name: name.to_owned(),
                discard: match config.discard {
                    DiscardPolicy::New => "new",
                    DiscardPolicy::Old => "old",
                },
                retention: match config.retention {
                    RetentionPolicy::Limits => "limits",
                    RetentionPolicy::Interest => "interest",
                    RetentionPolicy::WorkQueue => "workqueue",
                },
                // Less than a second is not never.
                max_age_seconds: u64::try_from(config.max_age.as_millis().div_ceil(1000))
                    .unwrap_or(u64::MAX),
                max_messages_per_subject: u64::try_from(config.max_messages_per_subject)
                    .ok()
                    .filter(|most| *most > 0),
                storage: match config.storage {
                    StorageType::File => "file",
                    StorageType::Memory => "memory",
                },
                replicas: config.num_replicas,
            });
        }
        Ok(settings)
    }

    /// What the ingestion workers have agreed on with their broker, of every session that the broker still keeps.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away.
    pub async fn session_settings(&self, now: Micros) -> Result<Vec<SessionSettings>, Error> {
        let sessions = self.mqtt_sessions().await?;
        let kept = sessions
            .into_iter()
            .filter(|session| session.state(now) != SessionState::Expired);
        Ok(kept
            .map(|session| SessionSettings {
                served: session.state(now) == SessionState::Served,
                client_id: session.client_id,
                session_expiry_seconds: session.session_expiry_seconds,
                qos: session.qos,
                receive_maximum: session.receive_maximum,
            })
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_monitoring_answer_is_read() {
        let answer =
            |body: &str| read_varz(format!("HTTP/1.0 200 OK\r\nA: b\r\n\r\n{body}").as_bytes());
        let always =
            r#"{"jetstream":{"config":{"sync_interval":120000000000,"sync_always":true}}}"#;
        assert_eq!(
            answer(always),
            Ok(NatsSync {
                always: true,
                interval_seconds: 120
            })
        );
        let default = r#"{"jetstream":{"config":{"sync_interval":120000000000}}}"#;
        assert!(!answer(default).unwrap().always);
        assert!(
            answer(r#"{"jetstream":{}}"#)
                .unwrap_err()
                .contains("not switched on")
        );
        assert!(answer("<html>").is_err());
        assert!(
            read_varz(b"HTTP/1.0 404 Not Found\r\n\r\n")
                .unwrap_err()
                .contains("404")
        );
        assert!(read_varz(b"").is_err());
    }
}
