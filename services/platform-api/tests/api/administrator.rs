//! What an administrator does to JetStream behind the platform's back, in the server's own protocol.

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// Sends a request of the JetStream API and gives the answer.
pub(crate) async fn request(port: u16, subject: &str, body: &str) -> Result<Value> {
    let mut connection = BufReader::new(TcpStream::connect(("127.0.0.1", port)).await?);
    let length = body.len();
    let text = format!(
        "CONNECT {{\"verbose\":false}}\r\nSUB reply 1\r\nPUB $JS.API.{subject} reply {length}\r\n{body}\r\n"
    );
    connection.write_all(text.as_bytes()).await?;
    let mut line = String::new();
    loop {
        line.clear();
        connection.read_line(&mut line).await?;
        if line.starts_with("PING") {
            connection.write_all(b"PONG\r\n").await?;
        }
        if line.starts_with("MSG ") {
            let length = line.trim_end().rsplit(' ').next().context("no length")?;
            let mut answer = vec![0; length.parse()?];
            connection.read_exact(&mut answer).await?;
            return Ok(serde_json::from_slice(&answer)?);
        }
    }
}

/// The configuration of a stream.
pub(crate) async fn stream(port: u16, name: &str) -> Result<Value> {
    let answer = request(port, &format!("STREAM.INFO.{name}"), "").await?;
    Ok(answer["config"].clone())
}

/// Gives a stream another configuration.
pub(crate) async fn update(port: u16, config: &Value) -> Result<()> {
    let name = config["name"].as_str().unwrap_or_default();
    let answer = request(port, &format!("STREAM.UPDATE.{name}"), &config.to_string()).await?;
    anyhow::ensure!(answer["error"].is_null(), "{answer}");
    Ok(())
}
