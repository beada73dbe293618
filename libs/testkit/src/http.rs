//! The little HTTP that readiness checks and the demo need: one request per connection, no TLS.

use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A status and a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The body, as text.
    pub body: String,
}

/// `GET path` from `address` (host:port), with a bearer key where one is given. The answer is read to its end, for at
/// most five seconds.
///
/// # Errors
/// When nobody answers in time, or not in HTTP.
pub async fn get(address: &str, path: &str, bearer: Option<&str>) -> Result<Response> {
    let head = head("GET", address, path, bearer);
    request(address, path, format!("{head}\r\n").into_bytes()).await
}

/// `POST` of a JSON body to `path` of `address`, as [`get`].
///
/// # Errors
/// When nobody answers in time, or not in HTTP: whether the request was carried out is then unknown.
pub async fn post(address: &str, path: &str, bearer: Option<&str>, json: &str) -> Result<Response> {
    let head = head("POST", address, path, bearer);
    let length = json.len();
    let text =
        format!("{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{json}");
    request(address, path, text.into_bytes()).await
}

/// HTTP/1.0: the server closes at the end of the body and never sends it in chunks.
fn head(method: &str, address: &str, path: &str, bearer: Option<&str>) -> String {
    let authorization = bearer.map_or_else(String::new, |key| {
        format!("Authorization: Bearer {key}\r\n")
    });
    format!(
        "{method} {path} HTTP/1.0\r\nHost: {address}\r\nAccept: application/json\r\n{authorization}"
    )
}

async fn request(address: &str, path: &str, request: Vec<u8>) -> Result<Response> {
    timeout(Duration::from_secs(5), exchange(address, &request))
        .await
        .map_err(|_| anyhow!("http://{address}{path} gave no answer within 5 s"))?
        .with_context(|| format!("http://{address}{path}"))
}

async fn exchange(address: &str, request: &[u8]) -> Result<Response> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    parse(&String::from_utf8_lossy(&answer))
}

fn parse(answer: &str) -> Result<Response> {
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| {
        anyhow!(
            "the answer is no HTTP: {:?}",
            answer.lines().next().unwrap_or_default()
        )
    })?;
    let status = head
        .split_ascii_whitespace()
        .nth(1)
        .and_then(|status| status.parse().ok())
        .ok_or_else(|| anyhow!("the answer has no status: {head:?}"))?;
    Ok(Response {
        status,
        body: body.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_status_and_body() {
        let response = parse("HTTP/1.1 503 Service Unavailable\r\na: b\r\n\r\n{}").unwrap();
        assert_eq!((response.status, response.body.as_str()), (503, "{}"));
        assert!(parse("garbage").is_err());
        assert!(parse("HTTP/1.1\r\n\r\n").is_err());
    }
}
