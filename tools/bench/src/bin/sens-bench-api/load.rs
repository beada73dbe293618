//! Requests over connections that stay open, one after the other on each. Written by hand, so that it takes little of the
//! processors that it shares with what is measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Whom to ask for what.
#[derive(Clone)]
pub(crate) struct Target {
    /// Address of the server.
    pub(crate) address: String,
    /// Path before and after the number of a device.
    pub(crate) path: (&'static str, &'static str),
    /// Header lines, each with its end.
    pub(crate) headers: String,
    /// Devices that are asked about, from 1.
    pub(crate) devices: u64,
}

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    pub(crate) per_second: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    /// Bytes of the last answer's body.
    pub(crate) bytes: usize,
}

/// Asks over some connections for a while.
///
/// # Errors
/// When anything but 200 is answered.
pub(crate) async fn ask(target: &Target, connections: usize, length: Duration) -> Result<Figures> {
    let next = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let mut asking = JoinSet::new();
    for _ in 0..connections {
        let (target, next) = (target.clone(), Arc::clone(&next));
        asking.spawn(async move { connection(&target, &next, begun + length).await });
    }
    let (mut times, mut bytes) = (Vec::new(), 0);
    while let Some(done) = asking.join_next().await {
        let (some, last) = done??;
        times.extend(some);
        bytes = last;
    }
    let took = begun.elapsed();
    times.sort_unstable();
    ensure!(!times.is_empty(), "nothing was answered");
    Ok(Figures {
        per_second: times.len() as f64 / took.as_secs_f64(),
        p50: times[times.len() / 2],
        p99: times[times.len() * 99 / 100],
        bytes,
    })
}

async fn connection(
    target: &Target,
    next: &AtomicU64,
    end: Instant,
) -> Result<(Vec<Duration>, usize)> {
    let mut stream = TcpStream::connect(&target.address).await?;
    stream.set_nodelay(true)?;
    let (mut times, mut buffer, mut bytes) = (Vec::new(), Vec::with_capacity(256 * 1024), 0);
    while Instant::now() < end {
        let device = next.fetch_add(1, Ordering::Relaxed) % target.devices + 1;
        let (before, after) = target.path;
        let request = format!(
            "GET {before}{device}{after} HTTP/1.1\r\nHost: bench\r\n{}\r\n",
            target.headers
        );
        let asked = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        bytes = answer(&mut stream, &mut buffer).await?;
        times.push(asked.elapsed());
    }
    Ok((times, bytes))
}

/// Reads one answer; gives the bytes of its body.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<usize> {
    buffer.clear();
    let head = loop {
        let read = stream.read_buf(buffer).await?;
        ensure!(read > 0, "the connection ended");
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
    ensure!(text.starts_with("http/1.1 200 "), "{text}");
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .context("an answer without its length")?;
    let length: usize = length.trim().parse()?;
    while buffer.len() < head + length {
        let read = stream.read_buf(buffer).await?;
        ensure!(read > 0, "the connection ended");
    }
    Ok(length)
}
