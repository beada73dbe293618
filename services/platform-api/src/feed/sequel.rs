//! One listener's way through the events: first what it missed, then the shared feed, without gap or double.

use std::collections::VecDeque;
use std::sync::Arc;

use sens_messaging::{EventFeed, FeedItem};
use tokio::sync::broadcast::error::RecvError;

use crate::feed::hub::{self, Subscription};
use crate::feed::{Batch, Feed};
use crate::link::Link;
use crate::problem::Problem;

/// Where a listener begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// With what comes from now on.
    Now,
    /// With the event of this sequence, of which the listener has seen at least a part.
    At(u64),
}

/// What a listener gets next.
#[derive(Debug)]
pub(crate) enum Item {
    /// An event.
    Event(Arc<Batch>),
    /// Events before the next one are no longer kept.
    Gap,
    /// The listener was too slow, or the feed broke: it has to resume.
    Broken(&'static str),
}

/// One listener's way through the events.
pub(crate) struct Sequel {
    shared: Subscription,
    /// While it catches up: a feed of its own.
    own: Option<EventFeed>,
    /// Next sequence to give; `None` while any will do.
    next: Option<u64>,
    /// The event a resuming listener has seen last, until the first event shows whether it is still kept.
    seen: Option<u64>,
    /// What to give before anything else.
    held: VecDeque<Item>,
}

impl Sequel {
    /// Subscribes to the shared feed and, to catch up, opens one of its own.
    ///
    /// # Errors
    /// `messaging_unavailable`.
    pub(crate) async fn open(feed: &Feed, link: &Link, start: Start) -> Result<Self, Problem> {
        let shared = feed.subscribe().await?;
        match start {
            Start::Now => Ok(Self {
                shared,
                own: None,
                next: None,
                seen: None,
                held: VecDeque::new(),
            }),
            // Of another stream: this one has never come so far. Another replica may only have been faster than this one.
            Start::At(wanted)
                if wanted > shared.position
                    && wanted > link.get()?.last_event_sequence().await? =>
            {
                Ok(Self {
                    shared,
                    own: None,
                    next: None,
                    seen: None,
                    held: VecDeque::from([Item::Gap]),
                })
            }
            Start::At(wanted) => {
                let own = hub::catch_up(&link.get()?, wanted).await?;
                Ok(Self {
                    shared,
                    own: Some(own),
                    next: Some(wanted),
                    seen: Some(wanted),
                    held: VecDeque::new(),
                })
            }
        }
    }

    /// The next event of this listener. Cancelling it loses nothing.
    pub(crate) async fn next(&mut self) -> Item {
        if let Some(item) = self.held.pop_front() {
            return item;
        }
        if let Some(own) = &mut self.own {
            return match own.next().await {
                Ok(item) => self.caught(item),
                Err(error) => {
                    tracing::warn!(%error, "a listener's feed broke");
                    Item::Broken("the feed broke")
                }
            };
        }
        loop {
            match self.shared.events.recv().await {
                Ok(batch) if self.next.is_some_and(|next| batch.item.sequence < next) => {}
                Ok(batch) => {
                    self.next = Some(batch.item.sequence + 1);
                    return Item::Event(batch);
                }
                Err(RecvError::Lagged(_)) => return Item::Broken("the client reads too slowly"),
                Err(RecvError::Closed) => return Item::Broken("the service stops"),
            }
        }
    }

    /// Takes an event of the own feed, and leaves that feed when the shared one goes on from there.
    fn caught(&mut self, item: FeedItem) -> Item {
        // When the event it has seen is gone, so may others be that it has not.
        let gone = self.seen.take().is_some_and(|seen| seen != item.sequence);
        self.next = Some(item.sequence + 1);
        if item.sequence >= self.shared.position {
            self.own = None;
        }
        let event = Item::Event(Arc::new(Batch::new(item)));
        if gone {
            self.held.push_back(event);
            return Item::Gap;
        }
        event
    }
}
