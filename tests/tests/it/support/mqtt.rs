//! The smallest MQTT 3.1.1 publisher that keeps an exact record of what was acknowledged.

use std::collections::HashMap;
use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader, BufWriter};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// A connected device.
pub(crate) struct Device {
    from: BufReader<OwnedReadHalf>,
    to: BufWriter<OwnedWriteHalf>,
    next_id: u16,
    /// Packet ids that wait for their PUBACK, with the number of the message.
    waiting: HashMap<u16, usize>,
    sent: usize,
}

impl Device {
    /// Connects with a clean session to a broker that asks for no login.
    pub(crate) async fn connect(port: u16, client_id: &str) -> Self {
        Self::try_connect(port, client_id).await.unwrap()
    }

    /// [`Self::connect`] to a broker that may be away.
    pub(crate) async fn try_connect(port: u16, client_id: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        let (from, to) = stream.into_split();
        let mut device = Self {
            from: BufReader::new(from),
            to: BufWriter::new(to),
            next_id: 0,
            waiting: HashMap::new(),
            sent: 0,
        };
        // Protocol name, level 4, clean session, keep alive off.
        let mut body = b"\x00\x04MQTT\x04\x02\x00\x00".to_vec();
        push_text(&mut body, client_id.as_bytes());
        device.send(0x10, &body).await?;
        device.to.flush().await?;
        let (kind, answer) = device.receive().await?;
        assert_eq!(
            (kind, answer[1]),
            (0x20, 0),
            "the broker refuses the connection"
        );
        Ok(device)
    }

    /// Publishes all payloads at `QoS` 1, at most 200 at a time without their PUBACK, and waits for every PUBACK.
    pub(crate) async fn publish_all<P: AsRef<[u8]>>(
        &mut self,
        topic: &str,
        payloads: impl IntoIterator<Item = P>,
    ) {
        for payload in payloads {
            self.publish(topic, payload.as_ref(), false).await.unwrap();
            while self.waiting.len() >= 200 {
                self.acknowledged().await.unwrap();
            }
        }
        self.settle().await;
    }

    /// Publishes one payload at `QoS` 1 and gives its number, without waiting for its PUBACK.
    pub(crate) async fn publish(
        &mut self,
        topic: &str,
        payload: &[u8],
        retain: bool,
    ) -> io::Result<usize> {
        self.next_id = self.next_id.checked_add(1).unwrap_or(1);
        let mut body = Vec::with_capacity(payload.len() + topic.len() + 4);
        push_text(&mut body, topic.as_bytes());
        body.extend_from_slice(&self.next_id.to_be_bytes());
        body.extend_from_slice(payload);
        self.send(0x32 | u8::from(retain), &body).await?;
        self.waiting.insert(self.next_id, self.sent);
        self.sent += 1;
        Ok(self.sent - 1)
    }

    /// The number of the next message that the broker acknowledges.
    pub(crate) async fn acknowledged(&mut self) -> io::Result<usize> {
        self.to.flush().await?;
        let (kind, body) = self.receive().await?;
        assert_eq!(kind, 0x40, "something else than a PUBACK");
        let id = u16::from_be_bytes([body[0], body[1]]);
        Ok(self.waiting.remove(&id).unwrap())
    }

    /// Waits for the PUBACK of everything that was sent.
    pub(crate) async fn settle(&mut self) {
        self.try_settle().await.unwrap();
    }

    /// [`Self::settle`] at a broker that may go away.
    pub(crate) async fn try_settle(&mut self) -> io::Result<()> {
        while !self.waiting.is_empty() {
            self.acknowledged().await?;
        }
        Ok(())
    }

    /// Subscribes to a topic at `QoS` 1.
    pub(crate) async fn subscribe(&mut self, topic: &str) {
        let mut body = vec![0, 1];
        push_text(&mut body, topic.as_bytes());
        body.push(1);
        self.send(0x82, &body).await.unwrap();
        self.to.flush().await.unwrap();
        let (kind, answer) = self.receive().await.unwrap();
        assert_eq!((kind, answer[2]), (0x90, 1), "the broker refuses");
    }

    /// The next payload of what was subscribed to; it is acknowledged.
    pub(crate) async fn incoming(&mut self) -> io::Result<Vec<u8>> {
        loop {
            let (kind, body) = self.receive().await?;
            if kind & 0xf0 != 0x30 {
                continue;
            }
            let topic = usize::from(u16::from_be_bytes([body[0], body[1]]));
            let (head, payload) = body.split_at(topic + 4);
            self.send(0x40, &head[topic + 2..]).await?;
            self.to.flush().await?;
            return Ok(payload.to_vec());
        }
    }

    /// Publishes one payload at `QoS` 1 at once, whatever becomes of it.
    pub(crate) async fn say(&mut self, topic: &str, payload: &[u8]) -> io::Result<()> {
        self.publish(topic, payload, false).await?;
        self.to.flush().await
    }

    async fn send(&mut self, kind: u8, body: &[u8]) -> io::Result<()> {
        self.to.write_u8(kind).await?;
        let mut left = body.len();
        loop {
            let digit = u8::try_from(left % 128).unwrap();
            left /= 128;
            self.to
                .write_u8(if left > 0 { digit | 0x80 } else { digit })
                .await?;
            if left == 0 {
                break;
            }
        }
        self.to.write_all(body).await
    }

    async fn receive(&mut self) -> io::Result<(u8, Vec<u8>)> {
        let kind = self.from.read_u8().await?;
        let (mut length, mut shift) = (0_usize, 0);
        loop {
            let digit = self.from.read_u8().await?;
            length |= usize::from(digit & 0x7f) << shift;
            shift += 7;
            if digit & 0x80 == 0 {
                break;
            }
        }
        let mut body = vec![0; length];
        self.from.read_exact(&mut body).await?;
        Ok((kind, body))
    }
}

fn push_text(body: &mut Vec<u8>, text: &[u8]) {
    body.extend_from_slice(&u16::try_from(text.len()).unwrap().to_be_bytes());
    body.extend_from_slice(text);
}
