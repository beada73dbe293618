//! A client of the REST interface, with the admin key unless told otherwise.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response};
use sens_testkit::Platform;
use serde_json::Value;
use tokio::time::timeout;

use super::PATIENCE;

/// Who asks, and whom.
pub(crate) struct Rest {
    client: Client,
    base: String,
    key: String,
}

/// A status, a content type and a body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) body: Value,
}

impl Rest {
    pub(crate) fn of(platform: &Platform) -> Self {
        Self {
            client: Client::builder().timeout(PATIENCE).build().unwrap(),
            base: platform.api_url(),
            key: platform.api_key().to_owned(),
        }
    }

    /// The same, with another key.
    pub(crate) fn with_key(&self, key: &str) -> Self {
        Self {
            client: self.client.clone(),
            base: self.base.clone(),
            key: key.to_owned(),
        }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        self.client
            .request(method.parse().unwrap(), format!("{}{path}", self.base))
            .bearer_auth(&self.key)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        answer(self.request("GET", path)).await.unwrap()
    }

    /// `POST /v1/ingest`; waits for the outcome when `wait` is given.
    pub(crate) async fn ingest(
        &self,
        body: impl Into<reqwest::Body>,
        wait: Option<u32>,
    ) -> Result<Answer, reqwest::Error> {
        let mut request = self
            .request("POST", "/v1/ingest")
            .header("content-type", "application/json");
        if let Some(seconds) = wait {
            request = request.header("prefer", format!("wait={seconds}"));
        }
        answer(request.body(body)).await
    }
}

/// Sends a request and reads the answer.
pub(crate) async fn answer(request: RequestBuilder) -> Result<Answer, reqwest::Error> {
    let response = request.send().await?;
    let status = response.status().as_u16();
    let content_type = response
        .headers()
        .get("content-type")
        .map_or_else(String::new, |value| value.to_str().unwrap().to_owned());
    let body = response.text().await?;
    Ok(Answer {
        status,
        content_type,
        body: serde_json::from_str(&body).unwrap_or(Value::String(body)),
    })
}

impl Answer {
    /// An error as RFC 9457 describes it, with the given status and code.
    pub(crate) fn assert_problem(&self, status: u16, code: &str) {
        assert_eq!(
            (self.status, self.body["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.body
        );
        assert_eq!(self.content_type, "application/problem+json");
        assert_eq!(self.body["status"], status);
        assert_eq!(self.body["type"], format!("/docs/errors/{code}"));
        for field in ["title", "request_id"] {
            assert!(
                !self.body[field].as_str().unwrap().is_empty(),
                "{field} in {}",
                self.body
            );
        }
    }
}

/// An open stream of server-sent events.
pub(crate) struct Events {
    response: Response,
    buffer: String,
}

impl Events {
    /// Opens a stream and waits until it is live.
    pub(crate) async fn open(rest: &Rest, path: &str, last_id: Option<&str>) -> Self {
        let mut request = rest.request("GET", path).timeout(Duration::from_mins(5));
        if let Some(id) = last_id {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        let mut events = Self {
            response,
            buffer: String::new(),
        };
        // The opening comment: from here on nothing is missed.
        events.block().await;
        events
    }

    /// The id and the data of the next reading.
    pub(crate) async fn reading(&mut self) -> (String, Value) {
        loop {
            let block = self.block().await;
            let field = |name: &str| {
                block
                    .lines()
                    .find_map(|line| line.strip_prefix(name))
                    .unwrap_or_default()
            };
            if field("event: ") == "reading" {
                return (
                    field("id: ").to_owned(),
                    serde_json::from_str(field("data: ")).unwrap(),
                );
            }
        }
    }

    async fn block(&mut self) -> String {
        loop {
            if let Some((block, rest)) = self.buffer.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.buffer = rest;
                return block;
            }
            let chunk = timeout(PATIENCE, self.response.chunk())
                .await
                .unwrap()
                .unwrap()
                .unwrap();
            self.buffer.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}
