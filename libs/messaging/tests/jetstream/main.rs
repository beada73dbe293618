//! Publisher, consumer and feed on a real nats-server.

mod consume;
mod feed;
mod publish;
mod support;
