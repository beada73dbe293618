//! The connection on which commands go to the broker: its own, so that nothing about it can touch what comes in. It begins
//! clean, subscribes to nothing, is opened by the first command and closed when there is none for a while. What it has
//! not answered when it breaks is tried again by whoever asked: no command waits in a client's queue past its time.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use chrono::Utc;
use rumqttc::Outgoing;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Packet, PubAck, PubAckReason, PublishProperties};
use rumqttc::v5::{AsyncClient, Event, EventLoop};
use sens_config::Mqtt;
use sens_messaging::Bytes;
use sens_schema::Micros;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::mqtt;

/// Commands that the broker may hold unanswered.
const WINDOW: usize = 64;
/// Packet ids of a connection: many more than the window, so that none is taken up while it is unanswered.
const PACKET_IDS: u16 = 4096;
/// The broker has so long to answer.
const ANSWER: Duration = Duration::from_secs(8);
/// How long the connection stays open without a command.
const IDLE: Duration = Duration::from_mins(1);

/// A command as it goes to the broker.
#[derive(Debug)]
pub(super) struct Outbound {
    pub(super) topic: String,
    pub(super) answer_to: String,
    pub(super) id: String,
    pub(super) payload: Bytes,
    pub(super) expires_at: Micros,
    pub(super) traceparent: Option<String>,
}

/// What became of a command at the broker.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It has it, for at least one subscriber as far as it says so.
    Accepted,
    /// It says that nobody subscribes to the topic, and has dropped it.
    Nobody,
    /// It refuses it for good.
    Refused(String),
    /// Its time was over before the connection stood.
    Late,
}

type Answer = oneshot::Sender<Result<Taken, String>>;

struct Request {
    outbound: Outbound,
    answer: Answer,
}

/// The way to the broker. Cheap to clone.
#[derive(Clone)]
pub(super) struct Link {
    requests: mpsc::Sender<Request>,
}

impl Link {
    /// Starts the task behind the connection; it connects when there is something to send.
    pub(super) fn start(config: Mqtt, shutdown: CancellationToken) -> Self {
        let (requests, receiver) = mpsc::channel(WINDOW);
        tokio::spawn(run(config, receiver, shutdown));
        Self { requests }
    }

    /// Publishes at `QoS` 1 and waits for the broker's answer. An error says why there is none.
    pub(super) async fn publish(&self, outbound: Outbound) -> Result<Taken, String> {
        let (answer, answered) = oneshot::channel();
        let gone = || "the worker stops".to_owned();
        self.requests
            .send(Request { outbound, answer })
            .await
            .map_err(|_| gone())?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }
}

async fn run(config: Mqtt, mut requests: mpsc::Receiver<Request>, shutdown: CancellationToken) {
    loop {
        let first = tokio::select! {
            first = requests.recv() => first,
            () = shutdown.cancelled() => return,
        };
        let Some(first) = first else { return };
        match Connection::open(&config) {
            Ok(connection) => connection.serve(first, &mut requests, &shutdown).await,
            Err(reason) => drop(first.answer.send(Err(reason))),
        }
    }
}

struct Connection {
    client: AsyncClient,
    eventloop: EventLoop,
    connected: bool,
    /// Not handed to the client yet.
    waiting: VecDeque<Request>,
    /// Handed over; their packet ids are not known yet.
    handed: VecDeque<Answer>,
    sent: HashMap<u16, Answer>,
    /// When the broker last answered, or had nothing to answer.
    moved: Instant,
}

impl Connection {
    fn open(config: &Mqtt) -> Result<Self, String> {
        let config = Mqtt {
            client_id: format!("{}-commands", config.client_id),
            ..config.clone()
        };
        let mut options = mqtt::options(&config).map_err(|error| error.to_string())?;
        options
            .set_clean_start(true)
            .set_session_expiry_interval(Some(0))
            .set_outgoing_inflight_upper_limit(PACKET_IDS);
        let (client, eventloop) = AsyncClient::new(options, WINDOW);
        Ok(Self {
            client,
            eventloop,
            connected: false,
            waiting: VecDeque::new(),
            handed: VecDeque::new(),
            sent: HashMap::new(),
            moved: Instant::now(),
        })
    }

    fn unanswered(&self) -> usize {
        self.waiting.len() + self.handed.len() + self.sent.len()
    }

    async fn serve(
        mut self,
        first: Request,
        requests: &mut mpsc::Receiver<Request>,
        shutdown: &CancellationToken,
    ) {
        self.waiting.push_back(first);
        let ended = loop {
            self.hand_over();
            let unanswered = self.unanswered();
            let patience = if unanswered == 0 { IDLE } else { ANSWER };
            tokio::select! {
                biased;
                () = shutdown.cancelled() => break "the worker stops".to_owned(),
                () = tokio::time::sleep_until(self.moved + patience) => {
                    if unanswered == 0 {
                        return self.leave().await;
                    }
                    break "it does not answer".to_owned();
                }
                request = requests.recv(), if unanswered < WINDOW => match request {
                    Some(request) => {
                        if unanswered == 0 {
                            self.moved = Instant::now();
                        }
                        self.waiting.push_back(request);
                    }
                    None => break "the worker stops".to_owned(),
                },
                polled = self.eventloop.poll() => match polled {
                    Ok(event) => self.note(event),
                    Err(error) => break error.to_string(),
                },
            }
        };
        self.fail(&ended);
    }

    /// Hands over what waits, once the connection stands: not earlier, lest it be sent late.
    fn hand_over(&mut self) {
        while self.connected
            && let Some(request) = self.waiting.pop_front()
        {
            let now = Utc::now().timestamp_micros();
            let Request { outbound, answer } = request;
            if outbound.expires_at <= now {
                drop(answer.send(Ok(Taken::Late)));
                continue;
            }
            let properties = properties(&outbound, now);
            let handed = self.client.try_publish_with_properties(
                outbound.topic,
                QoS::AtLeastOnce,
                false,
                outbound.payload,
                properties,
            );
            match handed {
                Ok(()) => self.handed.push_back(answer),
                Err(error) => drop(answer.send(Err(error.to_string()))),
            }
        }
    }

    fn note(&mut self, event: Event) {
        match event {
            Event::Incoming(Packet::ConnAck(_)) => {
                self.connected = true;
                self.moved = Instant::now();
            }
            Event::Outgoing(Outgoing::Publish(id)) => {
                if let Some(answer) = self.handed.pop_front() {
                    self.sent.insert(id, answer);
                }
            }
            Event::Incoming(Packet::PubAck(ack)) => {
                self.moved = Instant::now();
                if let Some(answer) = self.sent.remove(&ack.pkid) {
                    // Nobody waits for it any more when the worker stops.
                    drop(answer.send(verdict(&ack)));
                }
            }
            _ => {}
        }
    }

    fn fail(self, reason: &str) {
        let waiting = self.waiting.into_iter().map(|request| request.answer);
        for answer in waiting.chain(self.handed).chain(self.sent.into_values()) {
            drop(answer.send(Err(reason.to_owned())));
        }
    }

    async fn leave(mut self) {
        let goodbye = async {
            if self.client.try_disconnect().is_ok() {
                while self.eventloop.poll().await.is_ok() {}
            }
        };
        drop(tokio::time::timeout(Duration::from_secs(2), goodbye).await);
    }
}

/// A broker that keeps the command for a device that is away forgets it when its time is over.
fn properties(outbound: &Outbound, now: Micros) -> PublishProperties {
    let left = (outbound.expires_at - now).max(0) / 1_000_000;
    PublishProperties {
        message_expiry_interval: Some(u32::try_from(left.max(1)).unwrap_or(u32::MAX)),
        content_type: Some("application/json".to_owned()),
        response_topic: Some(outbound.answer_to.clone()),
        correlation_data: Some(Bytes::copy_from_slice(outbound.id.as_bytes())),
        user_properties: outbound
            .traceparent
            .iter()
            .map(|traceparent| ("traceparent".to_owned(), traceparent.clone()))
            .collect(),
        ..PublishProperties::default()
    }
}

/// What is wrong only for now is tried again.
fn verdict(ack: &PubAck) -> Result<Taken, String> {
    match ack.reason {
        PubAckReason::Success => Ok(Taken::Accepted),
        PubAckReason::NoMatchingSubscribers => Ok(Taken::Nobody),
        PubAckReason::NotAuthorized
        | PubAckReason::TopicNameInvalid
        | PubAckReason::PayloadFormatInvalid => Ok(Taken::Refused(format!("{:?}", ack.reason))),
        PubAckReason::UnspecifiedError
        | PubAckReason::ImplementationSpecificError
        | PubAckReason::PacketIdentifierInUse
        | PubAckReason::QuotaExceeded => Err(format!("{:?}", ack.reason)),
    }
}
