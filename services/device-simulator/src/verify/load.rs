//! A light load: everything that is sent arrives, once, within a short time.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use chrono::{Duration, Utc};
use serde_json::Value;

use super::Report;
use super::client::Client;
use super::function::{batch, found, topic};
use super::publish::publish;
use crate::cli::Connection;

/// Messages of one request.
const PER_REQUEST: usize = 100;
/// Readings are read back in one page.
const MOST: u64 = 10_000;

pub(super) async fn check(
    client: &Client,
    messages: u64,
    mqtt: Option<&Connection>,
    report: &mut Report,
) {
    let messages = messages.min(MOST);
    // A time of its own for every reading, a millisecond apart and all in the past.
    let start = Utc::now() - Duration::milliseconds(i64::try_from(messages).unwrap_or_default());
    let payloads: Vec<_> = (0..messages)
        .map(|n| {
            let at = start + Duration::milliseconds(i64::try_from(n).unwrap_or_default());
            batch(&[(at, n as f64)])
        })
        .collect();
    let (name, sent) = match mqtt {
        Some(connection) => (
            "messages by MQTT",
            report
                .check("publishing", by_mqtt(connection, payloads))
                .await,
        ),
        None => (
            "messages by HTTP",
            report.check("posting", by_http(client, &payloads)).await,
        ),
    };
    if sent {
        let wanted = usize::try_from(messages).unwrap_or_default();
        report.check(name, found(client, start, wanted)).await;
    }
    report.check("the API meanwhile", answers(client)).await;
}

async fn by_mqtt(connection: &Connection, payloads: Vec<Value>) -> Result<String> {
    let (count, started) = (payloads.len(), Instant::now());
    publish(connection, topic(), payloads)
        .await
        .context("cannot publish")?;
    Ok(rate(count, started))
}

async fn by_http(client: &Client, payloads: &[Value]) -> Result<String> {
    let started = Instant::now();
    for part in payloads.chunks(PER_REQUEST) {
        let items = client.ingest(&Value::Array(part.to_vec()), false).await?;
        let accepted = items.iter().filter(|item| item["status"] == "accepted");
        ensure!(
            accepted.count() == part.len(),
            "not every item was accepted: {items:?}"
        );
    }
    Ok(rate(payloads.len(), started))
}

fn rate(count: usize, started: Instant) -> String {
    let seconds = started.elapsed().as_secs_f64();
    format!(
        "{count} messages in {seconds:.2} s: {:.0}/s",
        count as f64 / seconds
    )
}

async fn answers(client: &Client) -> Result<String> {
    let started = Instant::now();
    client.get("/v1/overview").await?;
    let took = started.elapsed();
    ensure!(
        took < std::time::Duration::from_secs(2),
        "took {:.1} s",
        took.as_secs_f64()
    );
    Ok(format!("answers within {} ms", took.as_millis()))
}
