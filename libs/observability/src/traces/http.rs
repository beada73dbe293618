//! One request to the collector: the HTTP client that the services have in them anyway.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper::header::{HOST, HeaderValue};
use hyper_util::rt::TokioIo;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use tokio::net::TcpStream;
use tokio::runtime::Handle;

use crate::Repeat;

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest answer that is read.
const LARGEST: usize = 64 * 1024;

/// Sends from the exporter's thread through the runtime of the service.
#[derive(Debug)]
pub(super) struct Client {
    runtime: Handle,
    repeat: Mutex<Repeat>,
}

impl Client {
    pub(super) fn new(runtime: Handle) -> Self {
        Self {
            runtime,
            repeat: Mutex::default(),
        }
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        // The clock of the time limit is the runtime's: it is made there, not on this thread.
        let sending = self
            .runtime
            .spawn(async { tokio::time::timeout(PATIENCE, send(request)).await });
        let outcome = match sending.await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err("it did not answer in time".into()),
            Err(error) => Err(error.into()),
        };
        let fault = match &outcome {
            Ok(response) if response.status().is_success() => return outcome,
            Ok(response) => format!("it answered {}", response.status()),
            Err(error) => error.to_string(),
        };
        let mut repeat = self.repeat.lock().unwrap_or_else(PoisonError::into_inner);
        if repeat.is_due(&fault, Instant::now()) {
            tracing::warn!("the collector does not take spans: {fault}");
        }
        outcome
    }
}

async fn send(request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let (mut parts, body) = request.into_parts();
    let authority = parts.uri.authority().ok_or("the endpoint names no host")?;
    let host = authority.host().trim_matches(['[', ']']);
    let stream = TcpStream::connect((host, authority.port_u16().unwrap_or(80))).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // It ends with the sender.
    let connection = tokio::spawn(connection);
    parts
        .headers
        .insert(HOST, HeaderValue::from_str(authority.as_str())?);
    if let Some(path) = parts.uri.path_and_query() {
        parts.uri = path.as_str().parse()?;
    }
    let answer = sender
        .send_request(Request::from_parts(parts, Full::new(body)))
        .await?;
    let (parts, body) = answer.into_parts();
    let body = Limited::new(body, LARGEST).collect().await?.to_bytes();
    drop(sender);
    connection.abort();
    Ok(Response::from_parts(parts, body))
}
