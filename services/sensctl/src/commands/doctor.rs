//! `sensctl doctor`: reaches everything and says what is wrong.

use std::process::ExitCode;
use std::time::Duration;

use sens_config::{Config, Need};
use sens_messaging::Messaging;
use tokio::net::TcpStream;

use super::{durability, ledger};
use crate::settings;

const PATIENCE: Duration = Duration::from_secs(5);

/// One finding; a `Err` says what to do.
pub(super) type Finding = Result<String, String>;

pub(crate) async fn run(with_ledger: bool) -> anyhow::Result<ExitCode> {
    let config = settings::load(&[Need::Database, Need::Nats, Need::Mqtt])?;
    let mut findings = vec![
        ("database", database(&config).await),
        ("jetstream", jetstream(&config).await),
        ("mqtt", mqtt(&config).await),
    ];
    if with_ledger {
        findings.extend(
            ledger::audit(&config)
                .await
                .into_iter()
                .map(|finding| ("ledger", finding)),
        );
    }
    let mut healthy = true;
    for (what, finding) in findings {
        match finding {
            Ok(detail) => println!("ok    {what:<10} {detail}"),
            Err(fault) => {
                healthy = false;
                println!("FAIL  {what:<10} {fault}");
            }
        }
    }
    healthy &= durability::report(&config).await;
    Ok(if healthy {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn database(config: &Config) -> Finding {
    let pools = sens_storage::connect(&config.database, "sensctl", None)
        .map_err(|error| error.to_string())?;
    let found = sens_storage::schema_version(&pools.primary)
        .await
        .map_err(|error| error.to_string())?;
    let needed = sens_storage::latest_version();
    if found < needed {
        return Err(sens_storage::Error::SchemaTooOld { found, needed }.to_string());
    }
    Ok(format!("schema version {found}"))
}

async fn jetstream(config: &Config) -> Finding {
    let messaging =
        tokio::time::timeout(PATIENCE, Messaging::connect(&config.nats, "sensctl-doctor"))
            .await
            .map_err(|_| format!("{} does not answer within 5 s", config.nats.url))?
            .map_err(|error| error.to_string())?;
    let status = messaging.raw_status().await.map_err(|error| {
        format!("{error}; run `sensctl migrate` or start a worker to make the streams")
    })?;
    let dead = messaging
        .dead_letter_count()
        .await
        .map_err(|error| error.to_string())?;
    let full = status.bytes.saturating_mul(100) / status.max_bytes.max(1);
    if full >= 90 {
        return Err(format!(
            "SENS_RAW is {full} % full: telemetry-worker does not keep up, see its log"
        ));
    }
    let waiting = status.pending + status.ack_pending;
    if dead > 0 {
        return Err(format!(
            "{dead} dead letters wait for a decision; {waiting} messages wait in SENS_RAW"
        ));
    }
    Ok(format!(
        "{waiting} messages wait in SENS_RAW ({full} % full), no dead letters"
    ))
}

/// Reaching the port is all that can be tried without taking over a worker's session.
async fn mqtt(config: &Config) -> Finding {
    let address = config
        .mqtt
        .url
        .split_once("://")
        .map_or(config.mqtt.url.as_str(), |(_, rest)| rest);
    let address = address.trim_end_matches('/');
    let port = if config.mqtt.url.starts_with("mqtts") {
        8883
    } else {
        1883
    };
    let address = if address.contains(':') {
        address.to_owned()
    } else {
        format!("{address}:{port}")
    };
    match tokio::time::timeout(PATIENCE, TcpStream::connect(&address)).await {
        Ok(Ok(_)) => Ok(format!("{address} accepts connections")),
        Ok(Err(error)) => Err(format!(
            "{address}: {error}; check SENS_MQTT__URL and that the broker runs"
        )),
        Err(_) => Err(format!(
            "{address} does not answer within 5 s; check SENS_MQTT__URL and the network"
        )),
    }
}
