//! It works: what is published can be read back, by HTTP and by MQTT, once.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::client::Client;
use super::publish::publish;
use super::{METRIC, Report, SERIAL};
use crate::cli::Connection;

/// How long a reading may take from publishing to being readable.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn check(client: &Client, mqtt: Option<&Connection>, report: &mut Report) {
    let at = Utc::now();
    let body = batch(&[(at, 1.0)]);
    let posted = report
        .check("a reading by HTTP", becomes(client, &body, "processed"))
        .await;
    if posted {
        report
            .check("the same again", becomes(client, &body, "duplicate"))
            .await;
        report.check("read back", found(client, at, 1)).await;
    }
    let bad = json!({"serial": SERIAL, "nothing": true});
    report
        .check(
            "what cannot be understood",
            becomes(client, &bad, "invalid"),
        )
        .await;
    if let Some(connection) = mqtt {
        let at = Utc::now();
        report
            .check("a reading by MQTT", by_mqtt(client, connection, at))
            .await;
    }
    report.check("the books", balanced(client)).await;
}

/// A SENS v1 batch.
pub(super) fn batch(readings: &[(DateTime<Utc>, f64)]) -> Value {
    let readings: Vec<_> = readings
        .iter()
        .map(|(at, value)| json!({"metric": METRIC, "value": value, "at": time(*at)}))
        .collect();
    json!({"v": 1, "serial": SERIAL, "readings": readings})
}

pub(super) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

async fn becomes(client: &Client, body: &Value, wanted: &str) -> Result<String> {
    let items = client.ingest(body, true).await?;
    let status = items.first().and_then(|item| item["status"].as_str());
    ensure!(status == Some(wanted), "expected {wanted}: {items:?}");
    Ok(wanted.to_owned())
}

/// Waits until so many readings are there from a moment on.
pub(super) async fn found(client: &Client, from: DateTime<Utc>, wanted: usize) -> Result<String> {
    let to = from + chrono::Duration::hours(1);
    let started = tokio::time::Instant::now();
    loop {
        let values = client.values(&time(from), &time(to)).await?;
        if values.len() == wanted {
            return Ok(format!(
                "{wanted} readings after {:.1} s",
                started.elapsed().as_secs_f64()
            ));
        }
        if started.elapsed() > PATIENCE {
            bail!(
                "{} of {wanted} readings are there after {} s",
                values.len(),
                PATIENCE.as_secs()
            );
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn by_mqtt(client: &Client, connection: &Connection, at: DateTime<Utc>) -> Result<String> {
    publish(connection, topic(), vec![batch(&[(at, 2.0)])])
        .await
        .context("cannot publish")?;
    found(client, at, 1).await
}

pub(super) fn topic() -> String {
    format!("sens/v1/{SERIAL}/telemetry")
}

async fn balanced(client: &Client) -> Result<String> {
    let accounts = client.get("/v1/accounting").await?;
    ensure!(accounts["balanced"] == true, "do not balance: {accounts}");
    Ok(format!("balanced: {}", accounts["messages"]))
}
