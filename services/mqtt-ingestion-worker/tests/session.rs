//! The session at a real broker: kept over a kill, drained and ended by `retire`.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, bail};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::Packet;
use rumqttc::v5::{AsyncClient, Event, EventLoop, MqttOptions};
use sens_config::Need;
use sens_messaging::{Messaging, MqttSession};
use sens_testkit::{Mosquitto, Nats, Service, eventually};

const PATIENCE: Duration = Duration::from_secs(20);
const CLIENT: &str = "replica 2/of three";

fn options(mosquitto: &Mosquitto, client: &str) -> MqttOptions {
    let mut options = MqttOptions::new(client, "127.0.0.1", mosquitto.port());
    options
        .set_clean_start(false)
        .set_session_expiry_interval(Some(3600));
    options
}

/// Connects and gives whether the broker knew the session.
async fn connect(options: MqttOptions) -> anyhow::Result<(AsyncClient, EventLoop, bool)> {
    let (client, mut eventloop) = AsyncClient::new(options, 64);
    loop {
        if let Event::Incoming(Packet::ConnAck(ack)) = eventloop.poll().await? {
            return Ok((client, eventloop, ack.session_present));
        }
    }
}

async fn publish(mosquitto: &Mosquitto, count: usize) -> anyhow::Result<()> {
    let (client, mut eventloop, _) = connect(options(mosquitto, "device")).await?;
    for number in 0..count {
        let topic = format!("sens/v1/AI-{number}/telemetry");
        client
            .publish(
                topic,
                QoS::AtLeastOnce,
                false,
                format!("{{\"n\":{number}}}"),
            )
            .await?;
        while !matches!(eventloop.poll().await?, Event::Incoming(Packet::PubAck(_))) {}
    }
    client.disconnect().await?;
    while eventloop.poll().await.is_ok() {}
    Ok(())
}

#[tokio::test]
async fn a_session_survives_a_kill_and_is_drained_and_ended_by_retire() -> anyhow::Result<()> {
    let nats = Nats::start().await?;
    let mosquitto = Mosquitto::start().await?;
    let ops = format!("127.0.0.1:{}", sens_testkit::free_port()?);
    let (nats_url, mqtt_url) = (nats.url(), mosquitto.url());
    let environment = [
        ("SENS_NATS__URL", nats_url.as_str()),
        ("SENS_MQTT__URL", mqtt_url.as_str()),
        ("SENS_MQTT__CLIENT_ID", CLIENT),
        ("SENS_OPS__LISTEN", ops.as_str()),
    ];
    let mut worker = Service::spawn("mqtt-ingestion-worker", &[], &environment)?;
    worker.wait_ready(PATIENCE).await?;
    publish(&mosquitto, 5).await?;

    let variables = BTreeMap::from([("SENS_NATS__URL".to_owned(), nats_url.clone())]);
    let messaging = Messaging::connect(
        &sens_config::load_from(&variables, &[Need::Nats])?.nats,
        "test",
    )
    .await?;
    messaging.ensure_raw_consumer().await?;
    let stored = |count: u64| {
        let messaging = &messaging;
        eventually(
            PATIENCE,
            "the stream holds the packets",
            move || async move {
                messaging
                    .raw_status()
                    .await
                    .ok()
                    .filter(|status| status.messages == count)
            },
        )
    };
    stored(5).await?;
    let announced = eventually(PATIENCE, "the session is announced", || async {
        messaging
            .mqtt_sessions()
            .await
            .ok()
            .filter(|sessions| !sessions.is_empty())
    })
    .await?;
    assert_eq!(announced[0].client_id, CLIENT);

    worker.kill9().await?;
    publish(&mosquitto, 50).await?;
    assert_eq!(
        messaging.raw_status().await?.messages,
        5,
        "nobody reads the session"
    );

    let mut retiring = Service::spawn("mqtt-ingestion-worker", &["retire"], &environment)?;
    let ended = retiring.wait(PATIENCE).await?;
    if !ended.success() {
        bail!("retire ended with {ended}: {}", retiring.logs());
    }
    stored(55).await?;
    assert_eq!(messaging.mqtt_sessions().await?, []);
    let (_, _, session_present) = connect(options(&mosquitto, CLIENT))
        .await
        .context("look for the session")?;
    assert!(!session_present, "the broker still keeps the session");
    publish(&mosquitto, 1).await?;
    assert_eq!(messaging.raw_status().await?.messages, 55);
    Ok(())
}

/// A replica that was taken away without `retire`: the broker goes on keeping packets for it.
#[tokio::test]
async fn a_session_that_nobody_serves_is_told_until_it_is_retired() -> anyhow::Result<()> {
    const LEFT: &str = "replica-7";
    let nats = Nats::start().await?;
    let mosquitto = Mosquitto::start().await?;
    let address = || anyhow::Ok(format!("127.0.0.1:{}", sens_testkit::free_port()?));
    let (ops, other_ops) = (address()?, address()?);
    let (nats_url, mqtt_url) = (nats.url(), mosquitto.url());
    let environment = |client, ops| {
        [
            ("SENS_NATS__URL", nats_url.as_str()),
            ("SENS_MQTT__URL", mqtt_url.as_str()),
            ("SENS_MQTT__CLIENT_ID", client),
            ("SENS_OPS__LISTEN", ops),
        ]
    };
    let mut worker = Service::spawn("mqtt-ingestion-worker", &[], &environment(CLIENT, &ops))?;
    worker.wait_ready(PATIENCE).await?;
    let variables = BTreeMap::from([("SENS_NATS__URL".to_owned(), nats_url.clone())]);
    let config = sens_config::load_from(&variables, &[Need::Nats])?.nats;
    let messaging = Messaging::connect(&config, "test").await?;
    let orphaned = |count: f64| {
        let worker = &worker;
        eventually(
            PATIENCE,
            "the number of orphaned sessions",
            move || async move {
                let found = worker
                    .metric("sens_mqtt_orphaned_sessions", "")
                    .await
                    .ok()?;
                (found.total_cmp(&count)).is_eq().then_some(())
            },
        )
    };
    orphaned(0.0).await?;

    let three_minutes_ago = chrono::Utc::now().timestamp_micros() - 180 * 1_000_000;
    messaging
        .announce_session(&MqttSession {
            client_id: LEFT.to_owned(),
            share_group: "sens-ingest".to_owned(),
            session_expiry_seconds: 86_400,
            receive_maximum: 2048,
            qos: 1,
            version: "0.5.0".to_owned(),
            served_at: three_minutes_ago,
        })
        .await?;
    orphaned(1.0).await?;
    let log = worker.logs();
    assert!(
        log.contains("no worker serves this session") && log.contains(LEFT),
        "{log}"
    );

    let mut retiring = Service::spawn(
        "mqtt-ingestion-worker",
        &["retire"],
        &environment(LEFT, &other_ops),
    )?;
    let ended = retiring.wait(PATIENCE).await?;
    if !ended.success() {
        bail!("retire ended with {ended}: {}", retiring.logs());
    }
    orphaned(0.0).await
}

/// mosquitto sends more than the receive maximum once acknowledgements flow: none of them may get lost.
#[tokio::test]
async fn a_broker_that_exceeds_the_window_is_served_to_the_last_packet() -> anyhow::Result<()> {
    const COUNT: u64 = 10_000;
    let nats = Nats::start().await?;
    let mosquitto = Mosquitto::start().await?;
    let ops = format!("127.0.0.1:{}", sens_testkit::free_port()?);
    let (nats_url, mqtt_url) = (nats.url(), mosquitto.url());
    let environment = [
        ("SENS_NATS__URL", nats_url.as_str()),
        ("SENS_MQTT__URL", mqtt_url.as_str()),
        ("SENS_MQTT__RECEIVE_MAXIMUM", "16"),
        ("SENS_OPS__LISTEN", ops.as_str()),
    ];
    let mut worker = Service::spawn("mqtt-ingestion-worker", &[], &environment)?;
    worker.wait_ready(PATIENCE).await?;
    let (client, mut eventloop, _) = connect(options(&mosquitto, "device")).await?;
    let sending = tokio::spawn(async move {
        for number in 0..COUNT {
            client
                .publish(
                    "sens/legacy/telemetry",
                    QoS::AtLeastOnce,
                    false,
                    format!("{{\"n\":{number}}}"),
                )
                .await?;
        }
        anyhow::Ok(client)
    });
    let mut acknowledged = 0;
    while acknowledged < COUNT {
        if let Event::Incoming(Packet::PubAck(_)) = eventloop.poll().await? {
            acknowledged += 1;
        }
    }
    drop(sending.await??);
    let acked = eventually(
        PATIENCE,
        "every packet is acknowledged to the broker",
        || async {
            let acked = worker
                .metric("sens_mqtt_messages_acked_total", "")
                .await
                .ok()?;
            (acked >= COUNT as f64).then_some(acked)
        },
    )
    .await;
    if let Err(error) = acked {
        bail!("{error}: {}", worker.metrics().await?);
    }
    assert_eq!(worker.terminate(PATIENCE).await?, 0);
    Ok(())
}
