//! A receiver of traces: OTLP over HTTP with protobuf, as much of it as tests look at.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A span that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedSpan {
    /// `service.name` of whoever sent it.
    pub service: String,
    /// What was done.
    pub name: String,
    /// Its trace, in hex.
    pub trace_id: String,
    /// Its own id, in hex.
    pub span_id: String,
    /// The span it is part of, in hex; empty for the root.
    pub parent_id: String,
    /// Its attributes that are texts or whole numbers.
    pub attributes: BTreeMap<String, String>,
}

/// A collector that keeps what it gets. Dropping it closes it.
#[derive(Debug)]
pub struct OtlpReceiver {
    port: u16,
    spans: Arc<Mutex<Vec<ReceivedSpan>>>,
    task: JoinHandle<()>,
}

impl OtlpReceiver {
    /// Listens on a free port.
    ///
    /// # Errors
    /// When there is none.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let spans = Arc::default();
        let kept = Arc::clone(&spans);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = Arc::clone(&kept);
                tokio::spawn(async move {
                    if let Err(error) = serve(stream, &kept).await {
                        eprintln!("a request with spans was not understood: {error:#}");
                    }
                });
            }
        });
        Ok(Self { port, spans, task })
    }

    /// What `OTEL_EXPORTER_OTLP_ENDPOINT` is to be.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The spans of a trace so far.
    pub fn trace(&self, trace_id: &str) -> Vec<ReceivedSpan> {
        let spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        let found = spans.iter().filter(|span| span.trace_id == trace_id);
        found.cloned().collect()
    }

    /// How many spans have arrived.
    pub fn count(&self) -> usize {
        self.spans
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }
}

impl Drop for OtlpReceiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection: requests until the client closes it.
async fn serve(mut stream: TcpStream, kept: &Mutex<Vec<ReceivedSpan>>) -> Result<()> {
    let (from, mut to) = stream.split();
    let mut from = BufReader::new(from);
    loop {
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            if from.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            head.push(line);
        }
        let header = |name: &str| {
            let found = head.iter().find_map(|line| line.strip_prefix(name));
            found.map(str::trim).unwrap_or_default()
        };
        if !head[0].starts_with("post /v1/traces ") {
            bail!("it went to {:?}", head[0]);
        }
        if header("content-type:") != "application/x-protobuf" {
            bail!("it is {}", header("content-type:"));
        }
        let mut body = vec![0; header("content-length:").parse()?];
        from.read_exact(&mut body).await?;
        let spans = request(&body).context("it is no ExportTraceServiceRequest")?;
        kept.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(spans);
        to.write_all(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n",
        )
        .await?;
    }
}

/// A field of a protobuf message: its number, and its bytes or its number.
enum Field<'a> {
    Bytes(&'a [u8]),
    Number(u64),
}

/// The fields of a message.
fn fields(mut rest: &[u8]) -> Result<Vec<(u64, Field<'_>)>> {
    let mut fields = Vec::new();
    while !rest.is_empty() {
        let tag = varint(&mut rest)?;
        let value = match tag & 7 {
            0 => Field::Number(varint(&mut rest)?),
            1 => Field::Number(u64::from_le_bytes(take(&mut rest, 8)?.try_into()?)),
            2 => {
                let length = usize::try_from(varint(&mut rest)?)?;
                Field::Bytes(take(&mut rest, length)?)
            }
            5 => Field::Number(u32::from_le_bytes(take(&mut rest, 4)?.try_into()?).into()),
            other => bail!("there is no wire type {other}"),
        };
        fields.push((tag >> 3, value));
    }
    Ok(fields)
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8]> {
    let (taken, after) = rest
        .split_at_checked(length)
        .context("the message ends in a field")?;
    *rest = after;
    Ok(taken)
}

fn varint(rest: &mut &[u8]) -> Result<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(rest, 1)?[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    bail!("a number is too long")
}

/// The messages in the fields of this number.
fn parts(message: &[u8], number: u64) -> Result<Vec<&[u8]>> {
    let parts = fields(message)?.into_iter().filter_map(|(found, field)| {
        let Field::Bytes(bytes) = field else {
            return None;
        };
        (found == number).then_some(bytes)
    });
    Ok(parts.collect())
}

fn request(message: &[u8]) -> Result<Vec<ReceivedSpan>> {
    let mut spans = Vec::new();
    for resource_spans in parts(message, 1)? {
        let mut service = String::new();
        for resource in parts(resource_spans, 1)? {
            let attributes = attributes(&parts(resource, 1)?)?;
            service = attributes.get("service.name").cloned().unwrap_or_default();
        }
        for scope_spans in parts(resource_spans, 2)? {
            for span in parts(scope_spans, 2)? {
                let hex = |number| {
                    let id = parts(span, number)?;
                    Ok::<_, anyhow::Error>(id.first().map(hex::encode).unwrap_or_default())
                };
                let name = parts(span, 5)?;
                spans.push(ReceivedSpan {
                    service: service.clone(),
                    name: String::from_utf8_lossy(name.first().copied().unwrap_or_default())
                        .into_owned(),
                    trace_id: hex(1)?,
                    span_id: hex(2)?,
                    parent_id: hex(4)?,
                    attributes: attributes(&parts(span, 9)?)?,
                });
            }
        }
    }
    Ok(spans)
}

fn attributes(pairs: &[&[u8]]) -> Result<BTreeMap<String, String>> {
    let mut attributes = BTreeMap::new();
    for pair in pairs {
        let name = parts(pair, 1)?;
        let name = String::from_utf8_lossy(name.first().copied().unwrap_or_default()).into_owned();
        for value in parts(pair, 2)? {
            for (number, field) in fields(value)? {
                let text = match (number, field) {
                    (1, Field::Bytes(text)) => String::from_utf8_lossy(text).into_owned(),
                    (3, Field::Number(number)) => number.to_string(),
                    _ => continue,
                };
                attributes.insert(name.clone(), text);
            }
        }
    }
    Ok(attributes)
}
