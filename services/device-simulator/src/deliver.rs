//! At least once: everything taken from a queue is published until the broker acknowledges it,
//! over as many connections as that takes.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use rand::Rng as _;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::commands::Commands;
use crate::message::Message;
use crate::mqtt::{Event, Introduction, Link};
use crate::tally::Tally;
use crate::target::Broker;

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// One client that delivers messages.
pub(crate) struct Delivery {
    pub(crate) broker: Arc<Broker>,
    pub(crate) client_id: String,
    pub(crate) window: u16,
    /// Published first on every connection.
    pub(crate) greeting: Vec<Message>,
    /// Published by the broker when the connection breaks.
    pub(crate) will: Option<Message>,
    /// What nobody subscribes to is published again until somebody does.
    pub(crate) require_subscribers: bool,
    /// Each change breaks the connection, without a farewell; the next one is opened at once.
    pub(crate) storms: Option<watch::Receiver<()>>,
    /// Where commands come from and how they are answered.
    pub(crate) commands: Commands,
    pub(crate) tally: Arc<Tally>,
}

/// How a connection ended.
enum End {
    /// The queue is closed and everything is acknowledged.
    Finished,
    Abandoned,
    Storm,
    Lost {
        reason: String,
        progress: bool,
    },
}

/// Messages in the order in which they are to be published; greetings carry no number.
type Backlog = VecDeque<(Option<u64>, Message)>;

/// Messages on their way over one connection.
#[derive(Default)]
struct Underway {
    /// Handed over, packet id not known yet.
    handed: Backlog,
    sent: HashMap<u16, (Option<u64>, Message)>,
}

impl Underway {
    fn len(&self) -> usize {
        self.handed.len() + self.sent.len()
    }
}

/// What waits, and what still may come.
struct Queue {
    source: mpsc::Receiver<Message>,
    open: bool,
    next: u64,
    backlog: Backlog,
}

impl Queue {
    fn accept(&mut self, message: Option<Message>) {
        match message {
            Some(message) => {
                self.backlog.push_back((Some(self.next), message));
                self.next += 1;
            }
            None => self.open = false,
        }
    }

    /// Puts back what a lost connection left behind, in the old order and without greetings.
    fn put_back(&mut self, underway: Underway) {
        let left = underway
            .sent
            .into_values()
            .chain(underway.handed)
            .chain(self.backlog.drain(..));
        let ordered: BTreeMap<u64, Message> = left
            .filter_map(|(number, message)| Some((number?, message)))
            .collect();
        self.backlog = ordered
            .into_iter()
            .map(|(number, message)| (Some(number), message))
            .collect();
    }
}

impl Delivery {
    /// Publishes what comes from `source` until it is closed and everything is acknowledged, or
    /// until `abandon` fires. Gives the number of messages left over.
    pub(crate) async fn run(
        mut self,
        source: mpsc::Receiver<Message>,
        abandon: CancellationToken,
    ) -> usize {
        let mut queue = Queue {
            source,
            open: true,
            next: 0,
            backlog: Backlog::new(),
        };
        let mut failures = 0;
        loop {
            match self.connection(&mut queue, &abandon).await {
                End::Finished => return 0,
                End::Abandoned => break,
                End::Storm => {
                    failures = 0;
                    continue;
                }
                End::Lost { reason, progress } => {
                    self.tally
                        .trouble(format!("{}: {reason}; trying again", self.broker));
                    failures = if progress { 0 } else { failures + 1 };
                }
            }
            tokio::select! {
                () = tokio::time::sleep(pause(failures)) => {}
                () = abandon.cancelled() => break,
            }
        }
        queue.source.close();
        while let Some(message) = queue.source.recv().await {
            queue.accept(Some(message));
        }
        queue.backlog.len()
    }

    async fn connection(&mut self, queue: &mut Queue, abandon: &CancellationToken) -> End {
        let introduction = Introduction {
            client_id: &self.client_id,
            window: self.window,
            will: self.will.as_ref().filter(|_| queue.open),
        };
        let mut link = Link::open(&self.broker, &introduction);
        let mut storms = self.storms.clone();
        let mut underway = Underway::default();
        let (mut connected, mut progress) = (false, false);
        // After the last message, farewells included, a greeting would say the wrong thing.
        if queue.open {
            for greeting in self.greeting.iter().rev() {
                queue.backlog.push_front((None, greeting.clone()));
            }
        }
        let end = 'connection: loop {
            while connected && underway.len() < usize::from(self.window) {
                let Some(entry) = queue.backlog.pop_front() else {
                    break;
                };
                let handed = link.publish(&entry.1);
                underway.handed.push_back(entry);
                if let Err(reason) = handed {
                    break 'connection End::Lost { reason, progress };
                }
            }
            let room = connected && underway.len() < usize::from(self.window);
            if room && !queue.open && underway.len() == 0 {
                link.disconnect().await;
                self.tally.disconnected();
                return End::Finished;
            }
            tokio::select! {
                biased;
                () = abandon.cancelled() => break End::Abandoned,
                () = storm(&mut storms), if connected => break End::Storm,
                event = link.next() => match event {
                    Event::Connected => {
                        connected = true;
                        if let Err(reason) = self.commands.listen(&link) {
                            break End::Lost { reason, progress };
                        }
                        self.tally.connected();
                    }
                    Event::Lost(reason) => break End::Lost { reason, progress },
                    Event::Disconnected => {}
                    Event::Incoming(topic, payload) => {
                        for answer in self.commands.answer(&topic, &payload) {
                            queue.accept(Some(answer));
                        }
                    }
                    Event::Unwanted(_) if self.require_subscribers => {
                        let reason = "nobody subscribes".into();
                        break End::Lost { reason, progress };
                    }
                    event => progress |= self.settle(event, &mut underway),
                },
                message = queue.source.recv(), if room && queue.open => queue.accept(message),
            }
        };
        if connected {
            self.tally.disconnected();
        }
        queue.put_back(underway);
        self.storms = storms;
        end
    }

    /// Accounts for a packet sent or answered; true when the broker took one.
    fn settle(&self, event: Event, underway: &mut Underway) -> bool {
        match event {
            Event::Sent(id) => {
                if let Some(entry) = underway.handed.pop_front() {
                    underway.sent.insert(id, entry);
                }
                false
            }
            Event::Acked(id) | Event::Unwanted(id) => {
                underway.sent.remove(&id).is_some_and(|(_, message)| {
                    self.tally.acked(&message);
                    true
                })
            }
            Event::Refused(id, reason) => {
                underway.sent.remove(&id);
                self.tally.refused(&reason);
                false
            }
            Event::Connected | Event::Disconnected | Event::Incoming(..) | Event::Lost(_) => false,
        }
    }
}

/// Waits for the next storm.
async fn storm(storms: &mut Option<watch::Receiver<()>>) {
    let comes = match storms {
        Some(storms) => storms.changed().await.is_ok(),
        None => false,
    };
    if !comes {
        std::future::pending::<()>().await;
    }
}

/// Full jitter: any time up to a bound that doubles with each failure.
fn pause(failures: u32) -> Duration {
    let bound = FIRST_PAUSE
        .saturating_mul(1 << failures.min(10))
        .min(LONGEST_PAUSE);
    bound.mul_f64(rand::rng().random_range(0.1..=1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Kind;

    fn message(text: &str) -> Message {
        Message {
            topic: "t".into(),
            payload: text.to_owned().into(),
            retain: false,
            kind: Kind::File,
            readings: 1,
        }
    }

    #[test]
    fn a_lost_connection_leaves_its_messages_in_order() {
        let (_sender, source) = mpsc::channel(1);
        let mut queue = Queue {
            source,
            open: true,
            next: 0,
            backlog: Backlog::new(),
        };
        for text in ["0", "1", "2", "3"] {
            queue.accept(Some(message(text)));
        }
        let mut underway = Underway::default();
        underway.handed.push_back((None, message("greeting")));
        for id in [7, 3] {
            underway.sent.insert(id, queue.backlog.pop_front().unwrap());
        }
        underway
            .handed
            .push_back(queue.backlog.pop_front().unwrap());
        queue.put_back(underway);
        let texts: Vec<_> = queue
            .backlog
            .iter()
            .map(|(_, m)| m.payload.clone())
            .collect();
        assert_eq!(texts, ["0", "1", "2", "3"]);
    }

    #[test]
    fn pauses_grow_to_a_bound() {
        for failures in 0..40 {
            let pause = pause(failures);
            assert!(pause >= Duration::from_millis(20) && pause <= LONGEST_PAUSE);
        }
        assert!(pause(0) <= FIRST_PAUSE);
    }
}
