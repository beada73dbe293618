//! Secrets and certificates are replaced under load, while the services run: nothing is lost, nothing is stored twice.

use std::process::Command;

use sens_testkit::{Authority, Platform, SecretFile, assert_eventually};

use crate::support::faults::restart_broker;
use crate::support::load::{Load, stored};
use crate::support::mqtt::Device;
use crate::support::{PATIENCE, number};

const SOME: u64 = 300;
const RECONNECT: &str = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'sens_telemetry_worker'";

async fn secured() -> Platform {
    Platform::builder()
        .without_api()
        .secured()
        .start()
        .await
        .unwrap()
}

/// Waits until what is published now is stored.
async fn flows(platform: &Platform, load: &Load) {
    load.goes_on(SOME).await;
    let until = load.acknowledged();
    assert_eventually!(
        PATIENCE,
        stored(platform) >= until,
        "{until} stored, there are {}; {} {}",
        stored(platform),
        platform.ingestion[0].log_tail(5),
        platform.telemetry[0].log_tail(5)
    );
}

#[tokio::test]
async fn the_password_at_nats() {
    let mut platform = secured().await;
    let load = Load::start(&platform).await;
    flows(&platform, &load).await;
    for password in ["second", "third"] {
        platform
            .secured()
            .unwrap()
            .set(SecretFile::Nats, password)
            .unwrap();
        load.goes_on(SOME).await;
        platform.nats.set_login("sens", password).unwrap();
        flows(&platform, &load).await;
        platform.nats.restart().await.unwrap();
        flows(&platform, &load).await;
    }
    // The other order: the server first. Both hold until they are told.
    platform.nats.set_login("sens", "fourth").unwrap();
    load.goes_on(SOME).await;
    platform
        .secured()
        .unwrap()
        .set(SecretFile::Nats, "fourth")
        .unwrap();
    flows(&platform, &load).await;
    load.all_stored_once(&platform).await;
}

#[tokio::test]
async fn the_password_at_the_broker() {
    let mut platform = secured().await;
    let load = Load::start(&platform).await;
    flows(&platform, &load).await;
    let authority = platform.secured().unwrap().authority("first").unwrap();
    let files = platform.secured().unwrap().clone();
    files.trust(&[&authority]).unwrap();
    files
        .set_client_certificate(&authority.sign("client").unwrap())
        .unwrap();
    let certificate = authority.sign("server").unwrap();
    for password in ["second", "third"] {
        files.set(SecretFile::Mqtt, password).unwrap();
        let listener = files.listener(&certificate).unwrap();
        platform.mosquitto.secure(listener).unwrap();
        load.goes_on(SOME).await;
        // Connections that stand may go on; a restart ends them all.
        restart_broker(&mut platform, &load).await;
        flows(&platform, &load).await;
    }
    load.all_stored_once(&platform).await;
}

#[tokio::test]
async fn the_password_of_the_database_login() {
    let mut platform = secured().await;
    let load = Load::start(&platform).await;
    flows(&platform, &load).await;
    let alter = |password: &str| format!("ALTER ROLE sens_telemetry_worker PASSWORD '{password}'");
    let files = platform.secured().unwrap().clone();
    for password in ["s/e:c@o%n d", "third"] {
        platform.sql(&alter(password)).unwrap();
        // Connections that stand go on.
        flows(&platform, &load).await;
        platform.sql(RECONNECT).unwrap();
        load.goes_on(SOME).await;
        assert_eventually!(PATIENCE, !platform.telemetry[0].is_ready().await);
        files.set(SecretFile::Database, password).unwrap();
        platform.telemetry[0].wait_ready(PATIENCE).await.unwrap();
        flows(&platform, &load).await;
    }
    load.all_stored_once(&platform).await;
}

/// Everything is signed anew by another authority; for a while both are trusted.
#[tokio::test]
async fn certificates_and_their_authority() {
    let mut platform = secured().await;
    let load = Load::start(&platform).await;
    flows(&platform, &load).await;
    assert_encrypted(&platform);
    let files = platform.secured().unwrap().clone();
    let first = Authority::make(&platform.dir().join("tls/other"), "other").unwrap();
    for step in ["second", "third"] {
        let authority = files.authority(step).unwrap();
        // Everybody trusts both.
        let before = std::fs::read_to_string(files.authorities()).unwrap();
        files.trust(&[&first, &authority]).unwrap();
        let mut both = std::fs::read_to_string(files.authorities()).unwrap();
        both.push_str(&before);
        std::fs::write(files.authorities(), both).unwrap();
        // Servers and clients show new certificates.
        let server = authority.sign("server").unwrap();
        platform.nats.set_certificate(&server).unwrap();
        platform.postgres.set_certificate(&server).unwrap();
        let listener = files.listener(&server).unwrap();
        platform.mosquitto.secure(listener).unwrap();
        files
            .set_client_certificate(&authority.sign("client").unwrap())
            .unwrap();
        load.goes_on(SOME).await;
        // Only the new one is trusted; every connection is made anew.
        files.trust(&[&authority]).unwrap();
        restart_broker(&mut platform, &load).await;
        flows(&platform, &load).await;
        platform.nats.restart().await.unwrap();
        flows(&platform, &load).await;
        platform.sql(RECONNECT).unwrap();
        flows(&platform, &load).await;
        assert_encrypted(&platform);
    }
    load.all_stored_once(&platform).await;
}

fn assert_encrypted(platform: &Platform) {
    let sql = "SELECT bool_and(s.ssl) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE a.usename = 'sens_telemetry_worker'";
    assert_eq!(platform.sql(sql).unwrap(), "t");
}

/// A server that shows a certificate of somebody else is not talked to.
#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused() {
    let mut platform = secured().await;
    let files = platform.secured().unwrap().clone();
    let stranger = files.authority("stranger").unwrap().sign("server").unwrap();
    platform.nats.set_certificate(&stranger).unwrap();
    platform.nats.restart().await.unwrap();
    platform.postgres.set_certificate(&stranger).unwrap();
    platform.sql(RECONNECT).unwrap();
    let listener = files.listener(&stranger).unwrap();
    platform.mosquitto.secure(listener).unwrap();
    platform.mosquitto.restart().await.unwrap();
    for service in platform.services_mut() {
        assert_eventually!(PATIENCE, !service.is_ready().await);
        service.restart().await.unwrap();
        assert_eventually!(
            PATIENCE,
            service.logs().contains("ertificate"),
            "{}",
            service.log_tail(5)
        );
        assert!(!service.is_ready().await);
    }
}

#[tokio::test]
async fn the_provisioning_secret() {
    let mut platform = Platform::builder()
        .without_api()
        .env(
            "telemetry-worker",
            "PROVISION_SECRET",
            "the-new-secret-of-today",
        )
        .env(
            "telemetry-worker",
            "PROVISION_SECRET_PREVIOUS",
            "the-old-secret-of-before",
        )
        .start()
        .await
        .unwrap();
    let mut device = Device::connect(platform.mosquitto.port(), "device").await;
    for (serial, secret) in [
        ("AI-NEW", "the-new-secret-of-today"),
        ("AI-OLD", "the-old-secret-of-before"),
        ("AI-BAD", "the-secret-of-another-fleet"),
    ] {
        let startup = format!(
            r#"{{"event_type":"device_startup","serial":"{serial}","provision_token":"{}","firmware":"1.1.0"}}"#,
            token(secret, serial)
        );
        let topic = format!("sens/v1/{serial}/startup");
        device
            .publish(&topic, startup.as_bytes(), false)
            .await
            .unwrap();
    }
    device.settle().await;
    assert_eventually!(
        PATIENCE,
        number(&platform, "SELECT count(*) FROM raw_record") == 3
    );
    let provisioned = "SELECT string_agg(serial, ',' ORDER BY serial) FROM device WHERE provisioned_at IS NOT NULL";
    assert_eq!(platform.sql(provisioned).unwrap(), "AI-NEW,AI-OLD");
    let refused = "SELECT string_agg(serial || ' ' || reason, ',') FROM ingest_error";
    assert_eq!(platform.sql(refused).unwrap(), "AI-BAD startup_auth_error");
    platform.telemetry[0].terminate(PATIENCE).await.unwrap();
}

/// The token of a device, made as the contract says: HMAC-SHA256 of the serial, in hex.
fn token(secret: &str, serial: &str) -> String {
    let script = r#"printf %s "$1" | openssl dgst -sha256 -hmac "$2" -r"#;
    let output = Command::new("sh")
        .args(["-c", script, "sh", serial, secret])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_whitespace().next().unwrap().to_owned()
}
