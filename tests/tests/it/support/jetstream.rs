//! What an administrator does to JetStream behind the platform's back, in the server's own protocol.

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// Sends a request of the JetStream API and gives the answer, which must not be an error.
pub(crate) async fn request(port: u16, subject: &str, body: &Value) -> Value {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let mut connection = BufReader::new(stream);
    let body = body.to_string();
    let text = format!(
        "CONNECT {{\"verbose\":false}}\r\nSUB reply 1\r\nPUB $JS.API.{subject} reply {}\r\n{body}\r\n",
        body.len()
    );
    connection.write_all(text.as_bytes()).await.unwrap();
    let mut line = String::new();
    loop {
        line.clear();
        connection.read_line(&mut line).await.unwrap();
        if line.starts_with("PING") {
            connection.write_all(b"PONG\r\n").await.unwrap();
        }
        if line.starts_with("MSG ") {
            let length = line.trim_end().rsplit(' ').next().unwrap();
            let mut answer = vec![0; length.parse().unwrap()];
            connection.read_exact(&mut answer).await.unwrap();
            let answer: Value = serde_json::from_slice(&answer).unwrap();
            assert!(answer["error"].is_null(), "{answer}");
            return answer;
        }
    }
}

/// Deletes one message of the raw stream.
pub(crate) async fn delete_message(port: u16, sequence: u64) {
    request(
        port,
        "STREAM.MSG.DELETE.SENS_RAW",
        &json!({ "seq": sequence }),
    )
    .await;
}

/// Removes every message of the raw stream before this one.
pub(crate) async fn purge_before(port: u16, sequence: u64) {
    request(port, "STREAM.PURGE.SENS_RAW", &json!({ "seq": sequence })).await;
}

/// The newest sequence of the raw stream.
pub(crate) async fn last_sequence(port: u16) -> u64 {
    let info = request(port, "STREAM.INFO.SENS_RAW", &json!({})).await;
    info["state"]["last_seq"].as_u64().unwrap()
}
