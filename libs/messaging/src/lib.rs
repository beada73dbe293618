//! JetStream: streams, the publisher that knows when a message is durable, the consumer whose deliveries carry their
//! acknowledgement, and the feed of outcomes. The only crate that speaks to NATS.

mod changes;
mod commands;
mod connection;
mod consumer;
mod dead_letters;
mod durability;
mod error;
mod event_bodies;
mod events;
mod feed;
mod headers;
mod keep;
mod parked;
mod publisher;
mod raw;
mod replicas;
mod requests;
mod sessions;
mod status;
mod streams;

pub use changes::{Change, ChangeFeed, ChangeItem};
pub use connection::{ConnectionState, Messaging};
pub use consumer::{Delivery, RawConsumer};
pub use dead_letters::{DeadLetter, DeadLetterCause, StoredDeadLetter};
pub use durability::nats_sync;
pub use error::Error;
pub use events::{EventFeed, FeedItem, News, NewsFeed};
pub use keep::{Extent, KeptMessage, KeptStream};
pub use parked::ParkedDevice;
pub use publisher::{Outgoing, PublishError, RawPublisher};
pub use raw::RawMessage;
pub use replicas::Replica;
pub use requests::KnownRequest;
pub use sessions::{MqttSession, SessionState};
pub use status::RawStatus;
pub use streams::ACK_WAIT;

pub use bytes::Bytes;
