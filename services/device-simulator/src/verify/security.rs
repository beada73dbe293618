//! Closed where it should be: no anonymous access, no open ports.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use reqwest::{Method, StatusCode};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Report;
use super::client::Client;
use crate::cli::Connection;
use crate::mqtt::{Event, Introduction, Link};
use crate::target;

/// A connection that takes longer is not let through.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long network policies may take to know a new pod.
const SETTLING: Duration = Duration::from_secs(10);
/// What needs a key.
const GUARDED: [(Method, &str); 6] = [
    (Method::GET, "/v1/whoami"),
    (Method::GET, "/v1/overview"),
    (Method::GET, "/v1/devices"),
    (Method::GET, "/v1/api-keys"),
    (Method::POST, "/v1/ingest"),
    (Method::POST, "/v1/api-keys"),
];

pub(super) async fn check(
    client: &Client,
    closed: &[String],
    mqtt: Option<&Connection>,
    report: &mut Report,
) {
    for (method, path) in GUARDED {
        let name = format!("{method} {path} without a key");
        report.check(&name, refused(client, method, path)).await;
    }
    report
        .check("a wrong key", wrong_key(client, "sens_wrong_wrong"))
        .await;
    report
        .check("metrics on the API's port", hidden(client))
        .await;
    for address in closed {
        let name = format!("the port {address}");
        report.check(&name, unreachable(address)).await;
    }
    if let Some(connection) = mqtt {
        report
            .check("MQTT without a login", no_login(connection))
            .await;
    }
}

/// The open ones first: when they answer, the network policies know this pod.
pub(super) async fn ports(open: &[String], closed: &[String], report: &mut Report) {
    for address in open {
        report.check(address, reachable(address)).await;
    }
    if open.is_empty() {
        tokio::time::sleep(SETTLING).await;
    }
    for address in closed {
        report.check(address, unreachable(address)).await;
    }
}

async fn reachable(address: &str) -> Result<String> {
    let started = tokio::time::Instant::now();
    loop {
        let attempt = timeout(PATIENCE, TcpStream::connect(address)).await;
        match attempt {
            Ok(Ok(_)) => return Ok("open".into()),
            _ if started.elapsed() < SETTLING => tokio::time::sleep(PATIENCE / 10).await,
            Ok(Err(error)) => bail!("should be open: {error}"),
            Err(_) => bail!("should be open: no answer"),
        }
    }
}

async fn refused(client: &Client, method: Method, path: &str) -> Result<String> {
    let (status, _) = client.anonymous(method, path).await?;
    ensure!(
        status == StatusCode::UNAUTHORIZED,
        "answered {status} instead of 401"
    );
    Ok("401".into())
}

async fn wrong_key(client: &Client, key: &str) -> Result<String> {
    let (status, _) = client.with_key("/v1/whoami", key).await?;
    ensure!(
        status == StatusCode::UNAUTHORIZED,
        "answered {status} instead of 401"
    );
    Ok("401".into())
}

async fn hidden(client: &Client) -> Result<String> {
    let (status, body) = client.anonymous(Method::GET, "/metrics").await?;
    ensure!(
        !body.contains("# TYPE"),
        "answered {status} with the metrics"
    );
    Ok(format!("not there ({})", status.as_u16()))
}

async fn unreachable(address: &str) -> Result<String> {
    match timeout(PATIENCE, TcpStream::connect(address)).await {
        Ok(Ok(_)) => bail!("accepts connections from here"),
        Ok(Err(error)) => Ok(format!("closed ({error})")),
        Err(_) => Ok("closed (no answer)".into()),
    }
}

async fn no_login(connection: &Connection) -> Result<String> {
    let mut broker = target::resolve(connection)?.broker;
    broker.login = None;
    let introduction = Introduction {
        client_id: "sens-verify-anonymous",
        window: 1,
        will: None,
    };
    let mut link = Link::open(&broker, &introduction);
    match timeout(PATIENCE * 3, link.next()).await {
        Ok(Event::Connected) => bail!("the broker lets everybody in"),
        Ok(event) => Ok(format!("refused ({event:?})")),
        Err(_) => bail!("the broker does not answer"),
    }
}
