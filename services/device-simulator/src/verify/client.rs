//! Asking the REST API.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;

use super::{METRIC, SERIAL};
use crate::cli::VerifyOptions;
use crate::target::BadArgument;

/// How long one answer may take; `Prefer: wait` is below it.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The API of a deployment.
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    key: String,
    patience: Duration,
}

impl Client {
    pub(super) fn new(options: &VerifyOptions) -> Result<Self> {
        if !["http://", "https://"]
            .iter()
            .any(|scheme| options.api_url.starts_with(scheme))
        {
            let fault = format!(
                "--api-url {:?} must start with http:// or https://",
                options.api_url
            );
            return Err(BadArgument(fault).into());
        }
        let http = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .no_proxy()
            .build()
            .context("cannot make an HTTP client")?;
        Ok(Self {
            http,
            base: options.api_url.trim_end_matches('/').to_owned(),
            key: options.api_key.clone(),
            patience: Duration::from_secs(options.patience),
        })
    }

    /// Waits until anything answers: network policies take a moment to know a new pod.
    pub(super) async fn reach(&self, page: &str) -> Result<String> {
        let started = Instant::now();
        loop {
            match self.anonymous(Method::GET, page).await {
                Ok(_) => return Ok(format!("after {:.1} s", started.elapsed().as_secs_f64())),
                Err(error) if started.elapsed() > self.patience => return Err(error),
                Err(_) => tokio::time::sleep(Duration::from_millis(250)).await,
            }
        }
    }

    /// Waits until the API says that it runs this build.
    pub(super) async fn runs(&self, build: &str) -> Result<String> {
        let started = Instant::now();
        loop {
            let said = match self.anonymous(Method::GET, "/version").await {
                Ok((_, said)) => said,
                Err(error) => format!("{error:#}"),
            };
            let took = started.elapsed();
            if said.contains(&format!("\"{build}\"")) {
                return Ok(format!("{build} after {:.0} s", took.as_secs_f64()));
            }
            ensure!(
                took <= self.patience,
                "/version does not name {build} after {} s: {}",
                self.patience.as_secs(),
                excerpt(&said)
            );
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// The status and the body of a page or a path of the API, without a key.
    pub(super) async fn anonymous(
        &self,
        method: Method,
        path: &str,
    ) -> Result<(StatusCode, String)> {
        send(self.request(method, path)).await
    }

    /// As [`Self::anonymous`], with a key of the caller's.
    pub(super) async fn with_key(&self, path: &str, key: &str) -> Result<(StatusCode, String)> {
        send(self.request(Method::GET, path).bearer_auth(key)).await
    }

    /// The JSON at a path; anything but 200 is an error.
    pub(super) async fn get(&self, path: &str) -> Result<Value> {
        let (status, body) = self.with_key(path, &self.key).await?;
        ensure!(
            status == StatusCode::OK,
            "{path} answered {status}: {}",
            excerpt(&body)
        );
        serde_json::from_str(&body).with_context(|| format!("{path} gave no JSON"))
    }

    /// Posts telemetry; waits for the outcomes when `wait` is set. Gives the items of the answer.
    pub(super) async fn ingest(&self, body: &Value, wait: bool) -> Result<Vec<Value>> {
        let mut request = self
            .request(Method::POST, "/v1/ingest")
            .bearer_auth(&self.key)
            .json(body);
        if wait {
            request = request.header("prefer", "wait=10");
        }
        let (status, body) = send(request).await?;
        ensure!(
            status.is_success(),
            "/v1/ingest answered {status}: {}",
            excerpt(&body)
        );
        let answer: Value = serde_json::from_str(&body).context("/v1/ingest gave no JSON")?;
        match answer["items"].as_array() {
            Some(items) => Ok(items.clone()),
            None => bail!("/v1/ingest gave no items: {}", excerpt(&body)),
        }
    }

    /// The values that are stored between two moments.
    pub(super) async fn values(&self, from: &str, to: &str) -> Result<Vec<f64>> {
        let path = format!(
            "/v1/devices/{SERIAL}/measurements?metric={METRIC}&from={from}&to={to}&limit=10000"
        );
        let answer = self.get(&path).await?;
        let items = answer["items"].as_array().cloned().unwrap_or_default();
        Ok(items
            .iter()
            .filter_map(|item| item["value"].as_f64())
            .collect())
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if path.starts_with('/') {
            format!("{}{path}", self.base)
        } else {
            path.to_owned()
        };
        self.http.request(method, url)
    }
}

async fn send(request: RequestBuilder) -> Result<(StatusCode, String)> {
    let answer = request.send().await.context("no answer")?;
    let status = answer.status();
    let body = answer.text().await.context("the answer broke off")?;
    Ok((status, body))
}

fn excerpt(body: &str) -> String {
    body.chars().take(200).collect()
}
