//! The real nats-server and mosquitto.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use sens_testkit::{Mosquitto, MosquittoOptions, Nats, NatsOptions, assert_eventually, http};

#[tokio::test]
async fn nats_comes_back_on_its_port_with_its_settings() {
    let mut nats = Nats::start().await.unwrap();
    let port = nats.port();
    let settings = http::get(&nats.monitor(), "/jsz?config=1", None)
        .await
        .unwrap();
    assert!(
        settings.body.contains("\"sync_always\": true"),
        "{}",
        settings.body
    );
    nats.kill9().await.unwrap();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    nats.restart().await.unwrap();
    assert_eq!(nats.port(), port);
    assert!(info_of(port).contains("\"jetstream\":true"));
    nats.stop().await.unwrap();
    assert!(nats.process().is_err());
}

#[tokio::test]
async fn nats_can_ask_for_a_login() {
    let nats = Nats::with(NatsOptions {
        login: Some(("sens".into(), "a \"quoted\" one".into())),
        ..NatsOptions::default()
    })
    .await
    .unwrap();
    assert!(info_of(nats.port()).contains("\"auth_required\":true"));
    assert_eq!(nats.login(), Some(("sens", "a \"quoted\" one")));
}

fn info_of(port: u16) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let mut buffer = [0_u8; 2048];
    let count = stream.read(&mut buffer).unwrap();
    String::from_utf8_lossy(&buffer[..count]).into_owned()
}

/// CONNECT (MQTT 3.1.1, clean session, no login) and the return code of CONNACK.
fn connack_of(port: u16) -> u8 {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream
        .write_all(b"\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04test")
        .unwrap();
    let mut answer = [0_u8; 4];
    stream.read_exact(&mut answer).unwrap();
    answer[3]
}

#[tokio::test]
async fn mosquitto_keeps_what_it_saved_before_a_kill() {
    let mut mosquitto = Mosquitto::start().await.unwrap();
    assert_eq!(connack_of(mosquitto.port()), 0);
    let port = mosquitto.port().to_string();
    let status = Command::new("mosquitto_pub")
        .args(["-p", &port, "-q", "1", "-r", "-t", "kept", "-m", "yes"])
        .status();
    let has_clients = status.is_ok_and(|status| status.success());
    mosquitto.save().await.unwrap();
    mosquitto.kill9().await.unwrap();
    assert!(TcpStream::connect(("127.0.0.1", mosquitto.port())).is_err());
    mosquitto.restart().await.unwrap();
    if has_clients {
        let output = Command::new("mosquitto_sub")
            .args(["-p", &port, "-t", "kept", "-C", "1", "-W", "5"])
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "yes");
    }
    mosquitto.stop().await.unwrap();
    mosquitto.restart().await.unwrap();
    assert_eq!(connack_of(mosquitto.port()), 0);
}

#[tokio::test]
async fn mosquitto_can_ask_for_a_login() {
    let mosquitto = Mosquitto::with(MosquittoOptions {
        login: Some(("device".into(), "secret".into())),
        ..MosquittoOptions::default()
    })
    .await
    .unwrap();
    assert_eq!(connack_of(mosquitto.port()), 5);
    assert_eventually!(Duration::from_secs(5), mosquitto.login().is_some());
}
