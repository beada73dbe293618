//! The one question to a server that needs no driver: does it take logins yet?

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Protocol version 3.0.
const PROTOCOL: u32 = 196_608;

/// True when the server at `port` answers a startup packet with a request for a password; while it recovers it
/// answers with an error instead.
pub(crate) async fn takes_logins(port: u16) -> bool {
    timeout(Duration::from_secs(2), ask(port))
        .await
        .is_ok_and(|answer| answer.is_ok_and(|byte| byte == b'R'))
}

async fn ask(port: u16) -> std::io::Result<u8> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(&startup_packet()).await?;
    stream.read_u8().await
}

fn startup_packet() -> Vec<u8> {
    let parameters = b"user\0postgres\0database\0postgres\0\0";
    let length = u32::try_from(8 + parameters.len()).unwrap_or_default();
    let mut packet = Vec::new();
    packet.extend_from_slice(&length.to_be_bytes());
    packet.extend_from_slice(&PROTOCOL.to_be_bytes());
    packet.extend_from_slice(parameters);
    packet
}
