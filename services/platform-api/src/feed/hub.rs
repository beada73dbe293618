//! The shared feed: follows the changes of `SENS_EVENTS` for what is kept in memory and, while somebody listens or newest values
//! are asked for often, its batches too; hands every batch to all listeners.

use std::sync::Arc;
use std::time::Duration;

use sens_messaging::{ConnectionState, Error, EventFeed, FeedItem, Messaging, News};
use sens_observability::CancellationToken;
use sens_schema::event::MessageOutcome;
use sens_schema::subject;
use tokio::sync::{Notify, broadcast, watch};
use tokio::time::Instant;

use crate::cache::Caches;
use crate::feed::Batch;
use crate::link::Link;
use crate::problem::{Code, Problem};

/// Events a listener may lag behind before it is cut off.
const BACKLOG: usize = 512;
/// How often it is looked whether batches are worth following.
const LOOK: Duration = Duration::from_secs(1);
/// How long batches are followed without listeners.
const IDLE: Duration = Duration::from_secs(30);
/// Pause before the feed is opened again after a failure.
const PAUSE: Duration = Duration::from_millis(250);
/// How long a new listener waits for the feed to open.
const OPENING: Duration = Duration::from_secs(5);

/// Outcomes of one batch for callers who wait.
#[derive(Debug)]
pub(crate) struct Outcomes {
    /// Epoch of the positions.
    pub(crate) epoch: i32,
    /// What became of the messages.
    pub(crate) outcomes: Vec<MessageOutcome>,
}

/// A listener's end of the shared feed.
pub(crate) struct Subscription {
    /// Events from now on.
    pub(crate) events: broadcast::Receiver<Arc<Batch>>,
    /// Newest sequence that may not be among them any more.
    pub(crate) position: u64,
}

/// The shared feed. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Feed {
    events: broadcast::Sender<Arc<Batch>>,
    outcomes: broadcast::Sender<Arc<Outcomes>>,
    /// The sequence up to which events were handed out, while the feed is open.
    position: watch::Receiver<Option<u64>>,
    wake: Arc<Notify>,
}

impl Feed {
    /// Starts the task behind the feed; it follows batches when somebody listens.
    pub(crate) fn start(link: Link, caches: Arc<Caches>, shutdown: CancellationToken) -> Self {
        let (events, _) = broadcast::channel(BACKLOG);
        let (outcomes, _) = broadcast::channel(BACKLOG);
        let (position_sender, position) = watch::channel(None);
        let wake = Arc::new(Notify::new());
        let feed = Self {
            events: events.clone(),
            outcomes: outcomes.clone(),
            position,
            wake: Arc::clone(&wake),
        };
        let pump = Pump {
            events,
            outcomes,
            position: position_sender,
            wake,
            caches,
        };
        tokio::spawn(async move {
            tokio::select! {
                () = pump.run(link) => {}
                () = shutdown.cancelled() => {}
            }
        });
        feed
    }

    /// Listens to events from now on.
    ///
    /// # Errors
    /// `messaging_unavailable` when the feed cannot be opened.
    pub(crate) async fn subscribe(&self) -> Result<Subscription, Problem> {
        // First the receiver, then the position: what is handed out in between is in the receiver.
        let events = self.events.subscribe();
        let position = self.open().await?;
        Ok(Subscription { events, position })
    }

    /// Listens to outcomes from now on. Call before publishing.
    ///
    /// # Errors
    /// `messaging_unavailable` when the feed cannot be opened.
    pub(crate) async fn outcomes(&self) -> Result<broadcast::Receiver<Arc<Outcomes>>, Problem> {
        let outcomes = self.outcomes.subscribe();
        self.open().await?;
        Ok(outcomes)
    }

    async fn open(&self) -> Result<u64, Problem> {
        self.wake.notify_one();
        let mut position = self.position.clone();
        let opened = tokio::time::timeout(OPENING, position.wait_for(Option::is_some)).await;
        opened
            .ok()
            .and_then(Result::ok)
            .and_then(|position| *position)
            .ok_or_else(|| Problem::of(Code::MessagingUnavailable))
    }
}

/// The task behind the feed.
struct Pump {
    events: broadcast::Sender<Arc<Batch>>,
    outcomes: broadcast::Sender<Arc<Outcomes>>,
    position: watch::Sender<Option<u64>>,
    wake: Arc<Notify>,
    caches: Arc<Caches>,
}

impl Pump {
    async fn run(self, mut link: Link) {
        let Some(messaging) = link.connected().await else {
            return;
        };
        loop {
            let followed = tokio::select! {
                followed = self.follow(&messaging) => followed,
                // What was asked for on a lost connection may never come.
                () = messaging.lost() => Err(Error::Subscription {
                    stream: subject::EVENTS_STREAM,
                    reason: "the connection is lost".to_owned(),
                }),
            };
            if let Err(error) = followed {
                self.caches.stray();
                tracing::warn!(%error, "the event feed broke, opening it again");
                tokio::time::sleep(PAUSE).await;
                while messaging.state() == ConnectionState::Down {
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    fn has_listeners(&self) -> bool {
        self.events.receiver_count() + self.outcomes.receiver_count() > 0
    }

    /// Follows changes alone until batches are wanted, or both until they are not.
    async fn follow(&self, messaging: &Messaging) -> Result<(), Error> {
        if self.has_listeners() || self.position.borrow().is_some() {
            self.follow_batches(messaging).await
        } else {
            self.follow_changes(messaging).await
        }
    }

    async fn follow_changes(&self, messaging: &Messaging) -> Result<(), Error> {
        let mut feed = messaging.news(None, false).await?;
        self.caches.follow(false);
        let mut look = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                news = feed.next() => if let News::Change { event, .. } = news? {
                    self.caches.changed(&event);
                },
                () = self.wake.notified() => {}
                _ = look.tick() => if self.caches.is_hot() {
                    return self.follow_batches(messaging).await;
                },
            }
            if self.has_listeners() {
                return Ok(());
            }
        }
    }

    /// Hands batches out until nobody has listened for a while. After a failure it goes on where it was.
    async fn follow_batches(&self, messaging: &Messaging) -> Result<(), Error> {
        let resumed = *self.position.borrow();
        let mut last = match resumed {
            Some(position) => position,
            None => messaging.last_event_sequence().await?,
        };
        let mut feed = messaging.news(Some(last + 1), true).await?;
        self.caches.follow(true);
        self.position.send_replace(Some(last));
        let mut look = tokio::time::interval(LOOK);
        let mut wanted = Instant::now();
        loop {
            tokio::select! {
                news = feed.next() => match news? {
                    News::Batch(item) => {
                        last = item.sequence;
                        self.hand_out(item);
                    }
                    News::Change { sequence, event } => {
                        last = sequence;
                        self.caches.changed(&event);
                        self.position.send_replace(Some(last));
                    }
                },
                _ = look.tick() => {
                    if self.caches.is_hot() || self.has_listeners() {
                        wanted = Instant::now();
                    } else if wanted.elapsed() >= IDLE {
                        self.position.send_replace(None);
                        // Who came in between saw the feed open, and must find it so.
                        if !self.has_listeners() {
                            return Ok(());
                        }
                        self.position.send_replace(Some(last));
                    }
                }
            }
        }
    }

    /// The position goes first: a listener that reads it afterwards has the event in its receiver or knows of it.
    fn hand_out(&self, mut item: FeedItem) {
        self.position.send_replace(Some(item.sequence));
        // Who waits for an outcome finds the newest values afterwards.
        self.caches.committed(&item.event.readings);
        let outcomes = std::mem::take(&mut item.event.outcomes);
        if !outcomes.is_empty() {
            // Nobody listening is no failure.
            drop(self.outcomes.send(Arc::new(Outcomes {
                epoch: item.event.epoch,
                outcomes,
            })));
        }
        drop(self.events.send(Arc::new(Batch::new(item))));
    }
}

/// Opens a feed of its own, for a listener that catches up.
pub(crate) async fn catch_up(messaging: &Messaging, from: u64) -> Result<EventFeed, Problem> {
    Ok(messaging.events(Some(from)).await?)
}
