//! Healthy: the API says so, and the pages are there.

use anyhow::{Result, ensure};
use reqwest::{Method, StatusCode};

use super::Report;
use super::client::Client;

pub(super) async fn check(client: &Client, pages: &[String], report: &mut Report) {
    for path in ["/health", "/health/live", "/health/ready", "/version"] {
        report.check(path, answers(client, path)).await;
    }
    for page in pages {
        report.check(page, shows(client, page)).await;
    }
}

async fn answers(client: &Client, path: &str) -> Result<String> {
    let (status, body) = client.anonymous(Method::GET, path).await?;
    ensure!(status == StatusCode::OK, "answered {status}: {body}");
    Ok(body)
}

async fn shows(client: &Client, page: &str) -> Result<String> {
    client.reach(page).await?;
    let (status, body) = client.anonymous(Method::GET, page).await?;
    ensure!(status == StatusCode::OK, "answered {status}");
    ensure!(
        body.to_lowercase().contains("<html"),
        "answered something that is no page"
    );
    Ok(format!("a page of {} bytes", body.len()))
}
