//! Ending a session at the broker for good.

use std::time::Duration;

use rumqttc::v5::mqttbytes::v5::Packet;
use rumqttc::v5::{AsyncClient, Event, MqttOptions};

/// How long the broker may take for it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Connects once more with a clean start and no expiry: the broker drops the session with this connection.
///
/// # Errors
/// A line for the operator when the broker does not answer in time.
pub(crate) async fn end_session(mut options: MqttOptions) -> Result<(), String> {
    options
        .set_clean_start(true)
        .set_session_expiry_interval(Some(0));
    let (client, mut eventloop) = AsyncClient::new(options, 4);
    let ended = async {
        loop {
            match eventloop.poll().await {
                Ok(Event::Incoming(Packet::ConnAck(_))) => break,
                Ok(_) => {}
                Err(error) => {
                    return Err(format!(
                        "the session is drained but not ended: {error}; run it again"
                    ));
                }
            }
        }
        if client.try_disconnect().is_ok() {
            // The broker closes the connection after the goodbye.
            while eventloop.poll().await.is_ok() {}
        }
        Ok(())
    };
    tokio::time::timeout(PATIENCE, ended)
        .await
        .unwrap_or_else(|_| {
            Err(
                "the broker does not answer; the session is drained but not ended: run it again"
                    .to_owned(),
            )
        })
}
