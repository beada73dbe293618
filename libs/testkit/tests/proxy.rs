//! The proxy breaks connections as told.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use sens_testkit::{TcpProxy, assert_eventually};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

async fn echo_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                tokio::io::copy(&mut from, &mut to).await.ok();
            });
        }
    });
    address
}

async fn connect(proxy: &TcpProxy) -> std::io::Result<TcpStream> {
    TcpStream::connect(("127.0.0.1", proxy.port())).await
}

async fn echo(stream: &mut TcpStream) -> std::io::Result<u8> {
    stream.write_all(b"x").await?;
    stream.read_u8().await
}

const SHORT: Duration = Duration::from_millis(150);

#[tokio::test]
async fn passes_cuts_and_refuses() {
    let proxy = TcpProxy::start(&echo_server().await).await.unwrap();
    let mut first = connect(&proxy).await.unwrap();
    assert_eq!(echo(&mut first).await.unwrap(), b'x');
    proxy.cut();
    assert_eventually!(Duration::from_secs(2), echo(&mut first).await.is_err());
    let mut second = connect(&proxy).await.unwrap();
    assert_eq!(echo(&mut second).await.unwrap(), b'x');
    assert_eq!(proxy.accepted(), 2);

    proxy.refuse();
    assert_eventually!(Duration::from_secs(2), connect(&proxy).await.is_err());
    assert_eventually!(Duration::from_secs(2), echo(&mut second).await.is_err());
    proxy.resume();
    assert_eventually!(Duration::from_secs(2), connect(&proxy).await.is_ok());
}

#[tokio::test]
async fn freezes_and_delays() {
    let proxy = TcpProxy::start(&echo_server().await).await.unwrap();
    let mut stream = connect(&proxy).await.unwrap();
    assert_eq!(echo(&mut stream).await.unwrap(), b'x');
    proxy.freeze();
    stream.write_all(b"y").await.unwrap();
    assert!(
        timeout(SHORT, stream.read_u8()).await.is_err(),
        "a frozen connection carries bytes"
    );
    assert!(
        connect(&proxy).await.is_ok(),
        "a frozen network still takes connections"
    );
    proxy.resume();
    assert_eq!(stream.read_u8().await.unwrap(), b'y');

    proxy.delay(SHORT);
    let begun = Instant::now();
    assert_eq!(echo(&mut stream).await.unwrap(), b'x');
    assert!(begun.elapsed() >= SHORT);
}

#[tokio::test]
async fn a_connection_to_a_dead_server_is_closed() {
    let port = sens_testkit::free_port().unwrap();
    let proxy = TcpProxy::start(&format!("127.0.0.1:{port}")).await.unwrap();
    let mut stream = connect(&proxy).await.unwrap();
    assert!(echo(&mut stream).await.is_err());
}

#[tokio::test]
async fn leads_to_another_server() {
    let proxy = TcpProxy::start(&echo_server().await).await.unwrap();
    let mut first = connect(&proxy).await.unwrap();
    assert_eq!(echo(&mut first).await.unwrap(), b'x');
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    proxy.redirect(&other.local_addr().unwrap().to_string());
    assert_eventually!(Duration::from_secs(2), echo(&mut first).await.is_err());
    let _second = connect(&proxy).await.unwrap();
    timeout(Duration::from_secs(2), other.accept())
        .await
        .unwrap()
        .unwrap();
}
