//! Reading packets. This task polls the connection and never waits on NATS: what it reads goes into a bounded queue that
//! holds a whole receive window.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use rumqttc::v5::mqttbytes::v5::SubscribeReasonCode;
use rumqttc::v5::mqttbytes::v5::{ConnAck, Packet as MqttPacket, Publish, SubAck};
use rumqttc::v5::{AsyncClient, ConnectionError, Event, EventLoop, MqttOptions};
use sens_config::Config;
use sens_observability::Component;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use super::options::{REQUEST_CAPACITY, filters, options};
use super::rival::Rival;
use crate::acks::{Ack, Acks};
use crate::backoff::Backoff;
use crate::forward;
use crate::intake::Packet;
use crate::metrics::Metrics;
use crate::window::Window;

/// Bytes of payload that may wait for JetStream: bounds memory whatever size the packets have.
const PAYLOAD_BUDGET: usize = 64 * 1024 * 1024;

/// What the connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Subscribe and read until the service stops.
    Serve,
    /// End the subscriptions and read what the session still holds, until nothing has come for a while.
    Retire,
}

/// A retiring session that has brought nothing for this long is empty.
const QUIET: Duration = Duration::from_secs(3);

/// The task that reads from the broker.
pub(crate) struct Source {
    eventloop: EventLoop,
    purpose: Purpose,
    acks: Acks,
    reader: Reader,
}

/// What is done with what is read. Apart from the event loop, which cannot be shared between threads.
struct Reader {
    config: Arc<Config>,
    client: AsyncClient,
    window: Arc<Window>,
    queue: mpsc::Sender<Packet>,
    budget: Arc<Semaphore>,
    metrics: Metrics,
    health: Component,
    rival: Rival,
}

impl Source {
    /// A source that is not connected yet, where to acknowledge its packets, and the queue it fills.
    pub(crate) fn new(
        config: Arc<Config>,
        options: MqttOptions,
        window: Arc<Window>,
        metrics: Metrics,
        health: Component,
        purpose: Purpose,
    ) -> (Self, mpsc::Sender<Ack>, mpsc::Receiver<Packet>) {
        let (client, eventloop) = AsyncClient::new(options, REQUEST_CAPACITY);
        let window_size = usize::from(config.mqtt.receive_maximum);
        let (queue, receiver) = mpsc::channel(window_size);
        // Room for every packet that can be between this task and the acknowledgement: passing one on never waits.
        let (ack_sender, acks) = Acks::channel(window_size + forward::BATCH);
        let budget = Arc::new(Semaphore::new(PAYLOAD_BUDGET));
        let reader = Reader {
            config,
            client,
            window,
            queue,
            budget,
            metrics,
            health,
            rival: Rival::default(),
        };
        let source = Self {
            eventloop,
            purpose,
            acks,
            reader,
        };
        (source, ack_sender, receiver)
    }

    /// Reads until `stop` fires, then closes the queue and keeps the connection going until the last acknowledgement has
    /// reached the broker. The session stays with the broker: nothing is unsubscribed.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let mut backoff = Backoff::default();
        let mut first = true;
        let mut quiet_at = None;
        loop {
            self.reader.hand_over(&mut self.acks);
            let polled = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                () = reached(quiet_at) => break,
                () = self.acks.arrived() => continue,
                () = reached(self.reader.rival.gone_at().map(Into::into)) => {
                    self.reader.alone();
                    continue;
                }
                polled = self.eventloop.poll() => polled,
            };
            match polled {
                Ok(Event::Incoming(MqttPacket::ConnAck(ack))) => {
                    backoff.connected(Instant::now());
                    self.reader.rival.connected(Instant::now());
                    if !std::mem::take(&mut first) {
                        self.reader.metrics.reconnects.inc();
                    }
                    self.reader.connected(&ack, self.purpose);
                    quiet_at = self.quiet_from_now();
                }
                Ok(Event::Incoming(MqttPacket::SubAck(ack))) => self.reader.subscribed(&ack),
                Ok(Event::Incoming(MqttPacket::Publish(publish))) => {
                    if !self.take(publish, &stop).await {
                        break;
                    }
                    quiet_at = self.quiet_from_now();
                }
                Ok(_) => {}
                Err(error) => {
                    quiet_at = None;
                    let contested = self.disconnected(&error);
                    let delay = if contested {
                        backoff.contested(Instant::now())
                    } else {
                        backoff.failed(Instant::now())
                    };
                    tokio::select! {
                        () = tokio::time::sleep(delay) => {}
                        () = stop.cancelled() => break,
                    }
                }
            }
        }
        self.drain().await;
    }

    /// Queues a packet. Gives `false` when the service stops before there is room.
    ///
    /// Where there is none, reading stops: that is the back-pressure. Acknowledgements are still taken meanwhile, so that
    /// who makes room never waits for this task.
    async fn take(&mut self, publish: Publish, stop: &CancellationToken) -> bool {
        self.reader.metrics.received.inc();
        let received_at = Utc::now().timestamp_micros();
        let bytes = publish.payload.len().clamp(1, PAYLOAD_BUDGET);
        let room = self.reader.room(u32::try_from(bytes).unwrap_or(u32::MAX));
        tokio::pin!(room);
        let room = loop {
            tokio::select! {
                room = &mut room => break room,
                () = self.acks.arrived() => {}
                () = stop.cancelled() => return false,
            }
        };
        let Some((budget, slot)) = room else {
            return false;
        };
        self.reader.metrics.in_flight.inc();
        let epoch = self.reader.window.current();
        let max_payload = self.reader.config.ingest.max_payload_bytes;
        slot.send(Packet::new(
            epoch,
            publish,
            received_at,
            max_payload,
            budget,
        ));
        true
    }

    fn quiet_from_now(&self) -> Option<tokio::time::Instant> {
        (self.purpose == Purpose::Retire).then(|| tokio::time::Instant::now() + QUIET)
    }

    /// From here on nothing is acknowledged for the old connection: neither what is queued in the client nor what the
    /// forwarder still holds. Gives whether another client has our session.
    fn disconnected(&mut self, error: &ConnectionError) -> bool {
        self.reader.window.disconnected();
        self.eventloop.clean();
        let contested = self.reader.rival.took_over(error);
        if contested {
            self.reader.metrics.takeovers.inc();
        }
        let detail = self
            .reader
            .rival_detail()
            .filter(|_| contested)
            .unwrap_or_else(|| describe(error));
        tracing::warn!(%detail, "lost the MQTT broker, connecting again");
        self.reader.health.set_failing(detail);
        // The password or a certificate may have changed.
        match options(&self.reader.config.mqtt) {
            Ok(options) => self.eventloop.options = options,
            Err(error) => tracing::warn!(%error, "connecting with the settings of before"),
        }
        contested
    }

    async fn drain(mut self) {
        let (closed, _) = mpsc::channel(1);
        drop(std::mem::replace(&mut self.reader.queue, closed));
        while !self.acks.all_handed_over() {
            self.reader.hand_over(&mut self.acks);
            tokio::select! {
                // First: under load there is always another packet to read.
                biased;
                () = self.acks.arrived() => {}
                // Packets that arrive now are not acknowledged: the broker delivers them again.
                polled = self.eventloop.poll() => if polled.is_err() { return },
            }
        }
        let goodbye = async {
            while self.reader.client.try_disconnect().is_err() {
                if self.eventloop.poll().await.is_err() {
                    return;
                }
            }
            // The broker closes the connection after it.
            while self.eventloop.poll().await.is_ok() {}
        };
        if tokio::time::timeout(Duration::from_secs(2), goodbye)
            .await
            .is_err()
        {
            tracing::debug!("the broker did not close the connection in time");
        }
    }
}

impl Reader {
    /// Room for a packet with so many bytes of payload, in the memory budget and in the queue.
    async fn room(&self, bytes: u32) -> Option<(OwnedSemaphorePermit, mpsc::Permit<'_, Packet>)> {
        let budget = Arc::clone(&self.budget)
            .acquire_many_owned(bytes)
            .await
            .ok()?;
        let slot = self.queue.reserve().await.ok()?;
        Some((budget, slot))
    }

    fn rival_detail(&self) -> Option<String> {
        self.rival.detail(&self.config.mqtt.client_id)
    }

    /// Nobody has taken the session for a while.
    fn alone(&mut self) {
        self.rival.forget();
        self.health.set_ok();
        tracing::info!("no other client has taken the session since");
    }

    fn hand_over(&self, acks: &mut Acks) {
        acks.hand_over(&self.client, &self.window, &self.metrics);
    }

    fn connected(&self, ack: &ConnAck, purpose: Purpose) {
        self.window.connected(ack.session_present);
        tracing::info!(
            mqtt.session_present = ack.session_present,
            mqtt.client_id = %self.config.mqtt.client_id,
            "connected to the MQTT broker"
        );
        let filters = filters(&self.config.mqtt.share_group);
        let asked = match purpose {
            // Also on a resumed session: the filters may be new in this version.
            Purpose::Serve => self.client.try_subscribe_many(filters).is_ok(),
            Purpose::Retire => {
                self.health.set_ok();
                filters
                    .into_iter()
                    .all(|filter| self.client.try_unsubscribe(filter.path).is_ok())
            }
        };
        if !asked {
            self.health
                .set_failing("the subscriptions could not be changed: the request queue is full");
        }
    }

    fn subscribed(&self, ack: &SubAck) {
        let refused: Vec<String> = ack
            .return_codes
            .iter()
            .zip(filters(&self.config.mqtt.share_group))
            .filter(|(code, _)| !matches!(code, SubscribeReasonCode::Success(_)))
            .map(|(code, filter)| format!("{} ({code:?})", filter.path))
            .collect();
        if let Some(detail) = self.rival_detail() {
            self.health.set_failing(detail);
        } else if refused.is_empty() {
            self.health.set_ok();
        } else {
            let detail = format!(
                "the broker refuses the subscription to {}",
                refused.join(", ")
            );
            tracing::error!(%detail, "check the access rules of this worker at the broker");
            self.health.set_failing(detail);
        }
    }
}

/// Waits for the instant; for ever when there is none.
async fn reached(at: Option<tokio::time::Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

fn describe(error: &ConnectionError) -> String {
    match error {
        ConnectionError::ConnectionRefused(code) => {
            format!(
                "the broker refuses the connection ({code:?}): check SENS_MQTT__USERNAME and SENS_MQTT__PASSWORD"
            )
        }
        other => format!("the MQTT broker cannot be reached: {other}"),
    }
}
