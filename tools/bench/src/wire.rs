//! MQTT with as little work as possible, so that the load costs the measured processes little: packets are rendered
//! before the clock runs and written many at a time; of the answers only their number is kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use bytes::BytesMut;
use chrono::Utc;
use rumqttc::mqttbytes::v4::{Connect, Packet, PubAck, Publish, Subscribe};
use rumqttc::mqttbytes::{Error as CodecError, QoS};
use sens_schema::Micros;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use crate::workload::Workload;

/// Packets written together at full speed.
const CHUNK: usize = 32;
/// Packets that one connection may have sent and not seen acknowledged.
const WINDOW: usize = 1024;
/// Give up when a peer says nothing for so long although something is due.
const PATIENCE: Duration = Duration::from_secs(30);
/// Length of a PUBACK packet in MQTT 3.1.1.
const PUBACK: usize = 4;
/// Its first byte.
const PUBACK_TYPE: u8 = 0x40;
const MAX_PACKET: usize = 1 << 20;

/// How fast to publish.
#[derive(Clone)]
pub(crate) enum Pace {
    /// As fast as acknowledgements come and the gate has room: whoever finishes a message adds a permit.
    Gated(Arc<Semaphore>),
    /// So many messages per second of all connections together.
    PerSecond(f64),
}

/// Connected publishers with everything rendered.
pub(crate) struct Publishers {
    lanes: Vec<Lane>,
    sent_at: Arc<Vec<AtomicI64>>,
}

/// The messages of one connection.
struct Lane {
    stream: TcpStream,
    packets: BytesMut,
    /// The end of each packet in `packets`.
    ends: Vec<usize>,
    /// Its place among the connections, and how many there are.
    place: usize,
    of: usize,
}

impl Publishers {
    /// Renders the workload and connects to the broker on this machine.
    pub(crate) async fn prepare(
        port: u16,
        workload: &Workload,
        connections: usize,
    ) -> Result<Self> {
        let mut lanes = Vec::with_capacity(connections);
        for place in 0..connections {
            let stream = connect(port, &format!("bench-publisher-{place}")).await?;
            let mut packets = BytesMut::new();
            let mut ends = Vec::new();
            for (number, pkid) in workload
                .numbers()
                .skip(place)
                .step_by(connections)
                .zip((1..=u16::MAX).cycle())
            {
                let mut packet = Publish::new(
                    workload.topic(number),
                    QoS::AtLeastOnce,
                    workload.payload(number),
                );
                packet.pkid = pkid;
                packet
                    .write(&mut packets)
                    .map_err(|error| anyhow!("cannot render a message: {error}"))?;
                ends.push(packets.len());
            }
            lanes.push(Lane {
                stream,
                packets,
                ends,
                place,
                of: connections,
            });
        }
        let count = usize::try_from(workload.count)?;
        let sent_at = Arc::new((0..count).map(|_| AtomicI64::new(0)).collect());
        Ok(Self { lanes, sent_at })
    }

    /// Publishes everything and waits until all of it is acknowledged. Gives when each message was sent.
    pub(crate) async fn run(self, pace: Pace) -> Result<Vec<Micros>> {
        let begun = Instant::now();
        let mut tasks = JoinSet::new();
        for lane in self.lanes {
            tasks.spawn(lane.run(pace.clone(), begun, Arc::clone(&self.sent_at)));
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        let times = self.sent_at.iter();
        Ok(times.map(|time| time.load(Ordering::Relaxed)).collect())
    }
}

impl Lane {
    async fn run(self, pace: Pace, begun: Instant, sent_at: Arc<Vec<AtomicI64>>) -> Result<()> {
        let (mut answers, mut out) = self.stream.into_split();
        let total = self.ends.len();
        let window = Arc::new(Semaphore::new(WINDOW));
        let opened = Arc::clone(&window);
        let reading = tokio::spawn(async move {
            let mut buffer = vec![0; 16 * 1024];
            let mut bytes = 0;
            while bytes < total * PUBACK {
                let count = timeout(PATIENCE, answers.read(&mut buffer))
                    .await
                    .context("the broker acknowledges nothing any more")??;
                if count == 0 {
                    bail!("the broker closed the connection");
                }
                let first = (PUBACK - bytes % PUBACK) % PUBACK;
                let fresh = buffer[..count].iter().skip(first).step_by(PUBACK);
                if let Some(other) = fresh.copied().find(|byte| *byte != PUBACK_TYPE) {
                    bail!(
                        "the broker sent a packet of type {other:#x} instead of an acknowledgement"
                    );
                }
                opened.add_permits((bytes + count) / PUBACK - bytes / PUBACK);
                bytes += count;
            }
            Ok(())
        });
        let mut written = 0;
        while written < total {
            let chunk = match &pace {
                Pace::Gated(gate) => {
                    let chunk = CHUNK.min(total - written);
                    gate.acquire_many(u32::try_from(chunk)?).await?.forget();
                    chunk
                }
                Pace::PerSecond(rate) => {
                    let before = written * self.of + self.place;
                    sleep_until(begun + Duration::from_secs_f64(before as f64 / rate)).await;
                    1
                }
            };
            let room = window.acquire_many(u32::try_from(chunk)?);
            timeout(PATIENCE, room)
                .await
                .context("the broker acknowledges nothing any more")??
                .forget();
            let now = Utc::now().timestamp_micros();
            for packet in written..written + chunk {
                sent_at[packet * self.of + self.place].store(now, Ordering::Relaxed);
            }
            let from = written.checked_sub(1).map_or(0, |last| self.ends[last]);
            out.write_all(&self.packets[from..self.ends[written + chunk - 1]])
                .await?;
            written += chunk;
        }
        reading.await?
    }
}

/// Subscribes to everything and acknowledges until `count` messages are there, adding a permit to the gate for each.
pub(crate) async fn subscribe(
    port: u16,
    count: u64,
    gate: Arc<Semaphore>,
    received: Arc<AtomicU64>,
) -> Result<tokio::task::JoinHandle<Result<()>>> {
    let mut stream = connect(port, "bench-subscriber").await?;
    let mut out = BytesMut::new();
    let mut subscription = Subscribe::new("sens/#", QoS::AtLeastOnce);
    subscription.pkid = 1;
    subscription
        .write(&mut out)
        .map_err(|error| anyhow!("cannot render a subscription: {error}"))?;
    stream.write_all(&out).await?;
    let mut input = BytesMut::with_capacity(256 * 1024);
    match next(&mut stream, &mut input).await? {
        Packet::SubAck(_) => {}
        other => bail!("the broker answered the subscription with {other:?}"),
    }
    Ok(tokio::spawn(async move {
        let mut have = 0;
        while have < count {
            let mut packet = next(&mut stream, &mut input).await?;
            out.clear();
            let before = have;
            loop {
                if let Packet::Publish(publish) = packet {
                    PubAck::new(publish.pkid)
                        .write(&mut out)
                        .map_err(|error| anyhow!("cannot render an acknowledgement: {error}"))?;
                    have += 1;
                }
                match take(&mut input)? {
                    Some(another) => packet = another,
                    None => break,
                }
            }
            stream.write_all(&out).await?;
            gate.add_permits(usize::try_from(have - before)?);
            received.store(have, Ordering::Relaxed);
        }
        Ok(())
    }))
}

async fn connect(port: u16, client: &str) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))
        .await
        .with_context(|| format!("cannot connect to the MQTT broker on port {port}"))?;
    stream.set_nodelay(true)?;
    let mut hello = Connect::new(client);
    hello.keep_alive = 0;
    let mut out = BytesMut::new();
    hello
        .write(&mut out)
        .map_err(|error| anyhow!("cannot render a connect packet: {error}"))?;
    stream.write_all(&out).await?;
    let mut input = BytesMut::new();
    match next(&mut stream, &mut input).await? {
        Packet::ConnAck(ack) if ack.code == rumqttc::ConnectReturnCode::Success => Ok(stream),
        other => bail!("the broker refuses the connection: {other:?}"),
    }
}

/// The next packet, read from the connection where it is not there yet.
async fn next(stream: &mut TcpStream, input: &mut BytesMut) -> Result<Packet> {
    loop {
        if let Some(packet) = take(input)? {
            return Ok(packet);
        }
        let count = timeout(PATIENCE, stream.read_buf(input))
            .await
            .context("the broker sends nothing any more")??;
        if count == 0 {
            bail!("the broker closed the connection");
        }
    }
}

/// The next packet that is there already.
fn take(input: &mut BytesMut) -> Result<Option<Packet>> {
    match Packet::read(input, MAX_PACKET) {
        Ok(packet) => Ok(Some(packet)),
        Err(CodecError::InsufficientBytes(_)) => Ok(None),
        Err(error) => Err(anyhow!("the broker sent something unreadable: {error}")),
    }
}
