//! Live readings over a WebSocket.

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::support::{ADMIN, Bench, PATIENCE, flat};

struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn open(bench: &Bench, key: &str) -> Result<Self, Error> {
        let address = format!("{}/v1/ws", bench.url.replacen("http", "ws", 1));
        let mut request = address.into_client_request()?;
        let bearer = reqwest::header::HeaderValue::try_from(format!("Bearer {key}"));
        let bearer = bearer.map_err(|error| Error::Io(std::io::Error::other(error)))?;
        request
            .headers_mut()
            .insert(reqwest::header::AUTHORIZATION, bearer);
        Ok(Self(connect_async(request).await?.0))
    }

    async fn say(&mut self, message: &Value) -> Result<()> {
        Ok(self.0.send(Message::text(message.to_string())).await?)
    }

    /// The next message but for pings.
    async fn next(&mut self) -> Result<Value> {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.0.next()).await?;
            match message.context("the connection ended")?? {
                Message::Text(text) => return Ok(serde_json::from_str(&text)?),
                Message::Ping(_) | Message::Pong(_) => {}
                Message::Close(frame) => bail!("closed: {frame:?}"),
                other => bail!("unexpected: {other:?}"),
            }
        }
    }

    async fn subscribe(&mut self, order: &Value) -> Result<()> {
        self.say(order).await?;
        let answer = self.next().await?;
        assert_eq!(
            (&answer["type"], &answer["subscription"]),
            (&json!("subscribed"), &order["subscription"])
        );
        Ok(())
    }
}

async fn commit(bench: &Bench, device: u32, values: &[f64]) -> Result<()> {
    for value in values {
        let event = flat(device, "battery_charge", *value, 0);
        bench
            .commit(&[("sens/legacy/telemetry", event.as_str())])
            .await?;
    }
    Ok(())
}

#[tokio::test]
async fn subscriptions_are_made_resumed_and_ended() -> Result<()> {
    let bench = Box::pin(Bench::start(&[])).await?;
    let mut socket = Socket::open(&bench, ADMIN).await?;
    socket
        .subscribe(&json!({ "type": "subscribe", "subscription": "a", "device": ["legacy-7"] }))
        .await?;
    commit(&bench, 8, &[1.0]).await?;
    commit(&bench, 7, &[2.0, 3.0]).await?;
    let first = socket.next().await?;
    assert_eq!(
        (&first["type"], &first["subscription"]),
        (&json!("reading"), &json!("a"))
    );
    assert_eq!(
        (&first["data"]["serial"], &first["data"]["value"]),
        (&json!("legacy-7"), &json!(2))
    );
    let id = first["id"].as_str().context("no id")?.to_owned();
    assert_eq!(socket.next().await?["data"]["value"], 3);
    drop(socket);

    commit(&bench, 7, &[4.0]).await?;
    let mut socket = Socket::open(&bench, ADMIN).await?;
    let resume =
        json!({ "type": "subscribe", "subscription": "b", "device": ["legacy-7"], "after": id });
    socket.subscribe(&resume).await?;
    commit(&bench, 7, &[5.0]).await?;
    for value in [3, 4, 5] {
        assert_eq!(socket.next().await?["data"]["value"], value);
    }
    for (order, detail) in [
        (resume.to_string(), "already"),
        (
            r#"{"type":"subscribe","subscription":"c","after":"x"}"#.to_owned(),
            "<sequence>-<index>",
        ),
        (
            r#"{"type":"unsubscribe","subscription":"z"}"#.to_owned(),
            "no such",
        ),
        ("nonsense".to_owned(), "expected"),
    ] {
        socket.0.send(Message::text(order)).await?;
        let answer = socket.next().await?;
        assert_eq!(answer["type"], "error");
        assert!(
            answer["detail"]
                .as_str()
                .is_some_and(|text| text.contains(detail)),
            "{answer}"
        );
    }
    socket
        .say(&json!({ "type": "unsubscribe", "subscription": "b" }))
        .await?;
    assert_eq!(socket.next().await?["type"], "unsubscribed");
    socket
        .subscribe(&json!({ "type": "subscribe", "subscription": "beyond", "after": "999999-0" }))
        .await?;
    assert_eq!(socket.next().await?["type"], "gap");
    socket.0.send(Message::binary(vec![1])).await?;
    assert!(socket.next().await.is_err(), "closed with a reason");
    Ok(())
}

#[tokio::test]
async fn sockets_need_a_key_a_role_and_a_place() -> Result<()> {
    let mut bench = Box::pin(Bench::start(&[("SENS_API__MAX_STREAMS", "1")])).await?;
    let status = |opened: Result<Socket, Error>| match opened {
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(other) => panic!("{other}"),
        Ok(_) => 101,
    };
    let (_, ingest) = bench.key("ingest").await?;
    assert_eq!(status(Socket::open(&bench, "wrong-key").await), 401);
    assert_eq!(status(Socket::open(&bench, &ingest).await), 403);
    let mut open = Socket::open(&bench, ADMIN).await?;
    assert_eq!(status(Socket::open(&bench, ADMIN).await), 503);
    let plain = bench.get("/v1/ws").await?;
    plain.assert_problem(426, "upgrade_required");
    assert_eq!(plain.header("upgrade"), "websocket");
    assert_eq!(plain.header("sec-websocket-version"), "13");
    bench
        .get("/v1/ws?typo=1")
        .await?
        .assert_problem(400, "invalid_parameter");
    assert_eq!(bench.api.terminate(PATIENCE).await?, 0);
    assert!(
        open.next().await.is_err(),
        "an open one does not hold up the stop"
    );
    Ok(())
}
